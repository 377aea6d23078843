from . import test_access, test_endpoint, test_queue, test_reported
