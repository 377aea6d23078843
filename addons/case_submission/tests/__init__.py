from . import (
    test_access,
    test_endpoint,
    test_queue,
    test_r61_submissions,
    test_reported,
)
