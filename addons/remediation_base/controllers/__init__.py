from . import export
from . import health
from . import help
