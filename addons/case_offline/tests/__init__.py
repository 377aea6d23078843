from . import test_day_offline, test_intents, test_late, test_phones
