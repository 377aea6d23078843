from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

_lt = LazyTranslate(__name__)


class AdultJob(models.Model):
    """The child's job given to an adult of the family: who, where, from when, and that
    somebody looked. The holder of the case enters it; another person checks."""

    _name = "remediation.adult.job"
    _description = "Job of an Adult of the Family"
    _inherit = ["remediation.case.owned"]
    _order = "date_start desc, id desc"

    _open_fields = {"running": EVERYTHING}
    _protected_fields = frozenset(
        {"state", "checked_by_id", "checked_on", "date_end", "end_reason"}
    )

    member_id = fields.Many2one(
        "remediation.household.member",
        string="Adult",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    employer_id = fields.Many2one("res.partner", required=True, index=True)
    date_start = fields.Date(string="Works Since", required=True)
    state = fields.Selection(
        [("running", "Not Checked Yet"), ("checked", "Checked"), ("ended", "Ended")],
        default="running",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    checked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    checked_on = fields.Date(readonly=True, copy=False)
    date_end = fields.Date(readonly=True, copy=False)
    end_reason = fields.Char(readonly=True, copy=False)

    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A job ends after it starts: correct the days.",
    )

    @api.depends("case_id.name", "member_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # sudo: the adult's code; who reads the job need not read the family.
        for job in self.sudo():
            job.display_name = say_pair(self.env, job.case_id.name, job.member_id.name)

    @api.constrains("member_id", "case_id", "date_start")
    def _check_member(self):
        # sudo: age and household are compared, for whoever saves; nothing is shown.
        for job in self.sudo():
            member = job.member_id
            if member.household_id != job.case_id.household_id:
                raise ValidationError(
                    self.env._("Choose an adult of the child's own family.")
                )
            if not member._is_adult(job.date_start):
                raise ValidationError(
                    self.env._(
                        "The job goes to an adult: record that this person is 18 or "
                        "older on the first day."
                    )
                )

    def _missing_to_check(self):
        if self._is_ahead(self.date_start):
            return [self.env._("The job has not started yet: check it afterwards.")]
        return []

    @step(
        frm="running",
        to="checked",
        group="child_remediation.group_case_worker",
        not_by=("create_uid",),
        stamp="checked",
        check="_missing_to_check",
    )
    def action_check(self):
        """Record that somebody saw the adult at work. Not for who entered the job."""

    @step(
        frm=("running", "checked"),
        to="ended",
        group="child_remediation.group_case_worker",
        asks={"date": "date_end", "reason": "end_reason"},
        title=_lt("The Job Has Ended"),
    )
    def action_end(self, date, reason):
        """Record that the adult works there no more. For the holder.

        :param date: last day
        :param str reason: why; required
        """
