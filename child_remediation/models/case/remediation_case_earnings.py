from odoo import models


class Case(models.Model):
    """What a child last earned: the least that a stipend replaces (R80)."""

    _inherit = "remediation.case"

    def _monthly_earnings(self):
        """Return ``{case id: (amount a month, currency)}`` of the last earnings that
        were recorded by day, week or month; cases without any are left out."""
        # sudo: earnings are read for whoever saves a stipend; the caller keeps what is
        # compared with them.
        situations = (
            self.env["remediation.work.situation"]
            .sudo()
            .search(
                [
                    ("case_id", "in", self.ids),
                    ("pay", ">", 0),
                    ("pay_period", "in", ["day", "week", "month"]),
                ],
                order="date, id",
            )
        )
        return {
            situation.case_id.id: (
                situation.pay
                * {
                    "day": (situation.days_week or 6) * 52 / 12,
                    "week": 52 / 12,
                    "month": 1,
                }[situation.pay_period],
                situation.currency_id or situation.company_id.currency_id,
            )
            for situation in situations
        }
