from . import (
    remediation_grant_alert,
    res_company,
    remediation_submission_rate,
    remediation_submission,
)
