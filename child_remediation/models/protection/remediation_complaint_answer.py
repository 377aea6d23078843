from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.steps import step

SUPERVISOR = "child_remediation.group_supervisor"


class Complaint(models.Model):
    """What is done with a complaint: answered, closed, passed on."""

    _inherit = "remediation.complaint"

    @step(
        frm=("new", "assigned"),
        to="assigned",
        group=SUPERVISOR,
    )
    def action_assign(self, user_id=None):
        """Take the complaint or give it to a colleague. For supervisors.

        :param int user_id: an internal user; the caller where empty
        """
        user = self.env["res.users"].browse(user_id or self.env.uid).exists()
        if not user or user.share:
            raise UserError(self.env._("Choose a colleague of the back office."))
        self.write({"user_id": user.id})

    def _missing_to_answer(self):
        self.ensure_one()
        missing = []
        if not (self.answer or "").strip():
            missing.append(self.env._("Write the answer that was given first."))
        if not self.remedy_due or self.remedy_due == "due" and not self.remedy_ids:
            missing.append(self.env._("Choose the remedy, or that none is due."))
        return missing

    @step(
        frm=("new", "assigned"),
        to="answered",
        group=SUPERVISOR,
        stamp="answered",
        check="_missing_to_answer",
    )
    def action_answer(self):
        """Mark the answer as given to the person. For supervisors.

        :raises UserError: the answer is empty or no remedy is decided
        """

    def _missing_to_resolve(self):
        self.ensure_one()
        remedies = self.remedy_ids.filtered(lambda r: r.state != "cancelled")
        if self.remedy_due == "due" and (
            not remedies or "planned" in remedies.mapped("state")
        ):
            return [
                self.env._("Record what was given, by whom and when before you close.")
            ]
        return []

    @step(
        frm="answered",
        to="closed",
        group=SUPERVISOR,
        stamp="closed",
        check="_missing_to_resolve",
    )
    def action_close_resolved(self):
        """Close an answered complaint as resolved. For supervisors."""
        self._unprotected().write({"resolution": "resolved"})

    @step(frm="answered", to="closed", group=SUPERVISOR, stamp="closed")
    def action_close_rejected(self):
        """Close an answered complaint as not upheld. For supervisors."""
        self._unprotected().write({"resolution": "rejected"})

    @step(frm=("answered", "closed"), to="assigned", group=SUPERVISOR)
    def action_reopen(self):
        """Take a closed complaint up again. For supervisors."""
        self._unprotected().write(
            {
                "resolution": False,
                "closed_on": False,
                "closed_by_id": False,
                "answered_on": False,
                "answered_by_id": False,
            }
        )

    def _check_may_pass(self):
        user = self.env.user
        if not user.has_group("child_remediation.group_safeguarding"):
            self.check_access("write")
            if not user.has_group(SUPERVISOR):
                raise AccessError(
                    self.env._("Complaints are answered by a supervisor.")
                )
            if self.filtered(lambda complaint: complaint.state == "closed"):
                raise UserError(self.env._("A closed complaint is reopened first."))

    @step(right="read", allowed="_check_may_pass", to=("closed",))
    def action_pass_to_safeguarding(self):
        """Make safeguarding reports of these complaints and hide them (R55).

        For supervisors and the safeguarding officer; supervisors lose sight of the
        complaint at once.
        """
        # sudo: the report is for the officer alone; names are passed on unread.
        for complaint in self.sudo().filtered(lambda c: not c.is_restricted):
            self.env["remediation.safeguarding.report"]._file(
                {
                    "company_id": complaint.company_id.id,
                    "subject_kind": "worker",
                    "description": complaint.description,
                    "channel": "complaint",
                    "is_anonymous": complaint.is_anonymous,
                    "reporter_name": complaint.complainant_name,
                    "reporter_contact": complaint.complainant_contact,
                    "reporter_user_id": complaint.reporter_user_id.id,
                    "complaint_id": complaint.id,
                }
            )
        # sudo: as above
        self.sudo()._unprotected().write(
            {
                "is_restricted": True,
                "state": "closed",
                "resolution": "safeguarding",
                "closed_on": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        return {"type": "ir.actions.act_window_close"}
