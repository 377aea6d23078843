from . import test_book
from . import test_case_page
from . import test_demo_children
from . import test_demo_savings
from . import test_figures
from . import test_living
from . import test_phone
from . import test_words
