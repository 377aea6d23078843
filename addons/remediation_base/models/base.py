import pytz

from odoo import fields, models


class Base(models.AbstractModel):
    _inherit = "base"

    def _place_today(self):
        """The day of a rule: the one at the place of the company, whoever asks.

        What ends by the day for two people ends at one midnight. A reader in another
        zone, the scheduler and a provider's file get the same answer.

        :rtype: datetime.date
        """
        company = self.env.company
        if "company_id" in self._fields and self.ids:
            # sudo: the zone of the company, also for who may read the row no longer.
            company = self[:1].sudo().company_id or company
        zone = self.env["res.company"]._zone_name(company.id)
        if not zone:
            return fields.Date.context_today(self)
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(pytz.timezone(zone)).date()
