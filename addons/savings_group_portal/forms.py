"""The forms of a meeting on the portal, as data (R61)."""

from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

DAY = Form(
    "savings.meeting",
    _lt("Open the Meeting"),
    Question("date", _lt("Day of the Meeting"), required=True),
)
MEMBER = Form(
    "savings.meeting.line",
    _lt("Member"),
    Question("attendance", _lt("Attendance"), required=True),
    Question("shares", _lt("Shares"), high=1000),
    Question("loan_repaid", _lt("Loan Repaid")),
    Question("loan_given", _lt("Loan Given")),
    Question("fine", _lt("Fine")),
    Question("social_in", _lt("Paid to the Social Fund")),
    Question("social_out", _lt("Given by the Social Fund")),
    Question("group_decided", _lt("Did the group decide to go beyond its limits?")),
    Question("decision_reason", _lt("Why the Group Decided So"), size=200),
)
COUNT = Form(
    "savings.meeting",
    _lt("Count the Cash"),
    Question("counted_loan", _lt("Loan Fund: Counted")),
    Question("counted_social", _lt("Social Fund: Counted")),
    Question(
        "why_loan", _lt("Why the Loan Fund Differs"), kind="text", field=None, size=200
    ),
    Question(
        "why_social",
        _lt("Why the Social Fund Differs"),
        kind="text",
        field=None,
        size=200,
    ),
)
#: Figures that are counted up and down, with the member's value of one press.
STEPS = {
    "shares": None,
    "loan_repaid": "step",
    "loan_given": "step",
    "fine": "social_step",
    "social_in": "social_step",
    "social_out": "social_step",
}
