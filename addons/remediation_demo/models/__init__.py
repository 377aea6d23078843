from . import remediation_demo
from . import remediation_demo_referral
from . import remediation_demo_cash
