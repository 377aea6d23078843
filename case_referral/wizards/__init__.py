from . import (
    referral_invite,
    referral_match,
    remediation_concern_accept,
    remediation_concern_accept_child,
    remediation_concern_screen,
)
