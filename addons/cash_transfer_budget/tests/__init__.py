from . import test_books
from . import test_budget
from . import test_forecast
from . import test_funding_request
from . import test_opening
from . import test_spread
