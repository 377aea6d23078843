from . import remediation_donor_report
