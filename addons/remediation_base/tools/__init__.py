from . import context, phonetic, pictures, sheets, small_cells, steps
