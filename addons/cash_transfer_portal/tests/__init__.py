from . import test_portal_cash
