from . import cash_transfer_payment_method
from . import cash_transfer_payee
from . import cash_transfer_entitlement
from . import cash_transfer_entitlement_funding
from . import cash_transfer_grant
from . import cash_transfer_grant_exchange
from . import cash_transfer_cycle
from . import cash_transfer_cycle_line
