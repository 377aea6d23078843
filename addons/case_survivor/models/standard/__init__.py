from . import (
    remediation_exploitation,
    remediation_exploitation_value,
    remediation_outside_referral,
    remediation_survivor_contact,
)
