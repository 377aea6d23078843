from odoo.tests import tagged

from odoo.addons.savings_group.tests.common import SavingsCommon


@tagged("post_install", "-at_install")
class TestFigures(SavingsCommon):
    def _frozen(self, first, last):
        run = self.env["remediation.indicator.run"].create(
            {"name": "Q", "date_from": first, "date_to": last}
        )
        run._unprotected().write({"state": "frozen"})
        run._compute_all()
        return run

    def test_r52_a_later_meeting_of_the_quarter_is_not_counted(self):
        """As of the day of the second meeting, though a third one was held."""
        self._meet(1, shares=2)
        second = self._meet(2, shares=2)
        self.env.flush_all()
        first = second.date.replace(day=1)
        before = self._frozen(first, second.date)
        absent = {"attendance": "absent", "shares": 0, "social_in": 0}
        self._meet(3, {5: absent}, shares=2)
        self.env.flush_all()
        after = self._frozen(first, second.date)
        self.assertEqual(after.content_hash, before.content_hash)
        figure = after.total_ids.filtered(lambda f: f.measure_id.key == "i30_savings")
        self.assertEqual((figure.numerator, figure.denominator), (10_000, 5))

    def test_i30_a_group_in_another_currency_is_converted_or_left_out(self):
        """Two groups that saved 5,000 each, one of them in a currency of which two make
        one of ours; without a rate its money is left out and named."""
        other = self.env["res.currency"].create({"name": "ZZX", "symbol": "X"})
        company = self.company.root_id
        rate = self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "company_id": company.id,
                "name": "2025-01-01",
                "inverse_company_rate": 0.5,
            }
        )
        group = self._new_group(currency_id=other.id)
        cycle = self._new_cycle(group)
        self._meet(1, shares=2)
        second = self._meet(1, cycle=cycle, shares=2)
        self.env.flush_all()
        first = second.date.replace(day=1)
        run = self._frozen(first, second.date)

        def found(run):
            return {
                figure.measure_id.key: (figure.numerator, figure.denominator)
                for figure in run.total_ids
            }

        self.assertEqual(found(run)["i30_savings"], (7_500, 10))
        rate.unlink()
        self.env.flush_all()
        run = self._frozen(first, second.date)
        self.assertEqual(found(run)["i30_savings"], (5_000, 5))
        self.assertEqual(found(run)["i30_members"], (10, 10), "who they are is known")
        self.assertEqual(run.missing_rates, {"ZZX": 1})

    def test_i30_savings_groups_by_hand(self):
        """Five members, two meetings with two shares each, one absent, one loan of
        1,000 with 100 of charge; as in the test of the ratios."""
        self._meet(1, {1: {"loan_given": 1000}}, shares=2)
        self._meet(
            2, {5: {"attendance": "absent", "shares": 0, "social_in": 0}}, shares=2
        )
        self.env.flush_all()
        ratio = self.env["savings.ratio"].search([("group_id", "=", self.group.id)])
        run = self._frozen(ratio.quarter, ratio.date)
        found = {
            figure.measure_id.key: (figure.numerator, figure.denominator)
            for figure in run.total_ids
            if figure.measure_id.key.startswith("i30")
        }
        self.assertEqual(
            {key: found[key] for key in found if key != "i30_return"},
            {
                "i30_members": (5, 5),
                "i30_attendance": (9, 10),
                "i30_retention": (5, 5),
                "i30_savings": (9000, 5),
                "i30_utilisation": (1100, 9100),
                "i30_risk": (0, 1100),
                "i30_share_out": (0, 0),
            },
        )
        value = run.total_ids.filtered(lambda f: f.measure_id.key == "i30_return").value
        self.assertAlmostEqual(value, 100 * 100 / 9000 * 365 / 14, 1)
        figure = run.total_ids.filtered(lambda f: f.measure_id.key == "i30_members")
        # the cycle is behind the figure, no member
        self.assertEqual(figure.counted_ids, ratio.cycle_id.ids)
        self.assertEqual(figure.action_counted()["res_model"], "savings.cycle")
