from odoo import api, models

OFFICER = "cash_transfer.group_cash_officer"
RELEASER = "cash_transfer.group_cash_releaser"


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _who(self, group):
        return {
            OFFICER: self.env._("whoever prepares cash transfers"),
            RELEASER: self.env._("whoever releases cash transfers"),
        }.get(group) or super()._who(group)

    @api.model
    def _setup_groups(self):
        return [*super()._setup_groups(), OFFICER, RELEASER]

    @api.model
    def _setup_steps(self):
        _ = self.env._
        in_force = [
            ("company_id", "=", self.env.company.id),
            ("is_in_force", "=", True),
        ]
        return [
            *super()._setup_steps(),
            self._setup_step(
                "provider",
                _("Payment Provider"),
                _("Who hands out the money. A second person agrees."),
                RELEASER,
                "cash_transfer.provider_action",
                [("cash.transfer.provider", in_force)],
            ),
            self._setup_step(
                "grant",
                _("Grant"),
                _("Whose money, until when, how much. A second person agrees."),
                RELEASER,
                "cash_transfer.grant_action",
                [("cash.transfer.grant", in_force)],
            ),
            self._setup_step(
                "cash",
                _("Cash Scheme"),
                _("Who gets how much and when. A second person agrees."),
                OFFICER,
                "cash_transfer.scheme_action",
                [("cash.transfer.scheme", in_force)],
            ),
        ]
