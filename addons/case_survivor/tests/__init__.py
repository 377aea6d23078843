from . import (
    test_access,
    test_adult,
    test_bad_input,
    test_desk,
    test_person_of_interest,
    test_speed,
    test_status,
    test_trace,
)
