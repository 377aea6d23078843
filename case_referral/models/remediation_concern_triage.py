from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import Ask, step

from .remediation_concern import TRIAGE_HOURS

_lt = LazyTranslate(__name__)


class RemediationConcern(models.Model):
    """Triage, the decision on a concern, and who is paged while it waits."""

    _inherit = "remediation.concern"

    # Decisions

    def _check_triage_right(self):
        """Only intake, supervisors and coordinators decide about concerns."""
        if not self.env.user.has_group("case_referral.group_intake"):
            raise AccessError(
                self.env._("Ask intake or a supervisor to decide about this concern.")
            )
        self.check_access("write")

    def action_triage_high(self):
        """Triage at level high; see :meth:`action_triage`."""
        return self.action_triage("high")

    def action_triage_medium(self):
        """Triage at level medium; see :meth:`action_triage`."""
        return self.action_triage("medium")

    def action_triage_low(self):
        """Triage at level low; see :meth:`action_triage`."""
        return self.action_triage("low")

    @step(
        frm=("new", "triaged"),
        to="triaged",
        allowed="_check_triage_right",
        stamp="triaged",
        asks={"level": "triage_level"},
        title=_lt("Triage"),
    )
    def action_triage(self, level):
        """Set the triage level of new or triaged concerns.

        Intake only (AccessError). A level that is not high, medium or low, or a
        concern decided already, is a UserError. High pages the supervisor on call.
        The decision's deadline follows from receipt, never from now.
        """
        for start, concerns in self.grouped(self._clock_start).items():
            concerns._unprotected().write(
                {"triage_due": start + timedelta(hours=TRIAGE_HOURS[level])}
            )
        if level == "high":
            self._page_on_call()

    @step(
        frm=("new", "triaged"),
        to="screened_out",
        allowed="_check_triage_right",
        stamp="decided",
        asks={
            "reason": "decision_reason",
            "note": Ask("decision_note", required=False),
        },
        title=_lt("Screen Out"),
    )
    def action_screen_out(self, reason, note=None):
        """Close concerns without a case, with a reason.

        Intake only. ``reason`` is a value of ``decision_reason``; "not enough
        information" needs a note saying what was tried.
        """
        if reason == "insufficient_info" and not (note or "").strip():
            raise UserError(
                self.env._("Write what was tried to learn more about this concern.")
            )

    @step(frm="screened_out", to="new", allowed="_check_triage_right")
    def action_reopen(self):
        """Take a screened-out concern back into triage. Intake only."""
        self._unprotected().write(
            {"decision_reason": False, "decided_by_id": False, "decided_on": False}
        )

    @step(
        frm=("new", "triaged"),
        to="merged",
        allowed="_check_triage_right",
        stamp="decided",
    )
    def action_merge(self, concern_id):
        """Close these concerns as duplicates of another one. Intake only."""
        target = self.browse(concern_id).exists()
        if not target or target in self:
            raise UserError(self.env._("Choose another concern to merge into."))
        target.check_access("read")
        self._unprotected().write(
            {
                "decision_reason": "duplicate",
                "duplicate_of_id": target.id,
                "case_id": target.case_id.id,
            }
        )

    def action_open_accept(self):
        """Open the wizard that makes the case or attaches to the open one."""
        self.ensure_one()
        self._check_triage_right()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make a Case"),
            "res_model": "remediation.concern.accept",
            "view_mode": "form",
            "target": "new",
            "context": {"default_concern_id": self.id},
        }

    def action_open_screen_out(self):
        """Open the wizard that asks for the reason."""
        self._check_triage_right()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Screen Out"),
            "res_model": "remediation.concern.screen",
            "view_mode": "form",
            "target": "new",
            "context": {"default_concern_ids": self.ids},
        }

    def action_open_case(self):
        """Open the case this concern led to, by the user's own rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "remediation.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }

    def _open_cases(self):
        """Return the window on the cases of these concerns that the user reads."""
        cases = self.case_id._filtered_access("read")
        if len(cases) == 1:
            return cases.concern_ids[:1].action_open_case()
        if not cases:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cases of %(concern)s", concern=self[:1].name),
            "res_model": "remediation.case",
            "view_mode": "list,form",
            "domain": [("id", "in", cases.ids)],
        }

    def _parts_for(self, number):
        """Return this concern and a part for each further child of it: what was seen
        is one report, and each child gets a case of its own. Who reported stays with
        the report alone."""
        self.ensure_one()
        kept = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in (
                "company_id",
                "received_at",
                "written_at",
                "channel",
                "site_id",
                "area_id",
                "location",
                "work_observed",
                "team_id",
                "triage_level",
            )
        }
        parts = self._unprotected().create(
            [{**kept, "part_of_id": self.id} for _part in range(number - 1)]
        )
        return self + parts.with_env(self.env)

    @step(frm=("new", "triaged"), to=("accepted",), allowed="_check_triage_right")
    def _accept(self, beneficiary, case_vals):
        """Make or find the case of ``beneficiary`` for this concern (R5).

        An open case takes the concern; a closed one is kept and a new case names it
        as the case it follows (re-referral); otherwise a case is made. Runs as the
        user: whoever may not open cases cannot accept.
        """
        self.ensure_one()
        Case = self.env["remediation.case"]
        # sudo: R4 and R5 hold over cases that this user may not read; only the
        # existence of an open case of this child is used.
        open_case = Case.sudo().search(
            [("beneficiary_id", "=", beneficiary.id), ("stage", "!=", "closed")],
            limit=1,
        )
        attached = bool(open_case)
        if open_case:
            case = open_case.with_env(self.env)
        else:
            Case.check_access("create")
            case = (
                Case._unprotected()
                .create(
                    dict(
                        case_vals,
                        beneficiary_id=beneficiary.id,
                        company_id=self.company_id.id,
                    )
                )
                .with_env(self.env)
            )
        self._unprotected().write(
            {
                "state": "accepted",
                "case_id": case.id,
                "beneficiary_id": beneficiary.id,
                "attached_to_open_case": attached,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        if attached:
            # sudo: the line is by code only and belongs in the open case's log,
            # whoever holds that case.
            case.sudo()._message_log_batch(
                bodies={
                    case.id: self.env._("Concern %s was added to this case.", self.name)
                }
            )
        return case

    # Alerts

    def _on_call_users(self):
        """Return who is paged: the team's person on call, else its supervisor,
        else every coordinator of the company."""
        self.ensure_one()
        team = self.team_id or self.env["remediation.team"].search(
            [
                ("company_id", "in", [self.company_id.id, False]),
                ("on_call_user_id", "!=", False),
            ],
            limit=1,
        )
        users = team.on_call_user_id or team.supervisor_id
        if not users:
            users = self.env.ref("child_remediation.group_coordinator").all_user_ids
            users = users.filtered(lambda user: self.company_id in user.company_ids)
        return users.filtered("active")

    def _page_on_call(self, late=False):
        """Tell the supervisor on call at once, by code and link only.

        :param bool late: because nobody looked in time, whatever is in the concern
        """
        if not self:
            return
        template = self.env.ref("case_referral.mail_template_concern_urgent")
        for concern in self:
            # sudo: the reporter must not read teams or who is on call, yet his
            # report has to reach that person.
            urgent = concern.sudo()
            for user in urgent._on_call_users():
                template.sudo().with_context(lang=user.lang).send_mail(
                    urgent.id,
                    email_values={
                        "email_to": user.email_formatted,
                        "recipient_ids": [],
                    },
                )
                words = user.with_context(lang=user.lang).env
                notices = self.env["remediation.notice"]
                if late:
                    title = words._("Triage is late")
                    notices._show(user, title, urgent.name, kind="warning")
                else:
                    title = words._("Child in immediate danger")
                    notices._show(user, title, urgent.name)
        # sudo: alert times are set by the system alone.
        self.sudo()._unprotected().write({"paged_on": fields.Datetime.now()})

    @api.model
    def _cron_alert_overdue(self):
        """Page once for every concern whose triage is late."""
        late = self.search(
            [
                ("state", "=", "new"),
                ("triage_due", "<", fields.Datetime.now()),
                ("overdue_alerted_on", "=", False),
            ],
        )
        each_batch(late, lambda batch: batch._alert_late())

    def _alert_late(self):
        self._page_on_call(late=True)
        self._unprotected().write({"overdue_alerted_on": fields.Datetime.now()})
