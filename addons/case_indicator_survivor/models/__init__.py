from . import remediation_indicator_run
