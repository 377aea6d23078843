from . import submission_place
