from . import second_factor, sign_up
