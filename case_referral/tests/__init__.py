from . import (
    test_access,
    test_accreditation,
    test_concern,
    test_handover,
    test_match_screen,
    test_matching,
    test_phone,
    test_portal,
    test_portal_app,
    test_r57_doors,
    test_referral,
    test_refusals,
    test_second_factor,
    test_totals,
)
from . import test_r58_r60_portal
from . import test_r61_forms
from . import test_spoken
