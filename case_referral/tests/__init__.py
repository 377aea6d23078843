from . import (
    test_accreditation,
    test_concern,
    test_matching,
    test_portal,
    test_referral,
    test_refusals,
)
