from . import test_ctdc, test_standard
