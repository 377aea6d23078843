from . import cash_transfer_provider
from . import cash_transfer_provider_ledger
from . import cash_transfer_provider_column
from . import cash_transfer_report_profile
from . import cash_transfer_report_column
from . import cash_transfer_report_word
