from . import cash_transfer_duty
from . import cash_transfer_approval_rule
from . import cash_transfer_duty_pair
from . import cash_transfer_deputy
from . import cash_transfer_approval
