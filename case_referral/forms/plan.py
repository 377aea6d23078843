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
    Question("domain", _lt("Kind of Help"), required=True),
    Question("service_type_id", _lt("Service"), **_SERVICE),
    Question("description", _lt("What Exactly")),
    Question("date_due", _lt("By When")),
    Question(
        "provider_id",
        _lt("Who Carries It Out"),
        offer=offers.providers,
        label=offers.name,
    ),
    Question("cost_estimate", _lt("Estimated Cost")),
    Question("is_free", _lt("Does it cost nothing?")),
    prefix="action-",
    field="action_ids",
)

PLAN = Form(
    "remediation.plan",
    _lt("Plan"),
    Question("goal", _lt("Goal of the Plan")),
    Question("target_date", _lt("Target Date")),
    Question("participants", _lt("Who Took Part")),
    Question(
        "separation_discussed",
        _lt("Is it discussed that the child lives apart from the parents?"),
        help=_lt("Then a best-interest decision is due."),
    ),
    Question("payer", _lt("Who Pays Most of It")),
    Question("income_replacement", _lt("What Replaces the Child's Income")),
    Question(
        "income_replacement_reason",
        _lt("Why No Income Is Replaced"),
        when="income_replacement=none",
    ),
    Question(
        "caregiver_member_id",
        _lt("Caregiver Who Agrees"),
        offer=offers.family,
        label=offers.member_name,
    ),
    Question("caregiver_agreed_on", _lt("Caregiver Agreed On")),
    Question("caregiver_not_agreed_reason", _lt("Or Why the Caregiver Did Not Agree")),
    Question("child_assent", _lt("The Child's Assent")),
    Question("child_assent_on", _lt("The Child Agreed On"), when="child_assent=yes"),
    Question(
        "child_not_heard_reason",
        _lt("Why the Child Was Not Heard"),
        when="child_assent=not_heard",
    ),
    Question(
        "signature",
        _lt("Signature or Thumbprint on the Screen"),
        kind="sign",
        field=None,
    ),
    Question("photo", _lt("Or a Photo of the Signed Paper"), kind="file", field=None),
    rows={"actions": ACTION},
    page="case/…/plan",
    phone=True,
)

URGENT = Form(
    "remediation.plan.action",
    _lt("Urgent Help"),
    Question(
        "domain",
        _lt("Urgent Help"),
        only=lambda key: key in URGENT_DOMAINS,
        required=True,
    ),
    Question("service_type_id", _lt("Service"), **_SERVICE),
    Question("description", _lt("What Is Done")),
    page="case/…/urgent",
    phone=True,
)
