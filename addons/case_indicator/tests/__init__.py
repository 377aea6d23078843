from . import test_access, test_figures, test_report
