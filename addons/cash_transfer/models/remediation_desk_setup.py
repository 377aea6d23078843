from odoo import api, models

OFFICER = "cash_transfer.group_cash_officer"


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _who(self, group):
        if group == OFFICER:
            return self.env._("whoever prepares cash transfers")
        return super()._who(group)

    @api.model
    def _setup_steps(self):
        return [
            *super()._setup_steps(),
            self._setup_step(
                "cash",
                self.env._("Cash"),
                self.env._("A scheme, the grant that pays it and a payment provider."),
                OFFICER,
                "cash_transfer.scheme_action",
                [
                    ("cash.transfer.scheme", []),
                    ("cash.transfer.provider", []),
                    ("cash.transfer.grant", []),
                ],
            ),
        ]
