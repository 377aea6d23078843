from . import test_dashboards, test_rights, test_screens
