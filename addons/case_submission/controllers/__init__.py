from . import submissions
