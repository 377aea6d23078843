from . import test_access
from . import test_cycle_property
from . import test_enrolment
from . import test_ledger
from . import test_loan
from . import test_meeting
from . import test_share_out
from . import test_share_out_formula
