from datetime import date, timedelta

from odoo.tests import TransactionCase, tagged

from ..tools.rates import know_rates

FIRST = date(2025, 1, 1)


@tagged("post_install", "-at_install")
class TestRates(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "With rates"})
        cls.money = cls.env["res.currency"].create(
            [{"name": f"ZZ{letter}", "symbol": letter} for letter in "PQRS"]
        )
        cls.company.currency_id = cls.money[0]
        # The last has no rate at all.
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": company and company.id,
                    "name": FIRST + timedelta(days=30 * month),
                    "rate": rate + month / 7,
                }
                for currency, company, rate in (
                    (cls.money[1], cls.company, 1.37),
                    (cls.money[2], False, 2801.123457),
                    (cls.money[2], cls.company, 2799.99),
                )
                for month in range(2 if company else 5)
            ]
        )

    def test_r53_a_rate_read_with_others_is_the_rate_of_its_day(self):
        """Before the first one, on its day, between two and after the last, for each
        pair: what core says, to the last digit, without another statement."""
        days = [FIRST + timedelta(days=day) for day in (-9, 0, 1, 29, 30, 31, 200)]
        wanted = [
            (one, other, day)
            for one in self.money
            for other in self.money
            for day in days
        ]

        def told():
            return [
                one._get_conversion_rate(one, other, self.company, day)
                for one, other, day in wanted
            ]

        self.env.invalidate_all()
        expected = told()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):  # the company, and the rates
            know_rates(self.company, wanted)
            self.assertEqual(told(), expected)

    def test_r53_a_rate_that_is_entered_later_counts(self):
        pair = self.money[1], self.money[0], FIRST + timedelta(days=100)
        know_rates(self.company, [pair])
        before = self.money._get_conversion_rate(*pair[:2], self.company, pair[2])
        self.env["res.currency.rate"].create(
            {
                "currency_id": pair[0].id,
                "company_id": self.company.id,
                "name": pair[2],
                "rate": 8,
            }
        )
        after = self.money._get_conversion_rate(*pair[:2], self.company, pair[2])
        self.assertNotEqual(before, after)
        self.assertEqual(after, 1 / 8)
