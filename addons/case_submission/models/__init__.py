from . import (
    remediation_grant_alert,
    remediation_health,
    res_company,
    res_users_apikeys,
    remediation_submission,
    remediation_submission_concern,
    remediation_submission_visit,
    remediation_submission_decision,
)
