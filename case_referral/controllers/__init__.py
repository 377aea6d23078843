from . import home, main, case, provider, reporter, public
