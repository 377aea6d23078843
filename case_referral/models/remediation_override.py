from odoo import fields, models


class Override(models.Model):
    """What was sent without consent, and whether another supervisor looked (R6)."""

    _inherit = "remediation.override"

    referral_id = fields.Many2one(
        "remediation.referral", readonly=True, index="btree_not_null"
    )
    review_due = fields.Datetime(related="referral_id.review_due")
    reviewed_on = fields.Datetime(related="referral_id.reviewed_on")

    def _source(self):
        return self.referral_id or super()._source()
