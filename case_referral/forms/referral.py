from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

_SERVICE = Question(
    "service_type_id",
    _lt("Service"),
    offer=offers.services,
    label=offers.name,
    required=True,
)
_RECEIVER = Question(
    "to_organisation_id",
    _lt("Partner, Best First"),
    offer=offers.partners,
    show=offers.ranked_partners,
    label=offers.name,
    required=True,
)
_ACTION = Question(
    "action_id", _lt("Action of the Plan"), kind="record", offer=offers.open_actions
)
_URGENCY = Question("urgency", _lt("Answer Within"))

REFER = Form(
    "remediation.referral",
    _lt("Refer"),
    _SERVICE,
    _RECEIVER,
    _ACTION,
    Question("data_set", _lt("What the Receiver Sees"), required=True),
    _URGENCY,
    Question("reason", _lt("Reason, for a full package"), size=2000),
    Question(
        "message",
        _lt("Message to the Receiver"),
        size=1000,
        help=_lt("Nothing about work, risk or the family."),
    ),
    page="case/…/refer",
)

EMERGENCY = Form(
    "remediation.referral",
    _lt("Emergency: refer without consent"),
    _SERVICE,
    _RECEIVER,
    _ACTION,
    Question("emergency_kind", _lt("What Kind of Emergency"), required=True),
    Question("override_reason", _lt("What Happened"), size=2000, required=True),
    Question(
        "legal_basis",
        _lt("Legal Basis"),
        size=300,
        help=_lt("For instance: vital interest of the child."),
    ),
    _URGENCY,
    page="case/…/emergency",
    phone=True,
)

REVOKE = Form(
    "remediation.referral",
    _lt("Take a referral back"),
    Question(
        "reason",
        _lt("Why?"),
        field="revoke_reason",
        kind="text",
        size=500,
        required=True,
    ),
    page="case/…/referral/…/revoke",
)

TRANSFER = Form(
    "remediation.referral",
    _lt("Ask for a transfer"),
    Question("code", _lt("Code of the Case"), kind="text", field=None, size=40),
    Question("reason", _lt("Why It Should Come to You"), size=1000, required=True),
    page="request",
)

REASSIGN = Form(
    "remediation.case",
    _lt("Give to a Colleague"),
    Question(
        "case_manager_id", _lt("Colleague"), offer=offers.colleagues, required=True
    ),
    page="case/…/reassign",
)

REJECT = Form(
    "remediation.referral",
    _lt("Reject"),
    Question(
        "reason",
        _lt("Reason"),
        field="reject_reason",
        only=lambda key: key != "not_the_holder",
        required=True,
    ),
    Question("note", _lt("Note"), kind="area", field=None, size=2000),
    page="referral/…/reject",
)

DONE = Form(
    "remediation.referral",
    _lt("Report the Outcome"),
    Question("outcome", _lt("Outcome"), required=True),
    Question("done_on", _lt("Day")),
    Question("feedback", _lt("What Was Done"), kind="area", size=2000),
    page="referral/…/done",
)

RESULT = Form(
    "remediation.plan.action",
    _lt("How an action went"),
    Question(
        "result",
        _lt("Result"),
        kind="choice",
        field=None,
        choices=[
            ("start", _lt("Start")),
            ("done", _lt("Done")),
            ("not_available", _lt("Nobody Offers It")),
            ("refused", _lt("Child or Family Refused")),
        ],
        required=True,
    ),
    Question("note", _lt("Why?"), field="result_note", size=500),
    page="case/…/action/…",
)
