from . import test_phone_savings
from . import test_portal_savings
