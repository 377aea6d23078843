from datetime import datetime

import pytz
from lxml import etree

from odoo import api, fields, models
from odoo.tools import format_date


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """A search without the links that its reader may not open: core offers them,
        and refuses whoever chooses one."""
        result = super().get_view(view_id, view_type, **options)
        if view_type == "search":
            arch = etree.fromstring(result["arch"])
            closed = [
                node
                for node in arch.iter("field")
                if (field := self._fields.get(node.get("name")))
                and field.relational
                and not self.env[field.comodel_name].has_access("read")
            ]
            for node in closed:
                node.getparent().remove(node)
            if closed:
                result["arch"] = etree.tostring(arch, encoding="unicode")
        return result

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
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(company._place_zone()).date()

    def _words_of(self):
        """The kind of words of this record's file: None for the usual ones."""
        return None

    def _say_day(self, day, how="medium"):
        """A day inside a sentence, as the reader writes it: May 20, 2024; 20 mai 2024.

        The month is a word, so that nobody reads the fifth of June as the sixth of May.

        :param day: a date, its ISO text, or a moment, of which the reader's day counts
        :param str how: a format of Babel: ``MMMM y`` for a month
        :return: empty where there is none
        :rtype: str
        """
        if not day:
            return ""
        if isinstance(day, datetime):
            day = fields.Datetime.context_timestamp(self, day).date()
        return format_date(self.env, day, date_format=how)
