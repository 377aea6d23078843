"""The words for the states that the portal's pages show, in the user's language."""

from odoo.addons.remediation_base.tools.other_words import say_choices

WORDS = {
    "stage": ("remediation.case", "stage"),
    "risk": ("remediation.case", "risk_level"),
    "purpose": ("remediation.consent", "purpose"),
    "consent": ("remediation.consent", "state"),
    "standing": ("remediation.consent", "standing"),
    "assessment": ("remediation.assessment", "state"),
    "plan": ("remediation.plan", "state"),
    "action": ("remediation.plan.action", "state"),
    "domain": ("remediation.plan.action", "domain"),
    "visit": ("remediation.visit", "visit_type"),
    "outcome": ("remediation.visit", "outcome"),
    "referral": ("remediation.referral", "state"),
    "sex": ("remediation.beneficiary", "sex"),
}


def state_words(env):
    """Return a dict of value to label for each kind of state."""
    return {
        name: dict(
            say_choices(env, env[model]._fields[field]._description_selection(env))
        )
        for name, (model, field) in WORDS.items()
    }
