from . import (
    test_class,
    test_class_by_taps,
    test_day_offline,
    test_intents,
    test_late,
    test_looks,
    test_phone_faults,
    test_phones,
)
