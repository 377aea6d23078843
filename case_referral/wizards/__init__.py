from . import (
    referral_accreditation_step,
    referral_invite,
    referral_match,
    remediation_concern_accept,
    remediation_concern_screen,
    remediation_referral_step,
)
