from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.cash_transfer.tests.common import DUTIES, CashCommon
from odoo.addons.remediation_base.tools.money import Money

READERS = {*DUTIES, "auditor"}
PEOPLE = READERS | {"worker", "supervisor", "coordinator", "plain_user", "admin_like"}
PEOPLE |= {"portal_manager", "portal_supervisor", "portal_provider", "data_protection"}


@tagged("post_install", "-at_install")
class TestForecast(CashCommon):
    """What the next cycles cost, what providers hold, what grants promised, and what
    was paid though a condition was not met."""

    def _forecast(self, cycles=6, name="due"):
        """Return ``{(month, provider, grant): amount}``, zeros left out."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["cash.forecast"]._get_rows(self.company, self.period, cycles)
        told = defaultdict(float)
        for row in rows:
            key = (row["period"], row["provider_id"], row["grant_id"])
            told[key] += row[name]
        return {key: amount for key, amount in told.items() if amount}

    def _months(self, entitlement):
        """The months of the forecast in which the entitlement is due."""
        last = self.period + relativedelta(months=6, days=-1)
        count = entitlement.scheme_id._periods(
            entitlement.date_from, min(entitlement.date_to, last)
        )
        return [self.period + relativedelta(months=n) for n in range(count)]

    def test_forecast_is_what_cycles_then_make_of_it(self):
        """From approval to the cycle, the locked plan and the payment: the same money
        in the same months, until it is paid."""
        one = self._new_entitlement()
        self._new_entitlement()
        key = (self.provider.id, self.grant.id)
        wanted = {(month, *key): 60.0 for month in self._months(one)}
        self.assertEqual(len(wanted), 6)
        self.assertEqual(self._forecast(), wanted)
        cycle = self._new_cycle()
        self.assertEqual(self._forecast(), wanted)
        self.assertEqual(sum(cycle.line_ids.mapped("amount_due")), 60)
        plan = self._new_plans(cycle)[:1]
        self.assertEqual(self._forecast(), wanted)
        self._to(plan, "instructed")
        self.assertEqual(self._forecast(), wanted)
        # the advance pays the first month
        needed = self._forecast(name="needed")
        self.assertNotIn((self.period, *key), needed)
        self.assertEqual(sum(needed.values()), 300)
        first, second = plan.line_ids
        self._report(
            plan,
            [
                {"payment": first.name, "amount": 30},
                {"payment": second.name, "amount": 20},
            ],
        )
        wanted[(self.period, *key)] = 10.0
        self.assertEqual(self._forecast(), wanted)
        self.assertEqual(self._forecast(name="held"), {(self.period, *key): 10.0})

    def test_forecast_splits_by_grant_and_tells_what_nobody_pays(self):
        self.scheme.grant_ids = self.grant | self.grant_b
        self._new_entitlement(
            shares=[(self.grant, 66.67), (self.grant_b, 33.33)], provider=False
        )
        told = self._forecast(1)
        self.assertEqual(
            told,
            {
                (self.period, False, self.grant.id): 20.0,
                (self.period, False, self.grant_b.id): 10.0,
            },
        )
        self.grant_b.date_end = self.period + relativedelta(months=1, days=-1)
        later = self.period + relativedelta(months=1)
        told = self._forecast(2)
        self.assertEqual(told[later, False, False], 10.0)
        self.assertNotIn((later, False, self.grant_b.id), told)

    def test_forecast_leaves_out_what_is_suspended_stopped_or_ended(self):
        entitlement = self._new_entitlement()
        plan = self._new_plans(self._new_cycle())[:1]
        plan.line_ids.with_user(self.officer).action_stop("By mistake")
        told = self._forecast()
        self.assertNotIn(self.period, [month for month, *_key in told])
        entitlement.with_user(self.supervisor).action_suspend("Moved away")
        self.assertFalse(self._forecast())

    def test_forecast_of_a_step_down_and_of_one_payment(self):
        down = self.scheme.copy(
            {
                "name": "Down",
                "amount_rule": "step_down",
                "amount": 100,
                "step_every": 2,
                "step_percent": 25,
            }
        )
        self._new_entitlement(scheme=down)
        amounts = [amount for _key, amount in sorted(self._forecast().items(), key=str)]
        self.assertEqual(amounts, [100, 100, 75, 75, 50, 50])
        once = self.scheme.copy({"name": "Once", "frequency": "once", "amount": 7})
        self._new_entitlement(
            scheme=once, date_from=self.period - relativedelta(months=2)
        )
        self.assertEqual(sum(self._forecast().values()), 457)
        self.assertEqual(sum(self._forecast(1).values()), 107)

    def test_forecast_tells_the_providers_fees(self):
        self.provider.write({"fee_fixed": 0.5, "fee_percent": 1})
        self._new_entitlement()
        self._new_entitlement()
        key = (self.period, self.provider.id, self.grant.id)
        self.assertEqual(self._forecast(1, "fees"), {key: 1.6})
        self.assertEqual(self._forecast(1, "needed"), {key: 61.6})

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(
        st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
        st.integers(-(10**6), 5 * 10**6),
    )
    def test_forecast_takes_each_unit_of_an_advance_once(self, weights, held):
        due = dict(zip((False, 1, 2, 3), weights, strict=False))
        rows, left = self.env["cash.forecast"]._cover(
            due, 1, held, self.period, self.provider, self.usd
        )
        units = {
            name: sum(Money.of(row[name], self.usd).units for row in rows)
            for name in ("due", "fees", "held", "needed")
        }
        self.assertEqual(units["due"], sum(due.values()))
        self.assertEqual(units["held"] + left, held)
        self.assertEqual(units["needed"], units["due"] + units["fees"] - units["held"])
        self.assertGreaterEqual(units["needed"], 0)

    def test_who_opens_the_forecast(self):
        self._new_entitlement()
        self.env.flush_all()
        lines = self.env["cash.forecast.line"]
        for login in PEOPLE:
            mine = lines.with_user(getattr(self, login)).with_company(self.company)
            if login not in READERS:
                with self.assertRaises(AccessError, msg=login):
                    mine.action_open_forecast()
                continue
            action = mine.action_open_forecast()
            rows = mine.search(action["domain"])
            self.assertEqual(sum(rows.mapped("due")), 180, login)
            self.assertEqual(rows.company_id, self.company)
        foreign = self._new_user(
            "foreign_forecast", "cash_transfer.group_cash_officer", self.company_b
        )
        self.assertFalse(rows.with_env(self.env(user=foreign)).has_access("read"))

    def test_advances_by_age_are_what_plans_hold(self):
        for _number in range(2):
            self._new_entitlement()
        plan = self._to(self._new_plans(self._new_cycle())[:1], "released")
        since = self.today - timedelta(days=70)
        plan.with_user(self.releaser).action_fund(40, since)
        plan.with_user(self.releaser).action_fund()
        self._instruct(plan)
        one, two = plan.line_ids

        def rows():
            self.env.flush_all()
            self.env.invalidate_all()
            found = self.env["cash.advance"].with_user(self.officer)
            return found.search([("plan_id", "=", plan.id)])

        self.assertEqual(
            {(row.age_bucket, row.amount) for row in rows()}, {("2", 40), ("0", 20)}
        )
        self._report(plan, [{"payment": one.name, "amount": 30}])
        self.assertEqual(
            {(row.age_bucket, row.amount) for row in rows()}, {("2", 10), ("0", 20)}
        )
        self.assertEqual(
            sum(rows().mapped("amount")), plan._get_statements()[plan]["remaining"]
        )
        self._report(plan, [{"payment": two.name, "amount": 30}])
        self.assertFalse(rows())

    def test_commitments_one_by_one_are_the_grants(self):
        self._new_entitlement()
        self._new_entitlement()
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.provider.partner_id.id,
                "journal_id": self.bill_journal.id,
                "invoice_date": self.today,
                "currency_id": self.usd.id,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Books",
                            "account_id": account.id,
                            "price_unit": 8,
                            "tax_ids": [],
                            "analytic_distribution": {
                                str(self.analytic_a.id): 75,
                                str(self.analytic_b.id): 25,
                            },
                        },
                    )
                    for account in (self.fee_account, self.expense_account)
                ],
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["cash.commitment"].with_user(self.approver).search([])
        for grant in self.grant | self.grant_b:
            mine = rows.filtered(lambda row, grant=grant: row.grant_id == grant)
            self.assertAlmostEqual(sum(mine.mapped("amount")), grant.committed, 2)
        bills = rows.filtered(lambda row: row.kind == "bill")
        self.assertEqual(sorted(bills.mapped("amount")), [4, 12])
        self.assertEqual(bills.move_id.ids, bill.ids)
        support = rows - bills
        self.assertEqual(len(support), 2)
        action = support[0].action_open_source()
        self.assertEqual(action["res_model"], "cash.transfer.entitlement")

    def test_r42_paid_without_condition_met_is_listed_with_who_decided(self):
        self.scheme.condition_visit = True
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        self._report(plan, [{"payment": one.name, "amount": 30}])
        action = self.env.ref("cash_transfer_budget.payment_line_condition_action")
        found = self.env["cash.transfer.payment.line"].with_user(self.reconciler)
        found = found.search(safe_eval(action.domain))
        self.assertEqual(found, one)
        self.assertEqual(found.compliant, "no")
        self.assertTrue(found.condition_note)

    def test_who_reads_the_lists(self):
        self._paid_plan(1)
        self.env.flush_all()
        for model in ("cash.advance", "cash.commitment"):
            row = self.env[model].search([], limit=1)
            self.assertTrue(row, model)
            for login in PEOPLE:
                mine = row.with_user(getattr(self, login))
                self.assertEqual(mine.has_access("read"), login in READERS, login)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(mine.browse().has_access(operation), login)
            foreign = self._new_user(
                f"foreign_{model}", "cash_transfer.group_cash_officer", self.company_b
            )
            self.assertFalse(row.with_user(foreign).has_access("read"))
