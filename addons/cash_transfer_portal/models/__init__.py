from . import remediation_case
