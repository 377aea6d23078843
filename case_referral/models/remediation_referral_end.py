from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import Ask, step

from .remediation_referral import OPEN_STATES

_lt = LazyTranslate(__name__)

#: Days that a service may go on after the case is closed.
KEEP_AT_MOST = 366

EXPIRE_AFTER = timedelta(days=7)


class RemediationReferral(models.Model):
    """How a referral ends: revoking, keeping, review of an override, expiry."""

    _inherit = "remediation.referral"

    @step(
        frm=OPEN_STATES,
        to=("revoked",),
        allowed="_check_sender",
        asks={"reason": Ask("revoke_reason", keep=False)},
        title=_lt("Take Back"),
    )
    def action_revoke(self, reason):
        """Take back what was sent or accepted, with a reason. For the sender's side.

        The receiver's view stays for the days the company sets, for leaving in order;
        it closes at once where consent was withdrawn.
        """
        return self._revoke(reason, at_once=False)

    @step(
        frm="accepted",
        allowed="_check_sender",
        check="_missing_to_keep",
        asks={"until": "kept_until"},
        title=_lt("Keep Until"),
    )
    def action_keep_until(self, until):
        """Let a service go on until a day although the case is closed (R22). For the
        sender's side; the receiver's view ends with that day.

        :param until: last day, within a year
        """
        today = self._place_today()
        if not today <= until <= today + timedelta(days=KEEP_AT_MOST):
            raise UserError(self.env._("Choose a day within the next year."))
        self._limit_views()

    def _missing_to_keep(self):
        if self.referral_type != "referral":
            return [self.env._("Only a service goes on after a case closed.")]
        return []

    def _revoke(self, reason, at_once=True):
        if not self:
            return True
        self._unprotected().write(
            {
                "state": "revoked",
                "revoked_on": fields.Datetime.now(),
                "revoked_by_id": self.env.uid,
                "revoke_reason": reason,
            }
        )
        if at_once:
            self.package_id._close_view()
        else:
            self.package_id._keep_view_for_days()
        self._log_lines(
            {
                "referral": self.env._("Referral %s was revoked."),
                "assignment": self.env._("Assignment %s was revoked."),
                "transfer": self.env._("Transfer %s was revoked."),
                "transfer_request": self.env._("Transfer request %s was dropped."),
            }
        )
        self._clear_activities()
        return True

    def _missing_to_review(self):
        if not self.review_due:
            return [self.env._("There is nothing to review here.")]
        if self.override_by_id == self.env.user:
            return [self.env._("You sent this one: another supervisor reviews it.")]
        return []

    @step(
        group="child_remediation.group_supervisor",
        allowed="_check_sender",
        stamp="reviewed",
        check="_missing_to_review",
        asks={"note": "review_note"},
        title=_lt("Review"),
        seen="content_hash",
    )
    def action_review(self, note):
        """Record the review of an emergency or override sending (R6).

        For supervisors and coordinators who did not send it.
        """

    # Time and consent

    @api.model
    def _cron_follow_up(self):
        """Mark late answers, end unanswered sendings, close receivers' views."""
        now = fields.Datetime.now()
        late = self.search(
            [
                ("state", "=", "sent"),
                ("answer_by", "<", now),
                ("answer_late", "=", False),
            ]
        )
        each_batch(late, lambda batch: batch._mark_late())
        over = self.search(
            [
                ("state", "=", "sent"),
                ("answer_by", "<", now - EXPIRE_AFTER),
                ("basis", "!=", "emergency"),
            ]
        )
        each_batch(over, lambda batch: batch._expire())
        ended = self.search(
            [
                ("state", "in", OPEN_STATES),
                ("kept_until", "<", self._place_today()),
            ]
        )
        reason = self.env._("The day decided when the case was closed is over.")
        each_batch(ended, lambda batch: batch._revoke(reason))
        self.env["remediation.referral.package"]._close_overdue_views()
        self._end_expired_consents()

    @api.model
    def _end_expired_consents(self):
        """Let receivers finish for some days after a consent expired (R7)."""
        live = self.search(
            [
                ("state", "in", OPEN_STATES),
                ("referral_type", "in", ("referral", "transfer")),
                ("basis", "=", "consent"),
            ]
        )
        each_batch(live, lambda batch: batch._limit_views())

    def _mark_late(self):
        self._unprotected().write({"answer_late": True})
        self._tell_senders()

    def _expire(self):
        self._unprotected().write({"state": "expired"})
        self.package_id._close_view()
        self._clear_activities()

    def _limit_views(self):
        """Set until when the receivers of open referrals look: as long as the consents
        last and some days more (R7); a renewed consent opens the end again."""
        lacking = self._without_consent()
        for referral in self - lacking:
            if referral.package_id.visible_until != referral.kept_until:
                referral.package_id._limit(referral.kept_until)
        for referral in lacking:
            until = referral.case_id._disclosure_finish_by(referral.to_organisation_id)
            if until and referral.kept_until:
                until = min(until, referral.kept_until)
            package = referral.package_id
            if not until or until < self._place_today():
                package._close_view()
            elif not package.visible_until or package.visible_until > until:
                package._limit(until)

    @api.model
    def _recheck_consent(self, cases):
        """Consent changed: close at once whatever it no longer covers (R7)."""
        live = self.search(
            [
                ("case_id", "in", cases.ids),
                ("state", "in", OPEN_STATES),
                ("basis", "=", "consent"),
            ]
        )
        lacking = live._without_consent()
        if lacking:
            lacking._revoke(self.env._("There is no consent any more."))
            lacking._alert_supervisors()
        return lacking

    def _alert_supervisors(self):
        codes = {}
        for referral in self:
            user = referral.team_id.supervisor_id
            if user:
                codes.setdefault(user, []).append(referral.name)
        self.env["referral.mail"]._send_codes(
            "case_referral.mail_body_consent_withdrawn", codes, "/odoo"
        )
