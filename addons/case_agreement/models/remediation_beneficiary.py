from odoo import models

from odoo.addons.remediation_base.tools.at_commit import noted_until_commit

#: What the youngest reading of an age follows from.
AGE_FIELDS = {"birth_date", "age_estimated", "age_margin", "age_recorded_on"}


class Beneficiary(models.Model):
    _inherit = "remediation.beneficiary"

    def _age_readings(self):
        """Return ``[(day, completed years on that day)]`` of all that is known."""
        self.ensure_one()
        readings = []
        if self.birth_date:
            readings.append((self.birth_date, 0))
        if self.age_estimated and self.age_recorded_on:
            years = max(self.age_estimated - self.age_margin, 0)
            readings.append((self.age_recorded_on, years))
        return readings

    def write(self, vals):
        result = super().write(vals)
        if AGE_FIELDS & vals.keys():
            # Working age comes on another day: so does the end of what is paid.
            agreements = self.env["remediation.agreement"]
            noted_until_commit(agreements, "_forecast_again", set).update(self.ids)
        return result
