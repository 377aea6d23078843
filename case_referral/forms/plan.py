from odoo.tools import LazyTranslate

from odoo.addons.child_remediation.models.plan.remediation_plan_action import (
    URGENT_DOMAINS,
)
from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

_SERVICE = {
    "field": "service_type_id",
    "offer": offers.services,
    "label": offers.name,
}

ACTION = Form(
    "remediation.plan.action",
    _lt("Action"),
    Question("domain", _lt("kind of help"), required=True),
    Question("service_type_id", _lt("Service"), **_SERVICE),
    Question("description", _lt("What exactly")),
    Question("date_due", _lt("By when")),
    Question(
        "provider_id",
        _lt("Who carries it out"),
        offer=offers.providers,
        label=offers.name,
    ),
    Question("cost_estimate", _lt("Estimated cost")),
    Question("is_free", _lt("Does it cost nothing?")),
    prefix="action-",
    field="action_ids",
)

PLAN = Form(
    "remediation.plan",
    _lt("Plan"),
    Question("goal", _lt("Goal of the plan")),
    Question("target_date", _lt("Target date")),
    Question("participants", _lt("Who took part")),
    Question(
        "separation_discussed",
        _lt("Is it discussed that the child lives apart from the parents?"),
        help=_lt("Then a best-interest decision is due."),
    ),
    Question("payer", _lt("Who pays most of it")),
    Question("income_replacement", _lt("What replaces the child's income")),
    Question(
        "income_replacement_reason",
        _lt("Why no income is replaced"),
        when="income_replacement=none",
    ),
    Question(
        "caregiver_member_id",
        _lt("Caregiver who agrees"),
        offer=offers.family,
        label=offers.member_name,
    ),
    Question("caregiver_agreed_on", _lt("Caregiver agreed on")),
    Question("caregiver_not_agreed_reason", _lt("Or why the caregiver did not agree")),
    Question("child_assent", _lt("The child's assent")),
    Question("child_assent_on", _lt("The child agreed on"), when="child_assent=yes"),
    Question(
        "child_not_heard_reason",
        _lt("Why the child was not heard"),
        when="child_assent=not_heard",
    ),
    Question(
        "signature",
        _lt("Signature or thumbprint on the screen"),
        kind="sign",
        field=None,
    ),
    Question("photo", _lt("Or a photo of the signed paper"), kind="file", field=None),
    rows={"actions": ACTION},
    page="case/…/plan",
    phone=True,
)

URGENT = Form(
    "remediation.plan.action",
    _lt("Urgent help"),
    Question(
        "domain",
        _lt("Urgent help"),
        only=lambda key: key in URGENT_DOMAINS,
        required=True,
    ),
    Question("service_type_id", _lt("Service"), **_SERVICE),
    Question("description", _lt("What is done")),
    page="case/…/urgent",
    phone=True,
)
