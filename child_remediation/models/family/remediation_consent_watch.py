from datetime import timedelta

from odoo import api, models

from odoo.addons.remediation_base.tools.batches import each_batch

#: Days before the end of a consent on which its holder is told (R7).
WARN_DAYS = (30, 7, 0)
#: Days for which a recipient may finish after a consent expired (R7).
GRACE_DAYS = 14


class Consent(models.Model):
    """What happens when a consent ends (R7)."""

    _inherit = "remediation.consent"

    @api.model
    def _cron_warn(self):
        """Plan a task for the holder 30 and 7 days before a consent ends and on the
        day. Daily; one open task per case. Portal holders see it as due."""
        today = self._place_today()
        ending = self.search(
            [
                ("state", "=", "given"),
                ("valid_until", "in", [today + timedelta(days=n) for n in WARN_DAYS]),
                ("case_id.stage", "!=", "closed"),
            ]
        )
        each_batch(ending, lambda batch: batch._warn(today))

    def _warn(self, today):
        self.case_id._plan_activities(
            "child_remediation.mail_activity_type_consent", lambda case: case.user_id
        )
        self.filtered(lambda consent: consent.valid_until == today)._ask_supervisor()

    def _lapse(self):
        """The supervisor gets a task, on whichever day this runs (R7)."""
        result = super()._lapse()
        self.filtered(
            lambda consent: (
                consent.answer == "yes" and consent.case_id.stage != "closed"
            )
        )._ask_supervisor()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """A child's no opens a best-interest review, beside the caregiver's yes or as
        the child's own answer (R57)."""
        consents = super().create(vals_list)
        consents.filtered(
            lambda consent: (
                consent.assent == "no"
                if consent.subject != "child"
                else consent.answer == "no"
            )
        )._open_review()
        return consents

    def _finish_by(self):
        """Last day on which recipients finish; False where the consent has no end."""
        self.ensure_one()
        return self.valid_until and self.valid_until + timedelta(days=GRACE_DAYS)

    def _after_withdrawal(self):
        """Alert the supervisor; a best-interest review stands in for the automatic end
        where risk is high or the caregiver withdraws against the child's wish (R7)."""
        result = super()._after_withdrawal()
        self._ask_supervisor()
        self.filtered(
            lambda consent: (
                consent.case_id.risk_level == "high"
                or (consent.subject == "caregiver" and consent.assent == "yes")
            )
        )._open_review()
        return result

    def _open_review(self):
        """Prepare a best-interest decision where caregiver and child disagree; one at
        a time per case."""
        # An adult's own no is decided; nobody weighs it in her place.
        cases = self.case_id.filtered(lambda case: not case._is_adult())
        if not cases:
            return
        # sudo: the review follows from an answer, whoever records it.
        decisions = self.env["remediation.best.interest.decision"].sudo()
        running = decisions.search(
            [
                ("case_id", "in", cases.ids),
                ("trigger", "=", "consent_conflict"),
                ("state", "in", ("draft", "provisional")),
            ]
        ).case_id
        decisions.create(
            [
                {"case_id": case.id, "trigger": "consent_conflict"}
                for case in cases
                if case not in running
            ]
        )
