from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.remediation_submission import CHANNELS


class SubmissionPlace(models.TransientModel):
    """Files by hand what could not be filed by itself. For supervisors of the team.

    A visit goes to a case that the user supervises and counts for nothing, because
    nobody who may record it says that they saw the child (R22). A concern is
    registered as any other.
    """

    _name = "remediation.submission.place"
    _description = "File a Submission by Hand"

    submission_id = fields.Many2one(
        "remediation.submission", required=True, readonly=True
    )
    form = fields.Selection(related="submission_id.form", related_sudo=False)
    company_id = fields.Many2one(related="submission_id.company_id")
    answers_text = fields.Text(related="submission_id.answers_text", related_sudo=False)
    case_id = fields.Many2one(
        "remediation.case", domain="[('company_id', '=', company_id)]"
    )
    date_done = fields.Date(string="Day of the Visit")
    work_observed = fields.Text(string="What Was Seen")
    location = fields.Char(string="Where")
    site_id = fields.Many2one("remediation.site")
    note = fields.Char(string="Why It Is Set Aside")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        submission = self.env["remediation.submission"].browse(
            values.get("submission_id")
        )
        if submission:
            submission.check_access("read")
            answers = submission.answers or {}
            values.update(
                date_done=submission._day(answers.get("date_done")),
                work_observed=answers.get("work_observed") or answers.get("what"),
                location=answers.get("location"),
            )
        return {name: value for name, value in values.items() if name in fields}

    def action_place(self):
        """File it: the visit with the case chosen, the concern in the queue of
        triage. For supervisors of the team.

        :raises UserError: something is missing, or somebody decided already
        """
        self.ensure_one()
        submission = self.submission_id
        if self.form == "visit":
            submission.action_place_visit(self.case_id.id, self.date_done)
        elif self.form not in ("concern", "danger"):
            submission.action_place_held(self.case_id.id)
        else:
            if not (self.work_observed or self.location):
                raise UserError(self.env._("Write what was seen, or where."))
            submission.action_place_concern(
                {
                    "work_observed": self.work_observed,
                    "location": self.location,
                    "site_id": self.site_id.id,
                    "channel": self._channel(),
                }
            )
        return {"type": "ir.actions.act_window_close"}

    def _channel(self):
        channel = (self.submission_id.answers or {}).get("channel")
        return channel if channel in CHANNELS else "community"

    def action_reject(self):
        """Set it aside with the reason written. For supervisors of the team."""
        self.ensure_one()
        self.submission_id.action_reject(self.note)
        return {"type": "ir.actions.act_window_close"}
