from . import test_budget_told
