from . import test_r78_sentry
