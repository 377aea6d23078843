from . import test_access
from . import test_places
from . import test_webhook
