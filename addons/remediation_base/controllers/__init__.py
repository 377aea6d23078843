from . import health
from . import help
