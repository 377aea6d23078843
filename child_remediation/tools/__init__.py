from . import classification, sheets, small_cells
