from . import test_figures, test_money
