from . import cut
