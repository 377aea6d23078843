from . import classification, pictures, sheets, small_cells
