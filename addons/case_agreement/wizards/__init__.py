from . import remediation_support_bill, remediation_workforce_sheet
