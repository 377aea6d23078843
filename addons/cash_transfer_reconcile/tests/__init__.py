from . import test_bank_line
from . import test_browser
