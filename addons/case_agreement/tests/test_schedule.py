from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command, Date
from odoo.tests import BaseCase, tagged

from ..tools.schedule import (
    Cost,
    Payer,
    divide,
    end_of_school_year,
    grown,
    reached_on,
    schedule,
)
from .common import AgreementCommon

START = date(2026, 9, 1)


def sums(rows):
    """``{kind: (number of payments, units)}``"""
    found = {}
    for _month, kind, units in rows:
        number, total = found.get(kind, (0, 0))
        found[kind] = (number + 1, total + units)
    return found


@tagged("-at_install", "post_install")
class TestScheduleFunctions(BaseCase):
    """The pure functions, against figures worked out by hand."""

    def test_the_youngest_reading_says_when_working_age_comes(self):
        birth, estimate = (date(2015, 3, 10), 0), (START, 11)
        self.assertEqual(reached_on([birth], 16), date(2031, 3, 10))
        self.assertEqual(reached_on([estimate], 16), date(2031, 9, 1))
        self.assertEqual(reached_on([birth, estimate], 16), date(2031, 9, 1))
        self.assertIsNone(reached_on([], 16))

    def test_support_goes_on_to_the_end_of_the_school_year(self):
        for day, end in (
            (date(2031, 9, 1), date(2032, 6, 30)),
            (date(2032, 6, 30), date(2032, 6, 30)),
            (date(2032, 7, 1), date(2033, 6, 30)),
        ):
            self.assertEqual(end_of_school_year(day, 6), end)
        self.assertEqual(end_of_school_year(date(2031, 3, 1), 2), date(2032, 2, 29))
        self.assertEqual(end_of_school_year(date(2032, 3, 1), 2), date(2033, 2, 28))

    def test_prices_grow_and_are_rounded_half_up(self):
        five = Decimal(5)
        self.assertEqual(
            [grown(6000, five, years) for years in range(6)],
            [6000, 6300, 6615, 6946, 7293, 7658],
        )
        self.assertEqual(grown(12000, five, 3), 13892)  # 138.915
        self.assertEqual(grown(4000, five, 3), 4631)  # 46.305

    def test_nothing_is_due_before_the_start_or_after_the_end(self):
        rows = schedule(
            [Cost("stipend", 100, "month", date(2026, 1, 15))],
            START,
            date(2026, 12, 31),
        )
        self.assertEqual([row[0].month for row in rows], [9, 10, 11, 12])

    def test_a_ceiling_calls_the_others_in_their_order(self):
        payers = [
            Payer("purchaser", 6000, ceiling=100),
            Payer("factory", 3000, ceiling=60),
            Payer("ngo", 1000),
        ]
        months = [(START + relativedelta(months=n), 100) for n in range(3)]
        paid, uncovered = divide(months, payers)
        # 60/30/10, then 40 + 30 and 30 more from the NGO, then all from the NGO
        self.assertEqual(
            [
                [paid.get((key, month), 0) for key in ("purchaser", "factory", "ngo")]
                for month, _units in months
            ],
            [[60, 30, 10], [40, 30, 30], [0, 0, 100]],
        )
        self.assertFalse(uncovered)

    def test_bad_input_a_payer_stops_and_the_rest_is_uncovered(self):
        payers = [
            Payer("purchaser", 6000, stops=date(2026, 10, 20)),
            Payer("factory", 4000, ceiling=90),
        ]
        months = [(START + relativedelta(months=n), 100) for n in range(2)]
        paid, uncovered = divide(months, payers)
        self.assertEqual(paid[("purchaser", START)], 60)
        self.assertNotIn(("purchaser", months[1][0]), paid)
        self.assertEqual(paid[("factory", months[1][0])], 50)
        self.assertEqual(uncovered, {months[1][0]: 50})

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(
        st.lists(st.integers(0, 10**9), min_size=1, max_size=24),
        st.lists(
            st.tuples(
                st.integers(1, 10_000),
                st.none() | st.integers(0, 10**9),
                st.none() | st.integers(0, 30),
            ),
            max_size=5,
        ),
    )
    def test_paid_and_uncovered_are_what_is_due(self, amounts, given_payers):
        """Property: not a cent is lost or paid twice, no ceiling is passed, nobody
        pays once they stopped, and nothing is uncovered while somebody has room."""
        months = [
            (START + relativedelta(months=n), units) for n, units in enumerate(amounts)
        ]
        payers = [
            Payer(
                number,
                weight,
                ceiling,
                None if stop is None else START + relativedelta(months=stop),
            )
            for number, (weight, ceiling, stop) in enumerate(given_payers)
        ]
        paid, uncovered = divide(months, payers)
        for month, units in months:
            shares = sum(paid.get((payer.key, month), 0) for payer in payers)
            self.assertEqual(shares + uncovered.get(month, 0), units)
        for payer in payers:
            own = {
                month: part for (key, month), part in paid.items() if key == payer.key
            }
            self.assertTrue(all(part > 0 for part in own.values()))
            if payer.ceiling is not None:
                self.assertLessEqual(sum(own.values()), payer.ceiling)
            if payer.stops:
                self.assertTrue(all(month < payer.stops for month in own))
            if payer.ceiling is None and not payer.stops:
                self.assertFalse(uncovered)


