from . import share_out
from . import sheets
