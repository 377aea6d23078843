from odoo import fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.answers import YES, Answer
from odoo.addons.remediation_base.tools.steps import step

from ..protection.remediation_complaint_answer import SUPERVISOR

_lt = LazyTranslate(__name__)
#: What is still recorded once the answer was given.
AFTER_ANSWER = frozenset({"reprisal_risk", "reprisal_plan"})


class Complaint(models.Model):
    """Who a complaint is against and for how many people, what is made good, the risk
    of reprisal, and the appeal."""

    _inherit = "remediation.complaint"

    _open_fields = {"answered": AFTER_ANSWER, "closed": AFTER_ANSWER}
    _protected_fields = frozenset(
        {
            "appealed_on",
            "appeal_to",
            "appeal_reason",
            "appeal_outcome",
            "appeal_ended_on",
        }
    )
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"people_count"})

    remedy_ids = fields.One2many(
        "remediation.remedy", "complaint_id", string="Remedies"
    )
    respondent_ids = fields.One2many("remediation.complaint.respondent", "complaint_id")
    is_group = fields.Boolean(
        string="Complaint of a Group", help="Several people complain together."
    )
    people_count = fields.Integer(
        string="People Concerned", help="0 if unknown.", aggregator="sum"
    )
    programme_id = fields.Many2one(
        "remediation.programme", index="btree_not_null", check_company=True
    )
    site_id = fields.Many2one(
        "remediation.site", index="btree_not_null", check_company=True
    )
    funder_id = fields.Many2one("res.partner", index="btree_not_null")
    reprisal_risk = Answer(
        "Risk of Reprisal", help="Whether somebody may harm who complained."
    )
    reprisal_plan = fields.Text(help="What is done so that nobody is harmed, by whom.")
    appealed_on = fields.Date(readonly=True, copy=False)
    appeal_to = fields.Selection(
        [
            ("internal", "Management of the Organisation"),
            ("funder", "Mechanism of the Funder"),
            ("independent", "Independent Mechanism"),
            ("court", "Court"),
        ],
        readonly=True,
        copy=False,
    )
    appeal_reason = fields.Text(readonly=True, copy=False)
    appeal_outcome = fields.Selection(
        [
            ("upheld", "Answer Upheld"),
            ("changed", "Answer Changed"),
            ("withdrawn", "Appeal Withdrawn"),
        ],
        readonly=True,
        copy=False,
    )
    appeal_ended_on = fields.Date(readonly=True, copy=False)

    _people_possible = models.Constraint(
        "CHECK (people_count >= 0)", "A number of people is not negative."
    )

    def _missing_to_answer(self):
        missing = super()._missing_to_answer()
        if self.reprisal_risk == YES and not (self.reprisal_plan or "").strip():
            missing.append(
                self.env._("Write what is done so that nobody is harmed for it.")
            )
        return missing

    @step(
        frm=("answered", "closed"),
        group=SUPERVISOR,
        asks={"date": "appealed_on", "to": "appeal_to", "reason": "appeal_reason"},
        title=_lt("Record an Appeal"),
    )
    def action_appeal(self, date, to, reason):
        """Record that the person appealed against the answer. For supervisors.

        :param date: day of the appeal
        :param str to: to whom
        :param str reason: what the person says
        """
        self._unprotected().write({"appeal_outcome": False, "appeal_ended_on": False})

    def _missing_to_end_appeal(self):
        if not self.appealed_on or self.appeal_outcome:
            return [self.env._("No appeal is open.")]
        return []

    @step(
        frm=("answered", "closed"),
        group=SUPERVISOR,
        check="_missing_to_end_appeal",
        asks={"outcome": "appeal_outcome", "date": "appeal_ended_on"},
        title=_lt("End of the Appeal"),
    )
    def action_end_appeal(self, outcome, date):
        """Record how the appeal ended; where the answer changed, reopen the complaint.

        :param str outcome: upheld, changed or withdrawn
        :param date: day on which it ended
        """
