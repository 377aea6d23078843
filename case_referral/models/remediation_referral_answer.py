from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)

HANDOVER_TYPES = ("assignment", "transfer")


class RemediationReferral(models.Model):
    """What the receiver answers, and the hand-over of the case."""

    _inherit = "remediation.referral"

    # Answers: called for the receiver by the package, and for external ones directly

    @step(frm="sent", to=("accepted",), allowed="_check_external")
    def action_record_accept(self):
        """Record that an organisation outside the network accepted. For the sender."""
        return self._accept()

    @step(
        frm="sent",
        to=("rejected",),
        allowed="_check_external",
        asks={
            "reason": Ask("reject_reason", keep=False),
            "note": Ask("feedback", required=False, keep=False, label=_lt("Note")),
        },
        title=_lt("Record the refusal"),
    )
    def action_record_reject(self, reason, note=None):
        """Record that an organisation outside the network refused. For the sender."""
        return self._reject(reason, note)

    @step(
        frm="accepted",
        to=("done", "failed"),
        allowed="_check_external",
        asks={
            "outcome": Ask("outcome", keep=False),
            "feedback": Ask("feedback", keep=False),
            "done_on": Ask("done_on", required=False, keep=False),
        },
        title=_lt("Record the outcome"),
    )
    def action_record_done(self, outcome, feedback, done_on=None):
        """Record the outcome at an organisation outside the network. For the sender."""
        return self._finish(outcome, feedback, done_on)

    def _check_external(self):
        self._check_sender()
        if self.filtered(lambda referral: not referral.is_external):
            raise UserError(
                self.env._("The receiver answers on the portal: wait for the answer.")
            )

    @step(frm="sent", to=("accepted",), right=None)
    def _accept(self):
        """Accept: a service starts, or the case moves to its new holder."""
        # Finishing after a consent expired is one thing, beginning another (R7).
        over = self.filtered(
            lambda ref: ref.referral_type == "referral" and ref.basis == "consent"
        )._without_consent()
        if over:
            raise UserError(
                self.env._(
                    "%(code)s: the family's consent is over. Ask the case manager to "
                    "renew it before you begin.",
                    code=over[:1].name,
                )
            )
        late = self.filtered(lambda ref: ref.answer_by < fields.Datetime.now())
        late._unprotected().write({"answer_late": True})
        self._unprotected().write(
            {
                "state": "accepted",
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        services = self.filtered(lambda ref: ref.referral_type == "referral")
        services.action_id.filtered(
            lambda action: action.state == "planned" and action._may_run()
        ).action_start()
        for referral in self - services:
            referral._hand_over()
        self._log_lines(
            {
                "referral": self.env._("Referral %s was accepted."),
                "assignment": self.env._("Assignment %s was accepted."),
                "transfer": self.env._("Transfer %s was accepted."),
                "transfer_request": self.env._("Transfer request %s was granted."),
            }
        )
        self._clear_activities()
        return True

    def _hand_over(self):
        """Move the case on acceptance; R11–R14 are checked once more."""
        self.ensure_one()
        if self.referral_type == "transfer_request":
            return
        problems = self._problems_of_receivers().get(self)
        if problems:
            raise UserError("\n".join(problems))
        manager = self.to_case_manager_id
        if self.referral_type == "transfer":
            consented = self.basis != "consent" or not self._without_consent()
            if not consented:
                raise UserError(
                    self.env._(
                        "The consent for this transfer was withdrawn or is over: the "
                        "case stays where it is."
                    )
                )
        self.case_id._set_holder(
            manager,
            self.env._("%(code)s was accepted", code=self.name),
        )
        self._unprotected().write({"state": "done", "done_on": self._place_today()})
        self.package_id._close_view()
        # Whatever else was offered for this case is void now.
        self.search(
            [
                ("case_id", "=", self.case_id.id),
                ("id", "!=", self.id),
                ("referral_type", "in", HANDOVER_TYPES + ("transfer_request",)),
                ("state", "=", "sent"),
            ]
        )._revoke(self.env._("The case went to somebody else."))

    @step(frm="sent", to=("rejected",), right=None)
    def _reject(self, reason, note=None):
        if reason not in dict(self._fields["reject_reason"].selection):
            raise UserError(self.env._("Choose the reason."))
        if reason == "other" and not (note or "").strip():
            raise UserError(self.env._("Write the reason."))
        self._unprotected().write(
            {
                "state": "rejected",
                "reject_reason": reason,
                "feedback": (note or "").strip() or False,
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        self.package_id._close_view()
        self._log_lines(
            {
                "referral": self.env._("Referral %s was rejected."),
                "assignment": self.env._("Assignment %s was rejected."),
                "transfer": self.env._("Transfer %s was rejected."),
                "transfer_request": self.env._("Transfer request %s was refused."),
            }
        )
        self._clear_activities()
        self._tell_senders()
        return True

    @step(frm="accepted", to=("done", "failed"), right=None)
    def _finish(self, outcome, feedback, done_on=None):
        if outcome not in dict(self._fields["outcome"].selection):
            raise UserError(self.env._("Say whether the service was given."))
        if not (feedback or "").strip():
            raise UserError(self.env._("Write what was done, for the case manager."))
        done_on = fields.Date.to_date(done_on) or self._place_today()
        if done_on > self._place_today():
            raise UserError(self.env._("The date cannot be in the future."))
        self._unprotected().write(
            {
                "state": "failed" if outcome == "not_given" else "done",
                "outcome": outcome,
                "feedback": feedback.strip(),
                "done_on": done_on,
            }
        )
        if outcome == "given":
            for referral in self.filtered(
                lambda ref: (
                    ref.action_id.state in ("planned", "in_progress")
                    and ref.action_id._may_run()
                )
            ):
                referral.action_id.action_done(referral.feedback)
        self.package_id._keep_view_for_days()
        self._log_lines(
            {
                "referral": self.env._("Referral %s is done."),
                "assignment": self.env._("Assignment %s is done."),
                "transfer": self.env._("Transfer %s is done."),
                "transfer_request": self.env._("Transfer request %s is done."),
            }
        )
        self._tell_senders()
        return True

    # Transfer requests

    def action_grant_request(self):
        """Answer a transfer request with yes: prepares the transfer and returns it.

        For the case's holder or supervisor. The transfer is still sent through the
        consent gate.
        """
        self.ensure_one()
        self._check_sender()
        if self.referral_type != "transfer_request":
            raise UserError(self.env._("This is not a transfer request."))
        self._accept()
        transfer = self._unprotected().copy({"referral_type": "transfer"})
        transfer._unprotected().write({"request_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": transfer.id,
            "views": [(False, "form")],
        }

    def action_refuse_request(self):
        """Answer a transfer request with no. For the case's holder or supervisor."""
        self._check_sender()
        if self.filtered(lambda ref: ref.referral_type != "transfer_request"):
            raise UserError(self.env._("This is not a transfer request."))
        return self._reject("not_the_holder")

    def _tell_senders(self):
        codes = {}
        # sudo: the receiver who answers does not read the sender's user.
        for referral in self.sudo():
            user = referral.user_id or referral.team_id.supervisor_id
            if user:
                codes.setdefault(user, []).append(referral.name)
        self.env["referral.mail"]._send_codes(
            "case_referral.mail_body_referral_answered", codes, "/my/remediation"
        )
