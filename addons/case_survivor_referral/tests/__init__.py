from . import test_abroad
