from . import test_case_flow
from . import test_education
from . import test_support
