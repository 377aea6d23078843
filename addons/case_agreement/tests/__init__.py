from . import (
    test_access,
    test_agreement,
    test_bills,
    test_calls,
    test_schedule,
    test_work,
)
