from . import account_chart_template
from . import remediation_organisation_setup
