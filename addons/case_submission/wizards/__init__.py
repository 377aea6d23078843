from . import remediation_submission_place
