from . import remediation_webhook
from . import remediation_webhook_delivery
from . import remediation_case_stage_log
from . import remediation_health
