from odoo import fields, models


class RemediationReferralStep(models.TransientModel):
    """Asks for what one step of a referral needs and calls that step's method."""

    _name = "remediation.referral.step"
    _description = "Step of a Referral"

    referral_id = fields.Many2one("remediation.referral", required=True, readonly=True)
    step = fields.Selection(
        selection=[
            ("emergency", "Emergency"),
            ("override", "Override"),
            ("revoke", "Take back"),
            ("keep", "Keep until"),
            ("review", "Review"),
            ("reject", "Refusal"),
            ("done", "Outcome"),
        ],
        required=True,
        readonly=True,
    )
    emergency_kind = fields.Selection(
        selection=[
            ("imminent_danger", "Imminent danger"),
            ("medical", "Medical emergency"),
            ("legal_duty", "Legal duty to report"),
        ],
    )
    legal_basis = fields.Char()
    reject_reason = fields.Selection(
        selection=[
            ("full", "No place free"),
            ("not_our_service", "Not our service"),
            ("out_of_area", "Outside our area"),
            ("conflict", "Conflict of interest"),
            ("already_served", "The child is served already"),
            ("other", "Other"),
        ],
    )
    outcome = fields.Selection(
        selection=[
            ("given", "Service given"),
            ("partly", "Given in part"),
            ("not_given", "Not given"),
        ],
    )
    done_on = fields.Date(default=fields.Date.context_today)
    kept_until = fields.Date(string="Last day")
    text = fields.Text()

    def action_confirm(self):
        """Call the step; the referral's method checks who may do it."""
        self.ensure_one()
        referral = self.referral_id
        if self.step == "emergency":
            referral.action_send_emergency(
                self.emergency_kind, self.text, self.legal_basis
            )
        elif self.step == "override":
            referral.action_send_override(self.text)
        elif self.step == "revoke":
            referral.action_revoke(self.text)
        elif self.step == "keep":
            referral.action_keep_until(self.kept_until)
        elif self.step == "review":
            referral.action_review(self.text)
        elif self.step == "reject":
            referral.action_record_reject(self.reject_reason, self.text)
        else:
            referral.action_record_done(self.outcome, self.text, self.done_on)
        return {"type": "ir.actions.act_window_close"}
