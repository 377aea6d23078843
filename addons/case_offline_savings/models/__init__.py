from . import remediation_device
from . import remediation_submission
from . import savings_meeting
