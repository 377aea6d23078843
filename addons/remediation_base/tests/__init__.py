from . import test_batches
from . import test_money
from . import test_place_day
from . import test_r58_answers
from . import test_sheets
from . import test_headers
from . import test_help
from . import test_lists
