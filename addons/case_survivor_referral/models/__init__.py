from . import remediation_case
from . import remediation_consent
from . import remediation_referral
