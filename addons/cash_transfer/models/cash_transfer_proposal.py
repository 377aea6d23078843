from odoo import fields, models


class CashTransferProposal(models.AbstractModel):
    """Who entered it and who agreed: never the same person (R31)."""

    _name = "cash.transfer.proposal"
    _description = "Proposed by One, Approved by Another"
    _inherit = ["remediation.protected.mixin", "remediation.shown"]

    _protected_fields = frozenset({"proposed_by_id", "approved_by_id", "approved_on"})

    proposed_by_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
