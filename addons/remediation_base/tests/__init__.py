from . import test_r58_answers
