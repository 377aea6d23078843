from . import test_portal_savings
