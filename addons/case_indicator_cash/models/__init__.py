from . import remediation_donor_report, remediation_indicator_figure
from . import remediation_indicator_run
