from . import (
    test_access,
    test_age,
    test_agreement,
    test_bills,
    test_calls,
    test_cost,
    test_json2,
    test_schedule,
    test_work,
    test_workforce,
)
