from . import phonetic, pictures, sheets, small_cells
