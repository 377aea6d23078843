from . import remediation_export
