from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.tools import ormcache

#: Where the days of a company end that has no time zone: for whoever asks alike.
DEFAULT_ZONE = "UTC"


class ResCompany(models.Model):
    _inherit = "res.company"

    def _place_zone(self):
        """The time zone whose days are the days of this company's work.

        :rtype: datetime.tzinfo
        """
        return pytz.timezone(self._zone_name(self.id) or DEFAULT_ZONE)

    def _place_moments(self, first, last):
        """The first moment of a period of days at the place, and the first after it.

        :param date first: its first day
        :param date last: its last day
        :return: two naive datetimes in UTC
        """
        zone = self._place_zone()
        return [
            zone.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (first, last + timedelta(days=1))
        ]

    @api.model
    @ormcache("company_id")
    def _zone_name(self, company_id):
        """The name of a company's time zone; False where it has none."""
        # sudo: the zone of a company is no secret.
        return self.sudo().browse(company_id).partner_id.tz
