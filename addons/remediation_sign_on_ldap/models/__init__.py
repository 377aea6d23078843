from . import remediation_sign_on_role
from . import res_company_ldap
