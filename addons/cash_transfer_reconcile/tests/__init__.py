from . import test_bank_line
