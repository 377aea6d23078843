from . import remediation_agreement
from . import cash_commitment
from . import cash_forecast
from . import cash_transfer_grant
