"""The form of a proposal of cash support, as data (R61)."""

from odoo.tools import LazyTranslate

from odoo.addons.case_referral.forms import FORMS
from odoo.addons.case_referral.forms.offers import member_name, name
from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)


def _in_force(model):
    def offer(env, case):
        return env[model].search(
            [("company_id", "=", case.company_id.id), ("is_in_force", "=", True)]
        )

    return offer


def _adults(env, case):
    today = case._place_today()
    return case.household_id.member_ids.filtered(
        lambda member: member._is_adult(today) and member.is_suspected_of_harm != "yes"
    )


def _cash_actions(env, case):
    return case.plan_action_ids.filtered(
        lambda action: (
            action.domain == "cash" and action.state in ("planned", "in_progress")
        )
    )


CASH = Form(
    None,
    _lt("Propose Support"),
    Question(
        "scheme_id",
        _lt("Kind of Support"),
        kind="record",
        field="scheme_id",
        offer=_in_force("cash.transfer.scheme"),
        label=name,
        required=True,
    ),
    Question(
        "action_id",
        _lt("Cash Action of the Plan"),
        kind="record",
        offer=_cash_actions,
        help=_lt("Empty: an emergency, before the plan."),
    ),
    Question(
        "member_id",
        _lt("Who Receives the Money"),
        kind="record",
        offer=_adults,
        label=member_name,
        required=True,
    ),
    Question(
        "provider_id",
        _lt("By"),
        kind="record",
        offer=_in_force("cash.transfer.provider"),
        label=name,
        required=True,
    ),
    Question(
        "number",
        _lt("Number or Account (shown masked afterwards)"),
        kind="text",
        size=40,
    ),
    Question("justification", _lt("Why This Support"), kind="area", required=True),
    page="case/…/cash",
)
FORMS["cash"] = CASH
