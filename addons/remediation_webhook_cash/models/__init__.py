from . import remediation_webhook
from . import cash_transfer_payment_plan
