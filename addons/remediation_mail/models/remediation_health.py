from odoo import models

from odoo.addons.remediation_base.models.remediation_health import Figure


class RemediationHealth(models.AbstractModel):
    _inherit = "remediation.health"

    def _figures_of_mail(self):
        silent = self.env["ir.mail_server"].search_count(
            [("answer_problem", "!=", False)]
        )
        return [
            *super()._figures_of_mail(),
            Figure("mail_servers_silent", "Servers that did not answer", silent, 0),
        ]
