from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)


class Case(models.Model):
    """Putting a case on hold, resuming it, and opening a closed one again."""

    _inherit = "remediation.case"

    def _refuse_service_on_closed(self):
        """A service added to a closed case asks to reopen it; the button for whoever
        may, whom to ask for the others."""
        for case in self.filtered("closed_on"):
            message = self.env._(
                "%(code)s is closed: ask the supervisor to reopen it before adding a "
                "service.",
                code=case.name,
            )
            user = self.env.user
            if case.team_id in user.remediation_team_ids or user.has_group(
                "child_remediation.group_coordinator"
            ):
                raise RedirectWarning(
                    self.env._(
                        "%(code)s is closed: reopen it before adding a service.",
                        code=case.name,
                    ),
                    self.env.ref("remediation_base.remediation_step_window_action").id,
                    self.env._("Reopen"),
                    {
                        "step_view_ref": "remediation.case,action_reopen",
                        "step_ids": case.ids,
                    },
                )
            raise UserError(message)

    # -- hold ------------------------------------------------------------------
    @step(
        allowed="_check_supervises",
        stamp="hold",
        asks={"reason": "hold_reason", "until": "hold_until"},
        check="_missing_to_hold",
        title=_lt("Put on Hold"),
    )
    def action_hold(self, reason, until):
        """Put the case on hold until a day. For supervisors.

        :param str reason: why work pauses
        :param until: date on which it is taken up again
        """
        if self.filtered(lambda case: case.hold_until <= case._place_today()):
            raise UserError(self.env._("The hold ends on a day to come."))

    def _missing_to_hold(self):
        if self.closed_on or self.hold_on:
            return [self.env._("A closed case or one on hold cannot be held.")]
        return []

    @step(allowed="_check_supervises")
    def action_resume(self):
        """End the hold. For supervisors."""
        self.filtered("hold_on")._unprotected().write(
            {
                "hold_on": False,
                "hold_reason": False,
                "hold_until": False,
                "hold_by_id": False,
            }
        )

    # -- reopening -------------------------------------------------------------
    @step(
        allowed="_check_supervises",
        asks={"reason": Ask("reopened_reason", keep=False)},
        check="_missing_to_reopen",
        title=_lt("Reopen the Case"),
        hint=_lt("Say what was seen or heard since the closure."),
    )
    def action_reopen(self, reason):
        """Reopen a closed case into assessment (R23). For supervisors.

        Never fails for want of a worker: where the former case manager may not hold
        it, the supervisor does.

        :raises UserError: not closed, no reason, or the child has another open case
        """
        self._refuse_second_open_case(self.beneficiary_id)
        self._reopen(reason)

    def _missing_to_reopen(self):
        if not self.closed_on:
            return [self.env._("Only a closed case can be reopened.")]
        return []

    def _reopen(self, reason):
        now = fields.Datetime.now()
        for case in self:
            manager = case.case_manager_id
            # sudo: checks and trainings count, whoever may read them
            may_hold = manager and not manager.sudo()._problems_to_hold()
            case._unprotected().write(
                {
                    "closed_on": False,
                    "closure_reason": False,
                    "closure_outcome": False,
                    "closure_id": False,
                    "reopened_on": now,
                    "reopened_reason": reason,
                    "reopened_count": case.reopened_count + 1,
                    "case_manager_id": manager.id if may_hold else False,
                }
            )
        self.visit_ids.filtered(
            lambda v: v.is_post_closure and v.state == "planned"
        ).action_cancel(self.env._("Case reopened"))
        self.deadline_ids._done("post_closure")
        self._log_holder(reason)
        self._ask_to_assign()
        self.env["remediation.deadline"]._open(
            self, ["assessment"], {case: now for case in self}
        )
