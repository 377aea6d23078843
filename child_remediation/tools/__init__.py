from . import classification, small_cells
