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
    _lt("Partner, best first"),
    offer=offers.partners,
    show=offers.ranked_partners,
    label=offers.name,
    required=True,
)
_ACTION = Question(
    "action_id", _lt("Action of the plan"), kind="record", offer=offers.open_actions
)
_URGENCY = Question("urgency", _lt("Answer within"))

REFER = Form(
    "remediation.referral",
    _lt("Refer"),
    _SERVICE,
    _RECEIVER,
    _ACTION,
    Question("data_set", _lt("What the receiver sees"), required=True),
    _URGENCY,
    Question("reason", _lt("Reason, for a full package"), size=2000),
    Question(
        "message",
        _lt("Message to the receiver"),
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
    Question("emergency_kind", _lt("What kind of emergency"), required=True),
    Question("override_reason", _lt("What happened"), size=2000, required=True),
    Question(
        "legal_basis",
        _lt("Legal basis"),
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
    Question("code", _lt("Code of the case"), kind="text", field=None, size=40),
    Question("reason", _lt("Why it should come to you"), size=1000, required=True),
    page="request",
)

REASSIGN = Form(
    "remediation.case",
    _lt("Give to a colleague"),
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
    _lt("Report the outcome"),
    Question("outcome", _lt("Outcome"), required=True),
    Question("done_on", _lt("Day")),
    Question("feedback", _lt("What was done"), kind="area", size=2000),
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
            ("not_available", _lt("Nobody offers it")),
            ("refused", _lt("Child or family refused")),
        ],
        required=True,
    ),
    Question("note", _lt("Why?"), field="result_note", size=500),
    page="case/…/action/…",
)
