from . import remediation_step_window
