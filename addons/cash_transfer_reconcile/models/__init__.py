from . import account_bank_statement_line
from . import cash_transfer_bank_lines
from . import cash_transfer_cycle
from . import cash_transfer_payment_plan
