from odoo import fields, models

from .movement import KINDS


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    payment_plan_id = fields.Many2one(
        related="move_id.payment_plan_id", store=True, index="btree_not_null"
    )
    cash_event = fields.Selection(
        KINDS, readonly=True, copy=False, string="Cash Transfer Event"
    )
