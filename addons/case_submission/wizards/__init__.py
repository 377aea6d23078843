from . import remediation_submission_place
from . import res_users_apikeys_description
