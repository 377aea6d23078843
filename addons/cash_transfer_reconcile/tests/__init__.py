from . import test_bank_line
from . import test_browser
from . import test_statement_file
