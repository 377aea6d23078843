from . import remediation_donor_report, remediation_indicator_run
