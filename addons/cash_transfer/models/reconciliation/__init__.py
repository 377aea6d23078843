from . import cash_transfer_reconciliation
from . import cash_transfer_reconciliation_match
from . import cash_transfer_reconciliation_post
from . import cash_transfer_reconciliation_row
from . import cash_transfer_dispute
from . import cash_transfer_verification
from . import cash_transfer_verification_answer
