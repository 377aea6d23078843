from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_indicator.tests.common import assert_told_in_spans
from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestFigures(CashCommon):
    """Payments of 30 USD at 2,800 CDF, with the company's books in CDF."""

    def _run(self):
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create(
                {
                    "name": "Q",
                    "date_from": self.today - timedelta(days=80),
                    "date_to": self.today,
                }
            )
        )
        run.action_freeze()
        return run

    def _numbers(self, run, key):
        figure = run.total_ids.filtered(lambda f: f.measure_id.key == key)
        return figure.numerator, figure.denominator, round(figure.value, 2)

    def test_i24_i25_payments_by_hand(self):
        plan = self._paid_plan(3)
        lines = plan.line_ids.sorted("id")
        due = lines[0].amount_due
        self._report(
            plan,
            [
                {
                    "payment": lines[0].name,
                    "status": "delivered",
                    "amount": due,
                    "date": self.today,
                },
                {
                    "payment": lines[1].name,
                    "status": "delivered",
                    "amount": due,
                    "date": self.today,
                },
                {
                    "payment": lines[2].name,
                    "status": "failed",
                    "reason": "wrong_number",
                },
            ],
        )
        self.assertEqual(lines.mapped("status"), ["delivered", "delivered", "failed"])
        run = self._run()
        self.assertEqual(self._numbers(run, "i25_failed"), (1, 3, 33.33))
        self.assertEqual(self._numbers(run, "i25_reconciled"), (3, 3, 100))
        self.assertEqual(
            self._numbers(run, "i25_value"),
            (2 * due * 2800, 3 * due * 2800, 66.67),
        )
        on_time = self._numbers(run, "i25_on_time")
        self.assertEqual(on_time, (2, 3, 66.67))
        # what the two payments cost in the books, for two children
        posted = sum(lines.split_ids.mapped("company_posted"))
        self.assertGreater(posted, 0)
        self.assertEqual(
            self._numbers(run, "i24_child"), (posted, 2, round(posted / 2, 2))
        )
        # The budget of the grants that run, and what the ledger says was spent.
        spent, budget, _value = self._numbers(run, "i31_spent")
        grants = self.grant | self.grant_b
        self.assertAlmostEqual(budget, sum(grants.mapped("budget")) * 2800, 2)
        self.assertAlmostEqual(spent, sum(grants.mapped("spent")) * 2800, 2)

    def test_r53_i24_by_grant_is_what_the_ledger_charged_to_each(self):
        """One child is paid for by two grants, 60 to 40, another by the first alone:
        84,000 francs each. A third one gets something that no grant is known for."""
        self.scheme.write({"grant_ids": [Command.link(self.grant_b.id)]})
        shared = self._new_entitlement(shares=[(self.grant, 60), (self.grant_b, 40)])
        single = self._new_entitlement(shares=[(self.grant, 100)])
        plan = self._new_plans(self._new_cycle())[:1]
        self._to(plan, "instructed")
        self._report(
            plan,
            [
                {"payment": line.name, "amount": 30, "date": self.today}
                for line in plan.line_ids
            ],
        )
        third = self._new_case(site_id=self.site.id)
        action = self.env["remediation.plan.action"].create(
            {
                "case_id": third.id,
                "domain": "health",
                "description": "At once",
                "is_urgent": True,
            }
        )
        self.env["remediation.service.delivery"].create(
            {
                "plan_action_id": action.id,
                "date": self.today,
                "cost": 1_000,
                "currency_id": self.cdf.id,
            }
        )
        run = self._run()
        by_grant = {
            figure.group_key: figure
            for figure in run.figure_ids
            if figure.dimension == "grant" and figure.measure_id.key == "i24_child"
        }
        whole = run.total_ids.filtered(lambda f: f.measure_id.key == "i24_child")
        self.assertEqual((whole.numerator, whole.denominator), (169_000, 3))
        found = {
            key and int(key): (round(f.numerator, 2), round(f.denominator, 2))
            for key, f in by_grant.items()
        }
        self.assertEqual(
            found,
            {
                self.grant.id: (134_400, 1.6),
                self.grant_b.id: (33_600, 0.4),
                False: (1_000, 1),
            },
        )
        for grant in self.grant | self.grant_b:
            column = grant.analytic_account_id.root_plan_id._column_name()
            charged = self.env["account.analytic.line"].search(
                [
                    (column, "=", grant.analytic_account_id.id),
                    ("move_line_id.account_id", "=", self.expense_account.id),
                ]
            )
            self.assertEqual(-sum(charged.mapped("amount")), found[grant.id][0])
        figure = by_grant[str(self.grant_b.id)].with_user(self.coordinator)
        self.assertEqual(figure.group_label, self.grant_b.display_name)
        opened = figure.action_counted()["domain"][0][2]
        self.assertEqual(opened, shared.case_id.ids)
        opened = by_grant[str(self.grant.id)].action_counted()["domain"][0][2]
        self.assertEqual(set(opened), {shared.case_id.id, single.case_id.id})
        self.assertEqual(by_grant[False].action_counted()["domain"][0][2], third.ids)

    def test_i26_advances_by_age(self):
        self._paid_plan(2)
        open_lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.advance_account.id),
                ("parent_state", "=", "posted"),
                ("balance", ">", 0),
            ]
        )
        run = self._run()
        self.assertAlmostEqual(
            self._numbers(run, "i26_30")[0], sum(open_lines.mapped("amount_residual"))
        )
        self.assertEqual(self._numbers(run, "i26_more")[0], 0)

    def test_i27_what_families_said_by_hand(self):
        """Four are asked: one all well, one without safety, one asked for a fee and
        one who got nothing; what is said after the period is not counted."""
        plan = self._paid_plan(4)
        self._report(
            plan, [{"payment": line.name, "amount": 30} for line in plan.line_ids]
        )
        verification = (
            self.env["cash.transfer.verification"]
            .with_user(self.reconciler)
            .create({"plan_id": plan.id, "margin": 5})
        )
        verification.action_draw()
        answers = verification.with_env(self.env).answer_ids.with_user(self.worker)
        self.assertEqual(len(answers), 4)
        answers[0].action_answer("yes", 30)
        answers[1].action_answer("yes", 30, safe=False)
        answers[2].action_answer("with_issues", 25, fee_asked=True)
        answers[3].action_answer("no", 0)
        run = self._run()
        self.assertEqual(self._numbers(run, "i27_received"), (2, 4, 50))
        self.assertEqual(self._numbers(run, "i27_safe"), (3, 4, 75))
        self.assertEqual(self._numbers(run, "i27_free"), (3, 4, 75))
        later = self.today + timedelta(days=1)
        answers[0].with_env(self.env)._unprotected().write(
            {"answered_on": f"{later} 23:00:00"}
        )
        self.assertEqual(self._numbers(self._run(), "i27_received"), (1, 3, 33.33))

    def test_i28_payments_prevented_by_hand(self):
        """Two of three payments of 30 USD are set aside: 60 USD at 2,800."""
        for _number in range(3):
            self._new_entitlement()
        plan = self._new_plans(self._new_cycle())[:1]
        plan.line_ids[:2].with_user(self.officer).action_set_aside("In another plan")
        self._to(plan, "locked")
        run = self._run()
        self.assertEqual(self._numbers(run, "i28_lines"), (2, 2, 2))
        self.assertEqual(self._numbers(run, "i28_value")[0], 60 * 2800)

    def test_i31_spent_burn_and_forecast_by_hand(self):
        """A grant of 200 days on its 100th: 300,000 of 1,000,000 CDF spent, so 600,000
        at its end; nothing is owed of it. One in USD runs too, with 20,000 USD at 2,800
        and 500 USD promised; a third is over."""
        home, usd = self.cdf, self.usd
        (self.grant | self.grant_b)._unprotected().write(
            {"date_start": self.today - timedelta(days=400)}
        )
        self.env.cr.execute(
            "UPDATE cash_transfer_grant SET date_end = %s WHERE id IN %s",
            [self.today - timedelta(days=1), (self.grant | self.grant_b)._ids],
        )
        self.env.invalidate_all()
        accounts = self.env["account.analytic.account"].create(
            [
                {
                    "name": name,
                    "plan_id": self.analytic_a.plan_id.id,
                    "company_id": self.company.id,
                }
                for name in ("In CDF", "In USD")
            ]
        )
        in_cdf, in_usd = self.env["cash.transfer.grant"].create(
            [
                {
                    "analytic_account_id": account.id,
                    "date_start": self.today - timedelta(days=99),
                    "date_end": self.today + timedelta(days=100),
                    "currency_id": currency.id,
                    "budget": budget,
                }
                for account, currency, budget in zip(
                    accounts, (home, usd), (1_000_000, 20_000), strict=True
                )
            ]
        )
        move = self.env["account.move"].create(
            {
                "journal_id": self.cash_journal.id,
                "date": self.today,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": sign * 300_000,
                            "analytic_distribution": sign > 0
                            and {str(in_cdf.analytic_account_id.id): 100},
                        }
                    )
                    for sign, account in (
                        (1, self.expense_account),
                        (-1, self.bank_account),
                    )
                ],
            }
        )
        move.action_post()
        self.scheme.write({"grant_ids": [Command.link(in_usd.id)]})
        entitlement = self._new_entitlement(
            shares=[(in_usd, 100)], date_to=self.today + timedelta(days=70)
        )
        promised = sum(entitlement.funding_ids.mapped("committed"))
        self.assertEqual(promised % 30, 0)
        self.assertGreater(promised, 0)
        run = self._run()
        whole = 1_000_000 + 20_000 * 2800
        self.assertEqual(self._numbers(run, "i31_spent")[:2], (300_000, whole))
        self.assertEqual(
            self._numbers(run, "i31_burn")[:2], (300_000 + promised * 2800, whole)
        )
        self.assertEqual(self._numbers(run, "i31_forecast")[:2], (600_000, whole))
        self.assertEqual(
            self._numbers(run, "i31_forecast")[2], round(100 * 600_000 / whole, 2)
        )
        # A currency without a rate is left out and named, never taken for one's own.
        strange = self.env["res.currency"].create({"name": "ZZY", "symbol": "Y"})
        self.env.cr.execute(
            "UPDATE cash_transfer_grant SET currency_id = %s WHERE id = %s",
            [strange.id, in_usd.id],
        )
        self.env.invalidate_all()
        run = self._run()
        self.assertEqual(self._numbers(run, "i31_spent")[:2], (300_000, 1_000_000))
        self.assertEqual(run.missing_rates, {"ZZY": 1})
        self.assertIn("ZZY", run.problem_text)

    def test_payments_in_a_currency_without_a_rate_are_named(self):
        plan = self._paid_plan(2)
        self.env.cr.execute(
            "DELETE FROM res_currency_rate WHERE currency_id = %s", [self.usd.id]
        )
        self.env.invalidate_all()
        run = self._run()
        self.assertEqual(self._numbers(run, "i25_value"), (0, 0, 0))
        self.assertEqual(self._numbers(run, "i25_failed")[1], 2)
        # two payments, and the two grants in that currency
        self.assertEqual(run.missing_rates, {"USD": 4}, plan.name)

    def test_r10_what_is_counted_one_by_one_is_told_in_spans(self):
        plan = self._paid_plan(4)
        self._report(
            plan, [{"payment": line.name, "amount": 30} for line in plan.line_ids]
        )
        verification = (
            self.env["cash.transfer.verification"]
            .with_user(self.reconciler)
            .create({"plan_id": plan.id, "margin": 5})
        )
        verification.action_draw()
        for answer in verification.with_env(self.env).answer_ids:
            answer.with_user(self.worker).action_answer("yes", 30)
        run = self._run()
        report = (
            self.env["remediation.donor.report"]
            .with_user(self.coordinator)
            .create({"name": "Q", "run_id": run.id})
        )
        report.action_submit()
        looked_at = assert_told_in_spans(self, run, report.content)
        for key in ("i25_on_time", "i25_value", "i27_received", "i28_lines"):
            self.assertIn(key, looked_at)
        self.assertNotIn(
            "i28_value", {row["measure"] for row in report.content["figures"]}
        )
        told = {row["measure"]: row for row in report.content["figures"]}
        self.assertEqual(told["i27_received"]["whole"], [1, 10])

    def test_whoever_may_read_payments_opens_what_was_counted(self):
        self._paid_plan(1)
        figure = self._run().total_ids.filtered(
            lambda f: f.measure_id.key == "i25_reconciled"
        )
        action = figure.with_user(self.auditor).action_whole()
        lines = self.env[action["res_model"]].with_user(self.auditor)
        self.assertEqual(lines._name, "cash.transfer.payment.line")
        self.assertEqual(len(lines.search(action["domain"])), figure.denominator)
        with self.assertRaisesRegex(UserError, "read the number"):
            figure.with_user(self.coordinator).action_whole()