@tagged("post_install", "-at_install")
class TestSchedule(AgreementCommon):
    """The schedules of two published children, worked out by hand, and what changes
    them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._approved_agreement(growth=5.0)
        cls.even = cls._approved_agreement()

    def _child(self, agreement, costs, age=11, **vals):
        case = self._new_case(age=age)
        # 11 on the first day, so 16 on 1 September 2031
        case.beneficiary_id.age_recorded_on = START
        child = self._new_child(
            agreement,
            case,
            cost_ids=[Command.create(cost) for cost in costs],
            **vals,
        )
        child.action_submit()
        self._seen(child, self.supervisor).action_approve()
        return child

    @staticmethod
    def _cost(kind, amount, every, first, last=False, **vals):
        return {
            "kind": kind,
            "amount": amount,
            "every": every,
            "date_from": first,
            "date_to": last,
            **vals,
        }

    def _mmj(self):
        return self._child(
            self.agreement,
            [
                self._cost("stipend", 60, "month", "2026-09-01"),
                self._cost("school", 120, "year", "2026-09-01", "2029-09-30"),
                self._cost("training", 40, "month", "2030-01-01", "2030-06-30"),
            ],
        )

    def test_four_school_years_and_half_a_year_of_training(self):
        """A boy of 11 who earned 60 a month: a stipend to working age, grades 5 to 8,
        half a year of training; prices grow by 5 % a year.

        16 on 1 September 2031, so the support ends on 30 June 2032: 70 months. The
        stipend is 60, 63, 66.15, 69.46, 72.93 for a year each and 76.58 for ten
        months: 12 × 331.54 = 3,978.48 and 765.80 make 4,744.28. The fees are 120, 126,
        132.30 and 138.92, together 517.22. The training falls in the fourth year:
        6 × 46.31 = 277.86. All together 5,539.36.
        """
        child = self._mmj()
        self.assertEqual(child.date_until, date(2032, 6, 30))
        found = sums([row[:3] for row in child.schedule])
        self.assertEqual(
            found,
            {
                "stipend": (70, 474428),
                "school": (4, 51722),
                "training": (6, 27786),
            },
        )
        self.assertEqual(child.forecast, 5539.36)
        self.assertFalse(child.uncovered)

    def test_two_years_a_training_and_a_year_of_a_sibling(self):
        """A girl of 11 who earned 4 a day on 6 days a week, 104 a month: two school
        years at 100, a training at 250 and the sister's year at 80, without growth.
        70 × 104 = 7,280, and 200, 250 and 80 make 7,810."""
        child = self._child(
            self.even,
            [
                self._cost("stipend", 104, "month", "2026-09-01"),
                self._cost("school", 100, "year", "2026-09-01", "2027-09-30"),
                self._cost("training", 250, "once", "2028-09-01"),
                self._cost("sibling", 80, "once", "2026-09-01"),
            ],
        )
        self.assertEqual(
            sums([row[:3] for row in child.schedule]),
            {
                "stipend": (70, 728000),
                "school": (2, 20000),
                "training": (1, 25000),
                "sibling": (1, 8000),
            },
        )
        self.assertEqual(child.forecast, 7810.0)

    def test_the_months_of_the_parties_are_the_schedules(self):
        children = self._mmj() | self._mmj()
        months = self.agreement.month_ids
        self.assertAlmostEqual(sum(months.mapped("amount")), 2 * 5539.36, 2)
        self.assertEqual(self.agreement.forecast, 11078.72)
        self.assertEqual(sum(children.mapped("forecast")), 11078.72)
        first = months.filtered(lambda row: row.month == START)
        # 2 × 180: 60 %, 33.33 % and 6.67 %
        self.assertEqual(sorted(first.mapped("amount")), [24.01, 119.99, 216.0])

    def test_bad_input_a_birth_year_is_corrected_by_two_years(self):
        """Two years younger: two more years of stipend, by themselves."""
        child = self._child(
            self.even, [self._cost("stipend", 10, "month", "2026-09-01")]
        )
        self.assertEqual((child.date_until, child.forecast), (date(2032, 6, 30), 700.0))
        beneficiary = child.case_id.beneficiary_id
        beneficiary.with_user(child.case_id.user_id).age_estimated = 9
        self.env.cr.flush()
        self.assertEqual((child.date_until, child.forecast), (date(2034, 6, 30), 940.0))
        beneficiary.with_user(child.case_id.user_id).age_estimated = 13
        self.env.cr.flush()
        self.assertEqual((child.date_until, child.forecast), (date(2030, 6, 30), 460.0))
        self.assertEqual(self.even.forecast, 460.0)

    def test_what_nobody_pays_shows_on_the_child(self):
        agreement = self._approved_agreement(
            party_ids=[
                self._party("purchaser", self.purchaser, 50.0, ceiling=300.0),
                self._party("operator", self.factory, 50.0, ceiling=200.0),
            ]
        )
        child = self._child(
            agreement, [self._cost("stipend", 10, "month", "2026-09-01")]
        )
        self.assertEqual(child.uncovered, 200.0)
        self.assertEqual(child.uncovered_from, date(2030, 11, 1))
        self.assertEqual(agreement.uncovered, 200.0)
        found = self.env["remediation.agreement"].search([("uncovered", ">", 0)])
        self.assertEqual(found, agreement)
        cases = self.env["remediation.case"].search([("is_uncovered", "=", True)])
        self.assertEqual(cases, child.case_id)
        purchaser = agreement.party_ids.filtered(lambda p: p.role == "purchaser")
        purchaser.with_user(self.coordinator).action_stop("2027-01-01", "Left")
        # 40 in the first four months, half of it theirs; the factory has 200
        self.assertEqual(child.uncovered, 700.0 - 20.0 - 200.0)

    def test_the_night_forecasts_again(self):
        child = self._mmj()
        child.sudo()._unprotected().write({"forecast": 1.0, "schedule": []})
        agreement = child.agreement_id.sudo()._unprotected()
        self.env["remediation.agreement"]._cron_forecast()
        self.assertEqual(child.forecast, 1.0, "it was forecast today")
        agreement.forecast_on = self.today - timedelta(days=1)
        self.env["remediation.agreement"]._cron_forecast()
        self.assertEqual(child.forecast, 5539.36)

    def test_a_new_version_pays_from_its_first_day(self):
        child = self._child(
            self.even, [self._cost("stipend", 10, "month", "2026-09-01")]
        )
        new = self.even.browse(self.even.action_new_version()["res_id"])
        new.write(
            {
                "signed_on": self.today,
                "paper": self.even.paper,
                "date_start": "2027-01-01",
            }
        )
        new.action_submit()
        self._seen(new, self.coordinator).action_approve()
        self.assertEqual(child.forecast, 700.0)
        self.assertEqual(self.even.forecast, 40.0)
        self.assertEqual(new.forecast, 660.0)

    def test_costs_follow_from_the_plan(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case, actions=("education", "cash", "health"))
        plan.action_submit()
        self._seen(plan, self.supervisor_2).action_approve()
        child = self._new_child(self.even, case, cost_ids=[])
        child.action_take_plan()
        self.assertEqual(
            {(cost.kind, cost.every, cost.amount) for cost in child.cost_ids},
            {
                ("school", "year", 100.0),
                ("stipend", "month", 100.0),
                ("health", "once", 100.0),
            },
        )
        child.action_take_plan()
        self.assertEqual(len(child.cost_ids), 3)
        self.assertEqual(child.cost_ids.plan_action_id, plan.action_ids)
        self.assertTrue(Date.to_date(child.cost_ids[0].date_from))
