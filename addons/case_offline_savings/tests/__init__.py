from . import (
    test_meeting_by_taps,
    test_meeting_in_french,
    test_offline_savings,
    test_r51_packet,
)
