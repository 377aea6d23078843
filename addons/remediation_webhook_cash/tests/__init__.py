from . import test_closing
