from . import remediation_support_bill
