from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import step
from odoo.addons.remediation_base.tools.words import say_pair

_lt = LazyTranslate(__name__)


class AgreementChild(models.Model):
    """A child for whom the parties of an agreement pay.

    It hangs on the case, so whoever sees the case sees it; who reads the agreement
    alone learns nothing of its children. The holder submits, a supervisor approves
    (R18): from then on the parties are the case's funders, in their shares (R53).
    """

    _name = "remediation.agreement.child"
    _description = "Child under an Agreement"
    _inherit = ["remediation.approval.mixin"]
    _order = "date_start desc, id desc"

    _protected_fields = frozenset(
        {"date_last", "end_reason", "ended_by_id", "ended_on"}
    )

    agreement_id = fields.Many2one(
        "remediation.agreement",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('state', '=', 'approved')]",
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date_start = fields.Date(
        required=True, help="First day that the parties pay for this child."
    )
    date_last = fields.Date(string="Last Day", readonly=True, copy=False)
    end_reason = fields.Char(readonly=True, copy=False)
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    ended_on = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _one_approved = models.UniqueIndex(
        "(case_id) WHERE state = 'approved' AND date_last IS NULL",
        "Another agreement pays for this child: end that one first.",
    )

    @api.depends("case_id.name", "agreement_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for child in self:
            child.display_name = say_pair(
                self.env, child.case_id.name, child.agreement_id.name
            )

    def _missing_to_submit(self):
        missing = super()._missing_to_submit()
        agreement = self.agreement_id
        if agreement.state != "approved":
            missing.append(
                self.env._(
                    "%(agreement)s is not in force: choose an agreement that is.",
                    agreement=agreement.display_name,
                )
            )
        if self.date_start < agreement.date_start:
            missing.append(
                self.env._(
                    "%(agreement)s starts on %(day)s: choose that day or a later one.",
                    agreement=agreement.display_name,
                    day=self._say_day(agreement.date_start),
                )
            )
        if agreement.site_id and agreement.site_id != self.case_id.site_id:
            missing.append(
                self.env._(
                    "%(agreement)s is for the children of another site: choose the "
                    "agreement of this child's site.",
                    agreement=agreement.display_name,
                )
            )
        return missing

    def _missing_to_approve(self):
        missing = super()._missing_to_approve() + self._missing_to_submit()
        # sudo: an agreement over the child counts, whoever may read it.
        other = self.sudo().search(
            [
                ("case_id", "=", self.case_id.id),
                ("state", "=", "approved"),
                ("date_last", "=", False),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if other:
            missing.append(
                self.env._(
                    "%(agreement)s pays for this child already: end that first.",
                    agreement=other.agreement_id.display_name,
                )
            )
        return missing

    def _missing_to_end(self):
        if self.date_last:
            return [self.env._("It was ended before.")]
        return []

    @step(
        frm="approved",
        group="child_remediation.group_supervisor",
        stamp="ended",
        check="_missing_to_end",
        asks={"date": "date_last", "reason": "end_reason"},
        title=_lt("End for This File"),
        hint=_lt("Name who pays from then on: set the shares of the case."),
    )
    def action_end(self, date, reason):
        """End what the parties pay for a child. For supervisors of the case.

        :param date: last day that they pay
        :param str reason: why; required
        """
        self._check_last_day()
        self.agreement_id._forecast_for_all()

    def _check_last_day(self):
        if self.filtered(lambda child: child.date_last < child.date_start):
            raise UserError(self.env._("It ends before it starts: choose a later day."))

    def _after_approval(self):
        result = super()._after_approval()
        for child in self:
            child._fund_case(child.date_start)
        return result

    def _fund_case(self, day):
        """Make the parties the funders of the case from a day on (R53); where a split
        began on that day or later, from the day after that."""
        self.ensure_one()
        current = self.case_id.funding_ids.filtered(lambda f: not f.date_to)
        days = [
            day,
            *(start + timedelta(days=1) for start in current.mapped("date_from")),
        ]
        self.case_id.action_set_funding(max(days), self.agreement_id._funder_shares())
