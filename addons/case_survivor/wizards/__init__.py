from . import remediation_red_flag
