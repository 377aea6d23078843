from . import test_access
from . import test_history
from . import test_recovery
