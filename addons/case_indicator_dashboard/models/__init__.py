from . import (
    remediation_case_step,
    remediation_case_tally,
    remediation_indicator_trend,
)
from . import spreadsheet_dashboard_share
