from . import auth_oauth_provider
from . import remediation_sign_on_role
from . import res_users
