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

    def _say_floor(self, earned, wage, currency):
        """The sentence of what a stipend is compared with; what is not known is not
        named.

        :param earned: what the child earned in the time of one payment, 0 if unknown
        :param wage: the minimum wage of that time, 0 where the framework has none
        """
        said = {"earned": currency.format(earned), "wage": currency.format(wage)}
        if not wage:
            return self.env._("The child earned %(earned)s in that time.", **said)
        if not earned:
            return self.env._("The minimum wage of that time is %(wage)s.", **said)
        return self.env._(
            "The child earned %(earned)s in that time, and the minimum wage of that "
            "time is %(wage)s.",
            **said,
        )
