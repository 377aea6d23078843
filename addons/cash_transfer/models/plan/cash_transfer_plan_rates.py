from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class CashTransferPlanRates(models.AbstractModel):
    """The currency rates by which a plan's approvals, fees and budgets are counted: the
    lock keeps them, and whoever entered one neither approves nor releases (R63)."""

    _name = "cash.transfer.plan.rates"
    _description = "Rates of a Payment Plan"

    def _rate_currencies(self):
        self.ensure_one()
        currencies = (
            self.currency_id
            | self.provider_id.currency_id
            | self._get_grants().currency_id
        )
        return currencies - self.company_currency_id

    def _rates_in_use(self):
        """Return the ``res.currency.rate`` of each currency for the plan's day."""
        self.ensure_one()
        rates = self.env["res.currency.rate"]
        for currency in self._rate_currencies().sorted("name"):
            rates |= rates.search(
                [
                    ("currency_id", "=", currency.id),
                    ("name", "<=", self._rate_date()),
                    ("company_id", "in", [False, self.company_id.root_id.id]),
                ],
                order="company_id, name desc",
                limit=1,
            )
        return rates

    def _rates_to_keep(self):
        """Return ``[[currency, day, units per company currency]]`` as plain values."""
        return [
            [
                rate.currency_id.name,
                fields.Date.to_string(rate.name),
                f"{rate.rate:.12g}",
            ]
            for rate in self._rates_in_use()
        ]

    def _check_rates(self):
        """Refuse to go on where a rate that the lock used was changed since. A rate of
        a later day is none of its.

        :raises UserError: names the currency and the day.
        """
        self.ensure_one()
        for name, day, kept in self.snapshot.get("rates", ()):
            rate = self.env["res.currency.rate"].search(
                [
                    ("currency_id.name", "=", name),
                    ("name", "=", day),
                    ("company_id", "in", [False, self.company_id.root_id.id]),
                ],
                order="company_id",
                limit=1,
            )
            if f"{rate.rate:.12g}" != kept:
                raise UserError(
                    self.env._(
                        "The rate of %(currency)s of %(day)s changed since the plan "
                        "was locked: unlock the plan and let it be approved again.",
                        currency=name,
                        day=self._say_day(day),
                    )
                )

    def _check_rate_hands(self, people):
        """Whoever entered a rate that a plan is counted by neither approves nor
        releases it.

        :raises AccessError: somebody else has to.
        """
        self.ensure_one()
        if self.sudo()._rates_in_use().write_uid & people:  # sudo: who wrote them
            raise AccessError(
                self.env._(
                    "You entered a currency rate that %(plan)s is counted by: somebody "
                    "else has to approve and release it.",
                    plan=self.name,
                )
            )
