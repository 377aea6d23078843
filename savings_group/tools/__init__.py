from . import share_out
