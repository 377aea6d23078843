from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)

SUPERVISOR = "child_remediation.group_supervisor"


class CaseManagerLevel(models.Model):
    """From applicant to accredited, and out of it at once (R11, R12)."""

    _inherit = "remediation.case.manager"

    def _check_supervisor(self):
        self.check_access("write")
        if not self.env.user.has_group("child_remediation.group_supervisor"):
            raise AccessError(
                self.env._("The level of a worker is set by a supervisor.")
            )
        if self.filtered(lambda m: m.user_id == self.env.user):
            raise AccessError(
                self.env._("Nobody sets their own level: ask another supervisor.")
            )

    @step(frm="applicant", to="trainee", group=SUPERVISOR, not_by="user_id")
    def action_admit(self):
        """Applicant to trainee. For a supervisor."""
        self._clear_rights_cache()

    def _missing_to_pass_examination(self):
        return self._unmet_criteria("junior")

    def _missing_to_accredit(self):
        return self._unmet_criteria("accredited")

    def _unmet_criteria(self, level):
        # sudo: the list of criteria is the same for whoever decides.
        return self.env["remediation.level.criterion"].sudo()._unmet(self, level)

    @step(
        frm="trainee",
        to="junior",
        group=SUPERVISOR,
        not_by="user_id",
        check="_missing_to_pass_examination",
    )
    def action_pass_examination(self):
        """Trainee to junior, where the criteria are met. For a supervisor.

        :raises UserError: names each criterion that is missing
        """
        self.filtered(lambda manager: not manager.junior_since)._unprotected().write(
            {"junior_since": self._place_today()}
        )
        self._clear_rights_cache()

    @step(
        frm="junior",
        to="accredited",
        group=SUPERVISOR,
        not_by="user_id",
        check="_missing_to_accredit",
    )
    def action_accredit(self):
        """Junior to accredited, where the criteria are met. For a supervisor.

        :raises UserError: names each criterion that is missing
        """
        self._clear_rights_cache()

    @step(
        group="child_remediation.group_coordinator",
        not_by="user_id",
        asks={"until": "mentor_waiver_until", "reason": "mentor_waiver_reason"},
        stamp="mentor_waiver",
        title=_lt("Waive the Mentor"),
    )
    def action_waive_mentor(self, until, reason):
        """Let a junior work without a mentor until a day at most 30 days away (R12).

        For coordinators.
        """
        if not 0 <= (until - self._place_today()).days <= 30:
            raise UserError(
                self.env._("A waiver needs a reason and lasts at most 30 days.")
            )
        # sudo: a coordinator need not read what the worker holds.
        held = self.sudo().case_ids.filtered(lambda case: case.stage != "closed")
        self.env["remediation.override"]._note(
            "mentor", held, reason, lambda case: case.user_id.partner_id
        )

    @step(
        right=None,
        allowed="_check_may_suspend",
        asks={"reason": Ask("suspension_reason", keep=False)},
        title=_lt("Suspend"),
        hint=_lt("The cases pass to the supervisor and the sessions end at once."),
    )
    def action_suspend(self, reason):
        """Suspend at once: cases pass to the supervisor, sessions and keys end (R11).

        For a supervisor or the safeguarding officer.
        """
        self._suspend(reason)

    def _check_may_suspend(self):
        if not self.env.user.has_group("child_remediation.group_safeguarding"):
            self._check_supervisor()

    def _suspend(self, reason):
        # sudo: the suspension reaches cases and sessions that the person who suspends
        # may not be able to write.
        managers = self.sudo()
        managers._leave_level("suspended")
        managers._unprotected().write({"suspension_reason": reason})
        managers.user_id._remediation_pass_supervision(reason)
        managers._pass_custody(self.env._("Worker suspended"))
        # sudo: as above; nobody reads along after a suspension (R26).
        self.env["remediation.handover"].sudo().search(
            [("reader_id", "in", managers.user_id.ids)]
        )._end()
        managers._end_sessions()
        self._clear_rights_cache()

    def _leave_level(self, level):
        """Suspend or let expire, and keep what each was: nobody becomes more by it."""
        for before, managers in self.grouped("level").items():
            values = {"level": level}
            if before not in ("suspended", "expired"):
                values["level_before"] = before
            managers._unprotected().write(values)

    @step(
        frm=("suspended", "expired"),
        to=("junior", "trainee", "applicant"),
        group=SUPERVISOR,
        not_by="user_id",
    )
    def action_restore(self):
        """Bring a suspended or expired worker back as junior; who had not passed the
        examination comes back as what they were (R12). For a supervisor.

        The cases stay with the supervisor; new ones may be assigned. A worker who was
        accredited before is accredited again by a second step.
        """
        for before, managers in self.grouped("level_before").items():
            early = before in ("applicant", "trainee")
            managers._unprotected().write(
                {"level": before if early else "junior", "suspension_reason": False}
            )
        self._clear_rights_cache()
        # sudo: supervisors do not manage users; this undoes what _end_sessions did.
        self.sudo().user_id.write({"active": True})
