from odoo import models


class LegalFramework(models.Model):
    _inherit = "remediation.legal.framework"

    def _working_age(self):
        """The minimum age for work in completed years; None where none is said."""
        ages = self.provision_ids.filtered(lambda p: p.key == "min_age")
        return int(ages[:1].value) or None
