from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _of_payment_plans(self):
        own = self.filtered(lambda line: line.move_id._recoveries())
        return super()._of_payment_plans() | own
