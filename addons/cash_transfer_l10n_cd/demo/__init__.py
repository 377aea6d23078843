from . import cash_cycle
