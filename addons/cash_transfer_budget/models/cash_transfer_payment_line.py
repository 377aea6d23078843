from odoo import fields, models

from odoo.addons.cash_transfer.models.res_users import CASH_DUTIES


class CashTransferPaymentLine(models.Model):
    """Why a condition was not met, and who had it paid all the same (R42)."""

    _inherit = "cash.transfer.payment.line"

    # as the cycle's line: whoever moves money knows why it stopped
    condition_note = fields.Char(
        related="cycle_line_id.compliance_note", groups=",".join(CASH_DUTIES)
    )
    condition_decision_by_id = fields.Many2one(
        related="cycle_line_id.decision_by_id", string="Decided By"
    )
