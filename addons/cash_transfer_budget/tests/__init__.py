from . import test_books
from . import test_budget
from . import test_spread
