from . import test_case_flow
from . import test_education
from . import test_r11_r14_people
from . import test_r15_deadlines
from . import test_r23_after_closure
from . import test_support
from . import test_r55_safeguarding
from . import test_screens
