from . import (
    at_commit,
    context,
    core_pictures,
    log_filter,
    money,
    phonetic,
    pictures,
    sheets,
    small_cells,
    steps,
)
