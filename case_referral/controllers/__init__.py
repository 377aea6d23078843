from . import home, main, case, handover, provider, reporter, public
