from . import test_agreed_money
