from . import remediation_webhook
from . import remediation_referral
