from . import ir_mail_server
from . import mail_mail
from . import remediation_health
from . import remediation_notice
from . import res_partner
from . import res_users
