from . import test_access, test_agreement, test_schedule
