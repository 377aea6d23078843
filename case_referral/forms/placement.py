from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

PLACEMENT = Form(
    "remediation.best.interest.decision",
    _lt("Emergency Placement"),
    Question(
        "trigger",
        _lt("What Kind of Placement"),
        only=lambda key: key in ("emergency_placement", "authority_placement"),
        required=True,
    ),
    Question("placed_on", _lt("Day of the Placement")),
    Question("placed_with", _lt("Where the Child Is Now"), required=True),
    Question("decider", _lt("Who Decided It"), required=True),
    Question("decider_reference", _lt("Reference of the Order")),
    Question(
        "authority_reached",
        _lt("Did you reach an authority?"),
        when="trigger=emergency_placement",
        required="trigger=emergency_placement",
    ),
    Question(
        "authority_tried",
        _lt("None reached, tried:"),
        when="authority_reached=no",
        required="authority_reached=no",
        help=_lt("Whom you called, and when."),
    ),
    Question("child_heard", _lt("Was the child heard?")),
    Question("child_not_heard_reason", _lt("Or Why the Child Was Not Heard")),
    Question("decision", _lt("Why the Child Could Not Stay"), required=True),
    page="case/…/placement",
    phone=True,
)
