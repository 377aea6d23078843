from . import (
    at_commit,
    batches,
    context,
    core_pictures,
    log_filter,
    money,
    numbers,
    phonetic,
    pictures,
    sheets,
    small_cells,
    steps,
)
