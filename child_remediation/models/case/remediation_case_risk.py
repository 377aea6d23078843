from datetime import timedelta
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)


class Case(models.Model):
    """The first contact and the level of risk, and who is told of danger."""

    _inherit = "remediation.case"

    @api.depends(
        "risk_level",
        "no_safety_action_reason",
        "plan_action_ids.is_urgent",
        "plan_action_ids.state",
        "plan_action_ids.description",
        "plan_action_ids.service_type_id",
    )
    def _compute_needs_safety_action(self):
        for case in self:
            case.needs_safety_action = (
                case.risk_level == "high"
                and not (case.no_safety_action_reason or "").strip()
                and not any(action._helps_at_once() for action in case.plan_action_ids)
            )

    def write(self, vals):
        told = "no_safety_action_reason" in vals
        before = {case.id: case.no_safety_action_reason for case in self if told}
        result = super().write(vals)
        if "risk_level" in vals:
            self.filtered("needs_safety_action")._alert_on_call()
        if told:
            self.filtered(
                lambda case: case.no_safety_action_reason != before[case.id]
            )._note_no_safety()
        return result

    def _note_no_safety(self):
        """Who wrote why a child needs no safety step, and so ended the alarm (R16)."""
        self.env["remediation.override"]._note(
            "no_safety",
            self.filtered(lambda case: (case.no_safety_action_reason or "").strip()),
            lambda case: case.no_safety_action_reason,
        )

    def _start_deadlines(self):
        """Open first contact and assessment, from the concern's receipt on (R15)."""
        self.env["remediation.deadline"]._open(
            self, ["first_contact", "assessment"], {c: c.received_at for c in self}
        )

    # -- facts -----------------------------------------------------------------
    def _missing_to_contact(self):
        self.ensure_one()
        if self.closed_on:
            return [self.env._("The case is closed: reopen it first.")]
        if self.first_contact_on:
            return [
                self.env._(
                    "The first contact was recorded on %(day)s already.",
                    day=self._say_day(self.first_contact_on),
                )
            ]
        return []

    @step(
        check="_missing_to_contact",
        asks={"day": Ask("first_contact_on", required=False, keep=False)},
        title=_lt("Record First Contact"),
        hint=_lt("Empty: today."),
    )
    def action_record_first_contact(self, day=None):
        """Record that the child was met. For the holder or a supervisor.

        :param day: date of the contact, today where empty
        """
        day = day or self._place_today()
        here = self._place_today()
        if self.filtered(lambda case: day > max(case._day(), here)):
            raise UserError(self.env._("The first contact cannot lie in the future."))
        if self.filtered(lambda case: day < case.identified_on):
            raise UserError(
                self.env._("The first contact cannot come before the concern.")
            )
        self._unprotected().write(
            {"first_contact_on": day, "first_contact_by_id": self.env.uid}
        )
        self.deadline_ids._done("first_contact")

    @step(
        allowed="_check_supervises",
        asks={
            "risk_level": Ask("risk_level", keep=False),
            "reason": Ask(label=_lt("Reason")),
        },
        title=_lt("Set Risk"),
    )
    def action_set_risk(self, risk_level, reason):
        """Change the risk level with a reason. For supervisors; due dates follow."""
        self._set_risk(risk_level)
        self._message_log_batch(
            bodies={case.id: self.env._("Risk level changed.") for case in self}
        )

    def _set_risk(self, risk_level):
        # Who has not been assessed was treated as at high risk.
        order = {"low": 0, "medium": 1, "high": 2, False: 2}
        moved = self.filtered(lambda case: case.risk_level != risk_level)
        rising = moved.filtered(lambda case: order[risk_level] > order[case.risk_level])
        moved._unprotected().write({"risk_level": risk_level})
        self.env["remediation.deadline"]._tighten(rising)

    # -- alerts ----------------------------------------------------------------
    def _alert_on_call(self):
        """One activity for the supervisor on call of a child at high risk (R16)."""
        self._plan_activities(
            "child_remediation.mail_activity_type_urgent",
            lambda case: case.team_id._on_call(),
        )

    def _alert_danger(self):
        """Tell at once who is on call and who holds these cases: somebody wrote of
        immediate danger, in a visit or in words that wait (R59)."""
        for user_of in (lambda c: c.team_id._on_call(), lambda c: c.user_id):
            self._plan_activities(
                "child_remediation.mail_activity_type_urgent", user_of
            )
        for case in self.sudo():  # sudo: codes alone, to those who answer for the case
            self._tell_of_danger(
                case.team_id._on_call() | case.user_id,
                case.name,
                f"/odoo/remediation.case/{case.id}",
                f"/my/remediation/case/{case.name}",
            )

    @api.model
    def _tell_of_danger(self, users, code, path, portal_path="/my/remediation"):
        """Tell users at once, by code and link alone, that a child is in danger."""
        notices = self.env["remediation.notice"]
        base_url = self.get_base_url()

        def say(env, values):
            title = env._("Child in immediate danger")
            return f"{title}: {code}", env["ir.qweb"]._render(
                "child_remediation.danger_alert", values
            )

        told = []
        for user in users.filtered("active"):
            reader = self.with_context(lang=user.lang)
            notices._show(user, reader.env._("Child in immediate danger"), code)
            link = base_url + (portal_path if user.share else path)
            told.append((user, partial(say, values={"code": code, "link": link})))
        notices._mail(told)

    def _plan_activities(self, type_xmlid, user_of, days_of=None):
        """Plan one activity of a type per case and user, where none is open yet.

        :param user_of: function of a case (superuser) that names the user; portal
            users have "due now" on the portal instead.
        :param days_of: function of a case that says in how many days it is due; today
            where None
        """
        if not self:
            return
        activity_type = self.env.ref(type_xmlid)
        open_for = {
            (res_id, user.id)
            # sudo: an alert goes to somebody else's activities.
            for res_id, user in self.env["mail.activity"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", activity_type.id),
                ],
                ["res_id", "user_id"],
            )
        }
        model_id = self.env["ir.model"]._get_id(self._name)
        today = self._place_today()
        vals_list = []
        for case in self.sudo():  # sudo: as above
            user = user_of(case)
            if user and not user.share and (case.id, user.id) not in open_for:
                vals_list.append(
                    {
                        "res_model_id": model_id,
                        "res_id": case.id,
                        "activity_type_id": activity_type.id,
                        "summary": case.name,
                        "date_deadline": today
                        + timedelta(days=days_of(case) if days_of else 0),
                        "user_id": user.id,
                    }
                )
        self.env["remediation.notice"]._plan(vals_list)
