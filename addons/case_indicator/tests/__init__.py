from . import test_access, test_desk, test_figures, test_report
