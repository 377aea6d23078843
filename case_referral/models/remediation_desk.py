from odoo import api, fields, models

from odoo.addons.child_remediation.models.remediation_desk import LINES, RISK_TONES


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _sections(self):
        sections = super()._sections()
        if self._is("group_case_worker"):
            sections.append(self._answers())
        if self.env.user.has_group("case_referral.group_intake"):
            sections.append(self._concerns())
        return sections

    @api.model
    def _answers(self):
        """What partners answered to the user's referrals, or owe an answer to."""
        now = fields.Datetime.now()
        referrals = yield self._ask(
            "remediation.referral",
            [
                ("user_id", "=", self.env.uid),
                "|",
                "&",
                ("state", "in", ("accepted", "rejected", "expired", "failed")),
                ("answered_on", ">=", fields.Datetime.subtract(now, days=7)),
                "&",
                ("state", "=", "sent"),
                ("answer_by", "<", now),
            ],
            ["name", "case_id", "state", "to_organisation_id", "answered_on"],
            order="answered_on desc, id desc",
            limit=50,
        )
        if not referrals:
            return None
        tones = {"accepted": "success", "sent": "warning"}
        lines = self._case_lines(
            referrals,
            lambda referral: {
                "model": referral._name,
                "res_id": referral.id,
                "detail": referral.to_organisation_id.display_name or "",
                "badge": self.env._("No answer yet")
                if referral.state == "sent"
                else self._label(referral, "state"),
                "badge_tone": tones.get(referral.state, "danger"),
            },
        )
        return self._section(
            "answers",
            self.env._("Answers of Partners"),
            lines,
            "",
            total=len(referrals),
            place="side",
            action="case_referral.remediation_referral_action",
        )

    @api.model
    def _waiting(self):
        """What was sent without consent waits for another supervisor (R6)."""
        return [
            *super()._waiting(),
            (
                self._ask(
                    "remediation.referral",
                    [
                        ("review_due", "!=", False),
                        ("reviewed_on", "=", False),
                        ("override_by_id", "!=", self.env.uid),
                    ],
                    ["case_id", "override_by_id", "override_on", "write_date"],
                    order="review_due, id",
                    limit=100,
                ),
                lambda referral: {
                    "task": self.env._("Sent without Consent"),
                    "by": referral.override_by_id,
                    "since": referral.override_on,
                    "approve": "action_review",
                    "approve_label": self.env._("Review"),
                },
            ),
        ]

    @api.model
    def _concerns(self):
        """Concerns that nobody looked at or decided on, the most urgent first."""
        concerns = yield self._ask(
            "remediation.concern",
            [("state", "in", ("new", "triaged"))],
            [
                "name",
                "state",
                "immediate_danger",
                "triage_level",
                "triage_due",
                "site_id",
                "received_at",
            ],
            order="triage_due, id",
            limit=100,
        )
        lines = [
            {
                "id": f"concern-{concern.id}",
                "model": concern._name,
                "res_id": concern.id,
                "title": concern.name,
                "task": self._label(concern, "state"),
                "detail": concern.site_id.display_name or "",
                "badge": concern.triage_level and self._label(concern, "triage_level"),
                "badge_tone": RISK_TONES.get(concern.triage_level),
                **(
                    self._when(concern.triage_due)
                    if concern.triage_due and concern.state == "new"
                    else {"when": self._since(concern.received_at), "tone": "muted"}
                ),
            }
            for concern in concerns[:LINES]
        ]
        return self._section(
            "concerns",
            self.env._("Concerns to Look At"),
            lines,
            self.env._("Every concern is decided."),
            total=len(concerns),
            rank=3,
            action="case_referral.remediation_concern_action",
        )
