from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

PLACEMENT = Form(
    "remediation.best.interest.decision",
    _lt("Emergency placement"),
    Question(
        "trigger",
        _lt("What kind of placement"),
        only=lambda key: key in ("emergency_placement", "authority_placement"),
        required=True,
    ),
    Question("placed_on", _lt("Day of the placement")),
    Question("placed_with", _lt("Where the child is now"), required=True),
    Question("decider", _lt("Who decided it"), required=True),
    Question("decider_reference", _lt("Reference of the order")),
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
    Question("child_not_heard_reason", _lt("Or why the child was not heard")),
    Question("decision", _lt("Why the child could not stay"), required=True),
    page="case/…/placement",
    phone=True,
)
