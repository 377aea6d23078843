from contextlib import contextmanager

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.remediation_base.tests.whole import whole

from ..models.account_move import MOVE_CONTENT
from ..models.account_move_line import LINE_CONTENT
from ..models.account_payment import PAYMENT_CONTENT
from .common import CashCommon


@tagged("post_install", "-at_install")
class TestEntries(CashCommon):
    """An entry that a plan made is changed by the plan's own steps alone (R68)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "chief_accountant",
            "account.group_account_manager,analytic.group_analytic_accounting",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )

    def _rows(self, plan, amount=None):
        return [
            {"payment": line.name, "amount": amount or line.amount_due}
            for line in plan.line_ids
        ]

    @contextmanager
    def _apart(self):
        """One period has one cycle: each history is undone before the next."""
        savepoint = self.env.cr.savepoint(flush=True)
        yield
        self.env.flush_all()
        savepoint.rollback()
        savepoint.close(rollback=False)
        self.env.invalidate_all(flush=False)

    def _history(self, kind="advance"):
        """A plan with every kind of entry: funding, delivery or bill, fee, dispute,
        reversal, return, released income."""
        self.grant.write(
            {
                "deferred_account_id": self.deferred_account.id,
                "income_account_id": self.income_account.id,
            }
        )
        provider = self._new_provider(f"Of kind {kind}", kind, fee_fixed=0.5)
        plan = self._paid_plan(3, provider=provider)
        lines = plan.line_ids
        self._report(
            plan,
            [
                {"payment": lines[0].name, "amount": 30},
                {"payment": lines[1].name, "amount": 32},
                {"payment": lines[2].name, "amount": 0, "reason": "refused"},
            ],
        )
        boss = self.releaser
        plan.dispute_ids.with_user(boss).action_accept("The family kept it")
        lines[0].with_user(boss).action_reverse("Wrong person")
        if kind != "prefinanced":
            plan.with_user(boss).action_return(5)
        return plan

    def _entries(self, plan):
        return self.env["account.move"].search(
            [
                "|",
                ("payment_plan_id", "=", plan.id),
                ("origin_payment_id.payment_plan_ids", "=", plan.id),
            ]
        )

    def _other_value(self, record, name):
        """A value that the field does not have, as a remote caller would send it."""
        field = record._fields[name]
        if field.type == "many2one":
            other = self.env[field.comodel_name].search(
                [("id", "!=", record[name].id)], limit=1
            )
            return other.id if not record[name] else False
        if field.type in ("one2many", "many2many"):
            return [fields.Command.clear()]
        if field.type in ("date", "datetime"):
            return "2020-02-29"
        if field.type in ("float", "monetary", "integer"):
            return record[name] + 7
        if field.type == "json":
            return {str(self.analytic_b.id): 100.0}
        if field.type == "selection":
            values = [value for value in field.get_values(self.env)]
            return next(value for value in values if value != record[name])
        if field.type == "boolean":
            return not record[name]
        return "something else"

    def assertRefused(self, record, method, *arguments):
        with (
            self.subTest(model=record._name, method=method, arguments=arguments),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            getattr(record, method)(*arguments)

    @whole
    def test_r68_every_content_field_of_every_entry_is_refused(self):
        """Enumerated: each field that says something, on entry, item, payment and
        analytic line, for the accountant with every accounting right and by sudo."""
        for kind in ("advance", "prefinanced"):
            with self._apart():
                plan = self._history(kind)
                moves = self._entries(plan)
                self.assertGreaterEqual(len(moves), 4)
                payments = moves.origin_payment_id
                self.assertEqual(bool(payments), kind != "prefinanced")
                for record, names in (
                    (moves[:1], MOVE_CONTENT),
                    (moves[-1:].line_ids[:1], LINE_CONTENT),
                    (payments[:1], PAYMENT_CONTENT),
                    (moves.line_ids.analytic_line_ids[:1], {"amount", "date", "name"}),
                ):
                    for name in sorted(names & set(record._fields)) if record else ():
                        value = self._other_value(record, name)
                        if not value and not record[name]:
                            continue  # no other record of that model is there
                        for by in (record.with_user(self.accountant), record.sudo()):
                            self.assertRefused(by, "write", {name: value})
                self.assertFalse(plan._ledger_differences())

    def test_r68_what_core_protects_is_protected(self):
        """Core's own lists of what a hash or a lock date protects are the outside
        measure of what an entry says."""
        move, line = self.env["account.move"], self.env["account.move.line"]
        self.assertLessEqual(set(move._get_integrity_hash_fields()), MOVE_CONTENT)
        self.assertLessEqual(set(line._get_integrity_hash_fields()), LINE_CONTENT)
        for names in line._get_lock_date_protected_fields().values():
            self.assertLessEqual(set(names), LINE_CONTENT)
        self.assertLessEqual(
            set(self.env["account.payment"]._get_trigger_fields_to_synchronize()),
            PAYMENT_CONTENT,
        )

    def test_r68_every_door_is_refused(self):
        plan = self._history()
        for move in self._entries(plan).with_user(self.accountant):
            for method in ("button_draft", "button_cancel", "unlink"):
                self.assertRefused(move, method)
            self.assertRefused(move.with_context(force_delete=True), "unlink")
            for step in ("refund_moves", "modify_moves"):
                wizard = (
                    self.env["account.move.reversal"]
                    .with_user(self.accountant)
                    .with_context(active_model="account.move", active_ids=move.ids)
                    .create({"journal_id": move.journal_id.id})
                )
                self.assertRefused(wizard, step)
            line = move.line_ids[:1]
            self.assertRefused(line.with_context(force_delete=True), "unlink")
            self.assertRefused(
                self.env["account.move.line"].with_user(self.accountant),
                "create",
                {"move_id": move.id, "account_id": line.account_id.id, "balance": 0},
            )
            payment = move.origin_payment_id
            if payment:
                for method in (
                    "action_draft",
                    "action_cancel",
                    "action_reject",
                    "unlink",
                ):
                    self.assertRefused(payment, method)
            analytic = move.line_ids.analytic_line_ids[:1]
            if analytic:
                self.assertRefused(analytic, "unlink")
                self.assertRefused(
                    self.env["account.analytic.line"].with_user(self.accountant),
                    "create",
                    {
                        "name": "More",
                        "amount": -5,
                        "move_line_id": analytic.move_line_id.id,
                        "general_account_id": analytic.general_account_id.id,
                        "account_id": self.analytic_a.id,
                    },
                )
        self.assertFalse(plan._ledger_differences())

    def test_r68_no_entry_is_passed_off_as_a_plans(self):
        plan = self._history()
        moves = self.env["account.move"].with_user(self.accountant)
        values = {"journal_id": self.cash_journal.id, "ref": "By hand"}
        self.assertRefused(moves, "create", {**values, "payment_plan_id": plan.id})
        self.assertRefused(
            moves.with_context(default_payment_plan_id=plan.id), "create", values
        )
        move = moves.create(values)
        self.assertRefused(move, "write", {"payment_plan_id": plan.id})
        payment = (
            self.env["account.payment"]
            .with_user(self.accountant)
            .create(
                {
                    "payment_type": "outbound",
                    "partner_type": "supplier",
                    "partner_id": self.provider.partner_id.id,
                    "journal_id": self.bank_journal.id,
                    "amount": 5,
                }
            )
        )
        self.assertRefused(
            payment, "write", {"payment_plan_ids": [fields.Command.set(plan.ids)]}
        )
        payment.amount = 6  # what no plan made is the accountant's own
        payment.unlink()
        move.unlink()

    @whole
    def test_r68_the_bank_is_still_matched(self):
        plan = self._paid_plan(1)
        payment = plan.movement_ids.payment_id
        line = payment.move_id.line_ids.filtered(
            lambda one: one.account_id == self.outstanding_account
        )
        entry = self.env["account.move"].create(
            {
                "journal_id": self.cash_journal.id,
                "currency_id": self.usd.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": account.id,
                            "currency_id": self.usd.id,
                            "amount_currency": sign * line.amount_currency,
                            "balance": sign * line.balance,
                        }
                    )
                    for account, sign in (
                        (self.outstanding_account, -1),
                        (self.bank_account, 1),
                    )
                ],
            }
        )
        entry.action_post()
        matching = entry.line_ids[:1] | line
        matching.with_user(self.accountant).reconcile()
        self.assertTrue(line.reconciled)
        self.assertEqual(payment.state, "paid")

    def test_r68_what_a_plan_matched_is_unmatched_by_no_door(self):
        for kind in ("advance", "wallet"):
            with self._apart():
                plan = self._history(kind)
                items = self._entries(plan).line_ids
                matched = items.matched_debit_ids | items.matched_credit_ids
                self.assertTrue(matched)
                for by in (self.accountant, self.env.user):
                    for partial in matched.with_user(by):
                        self.assertRefused(partial, "unlink")
                        self.assertRefused(partial, "write", {"amount": 1})
                    both = (matched.debit_move_id | matched.credit_move_id).with_user(
                        by
                    )
                    for item in both:
                        self.assertRefused(item, "remove_move_reconcile")
                        self.assertRefused(
                            item.with_context(active_ids=item.ids),
                            "action_unreconcile_match_entries",
                        )
                    for full in matched.full_reconcile_id.with_user(by):
                        self.assertRefused(full.partial_reconcile_ids, "unlink")
                self.assertFalse(plan._ledger_differences())

    @whole
    def test_r68_nothing_is_matched_with_a_plans_money_by_hand(self):
        plan = self._paid_plan(2)
        money = plan.movement_ids.move_line_id
        entry = self.env["account.move"].create(
            {
                "journal_id": self.cash_journal.id,
                "currency_id": self.usd.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.provider.partner_id.id,
                            "currency_id": self.usd.id,
                            "amount_currency": sign * 7,
                            "balance": sign * 7 * 2800,
                        }
                    )
                    for account, sign in (
                        (self.advance_account, -1),
                        (self.bank_account, 1),
                    )
                ],
            }
        )
        entry.action_post()
        own = entry.line_ids.filtered(lambda one: one.account_id == money.account_id)
        self.assertRefused((own | money).with_user(self.accountant), "reconcile")
        self._report(plan, self._rows(plan))
        self.assertFalse(plan._ledger_differences())
        plan.with_user(self.reconciler).action_close()

    def test_r68_the_night_finds_what_was_unmatched_behind_the_guard(self):
        plan = self._history()
        items = self._entries(plan).line_ids
        matched = items.matched_debit_ids.filtered(
            lambda one: one.debit_move_id.account_id == self.advance_account
        )
        self._break(
            "DELETE FROM account_partial_reconcile WHERE id = %s", matched[0].id
        )
        plan.with_user(self.officer).action_compare_ledger()
        self.assertEqual(plan.ledger_check_ids.mapped("kind"), ["matching"])
        self.assertLess(plan.ledger_check_ids.difference, 0)

    @whole
    def test_r68_the_author_is_the_person(self):
        plan = self._history()
        robot = self.env.ref("base.user_root")
        for move in self._entries(plan):
            self.assertNotEqual(move.create_uid, robot)
            self.assertIn(move.create_uid, self.releaser | self.reconciler_2)
            self.assertFalse(
                move.message_partner_ids
                & (self.releaser | self.reconciler_2).partner_id,
                "who cannot read entries does not follow them",
            )
        reported = self._entries(plan).filtered("cash_reconciliation_id")
        self.assertEqual(reported.create_uid, self.reconciler_2)

    @whole
    def test_r68_the_author_is_the_person_when_the_scheduler_posts(self):
        plan = self._paid_plan(1)
        report = self._new_report(plan, self._rows(plan))
        report.with_user(self.reconciler_2).action_post()
        root = self.env(user=self.env.ref("base.user_root").id)
        report.with_env(root)._run_job()
        self.assertEqual(self._entries(plan)[:1].create_uid, self.reconciler_2)

    @whole
    def test_r68_one_rule_releases_income(self):
        """Whatever charges the grant releases as much, whatever takes it back takes
        back as much: income released = what the grant's account is charged with."""
        for kind in ("advance", "wallet", "prefinanced"):
            with self._apart():
                items = self._entries(self._history(kind)).line_ids
                charged = items.filtered(
                    lambda one: (
                        one.analytic_distribution and one.cash_event != "release"
                    )
                )
                released, held = (
                    items.filtered(lambda one, wanted=account: one.account_id == wanted)
                    for account in (self.income_account, self.deferred_account)
                )
                self.assertTrue(released)
                for name in ("balance", "amount_currency"):
                    total = sum(charged.mapped(name))
                    self.assertAlmostEqual(sum(released.mapped(name)), -total, 2)
                    self.assertAlmostEqual(sum(held.mapped(name)), total, 2)
                # 30 and 32 delivered, 30 taken back, the fees stay
                self.assertAlmostEqual(sum(charged.mapped("amount_currency")), 33)

    @whole
    def test_r68_a_secured_journal_reverses_its_releases(self):
        """Nothing that a hash secures goes back to a draft: the release is reversed."""
        self.cash_journal.restrict_mode_hash_table = True
        self.test_r68_bills_of_others_release_income_by_the_same_rule()
        made = self.env["account.move"].search([("income_of_id", "!=", False)])
        made = made.filtered(lambda move: move.journal_id == self.cash_journal)
        self.assertTrue(all(made.mapped("inalterable_hash")))
        self.assertEqual(set(made.mapped("state")), {"posted"})

    def test_r68_bills_of_others_release_income_by_the_same_rule(self):
        """A kit for a savings group, a consultant: what charges the grant releases as
        much; a credit note, or the way back to draft, takes it back."""
        self.grant.write(
            {
                "deferred_account_id": self.deferred_account.id,
                "income_account_id": self.income_account.id,
            }
        )
        accountant = self.env(user=self.accountant.id)
        bill = accountant["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.provider.partner_id.id,
                "journal_id": self.bill_journal.id,
                "invoice_date": self.today,
                "currency_id": self.usd.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": "Box and passbooks",
                            "account_id": self.expense_account.id,
                            "price_unit": 100,
                            "tax_ids": [],
                            "analytic_distribution": {
                                str(self.analytic_a.id): 40,
                                str(self.analytic_b.id): 60,
                            },
                        }
                    )
                ],
            }
        )
        self.assertEqual(self._released(), (0, 0))
        bill.action_post()
        self.assertEqual(self._released(), (40, 40 * 2800))
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.spent, 40)
        bill.button_draft()
        self.assertEqual(self._released(), (0, 0))
        bill.action_post()
        self.assertEqual(self._released(), (40, 40 * 2800))
        bill._reverse_moves([{"date": self.today, "invoice_date": self.today}], True)
        self.assertEqual(self._released(), (0, 0))
        # the accountant's own release is not doubled
        own = accountant["account.move"].create(
            {
                "journal_id": self.cash_journal.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "analytic_distribution": {str(self.analytic_a.id): 100},
                        }
                    )
                    for account, balance in (
                        (self.deferred_account, 500),
                        (self.income_account, -500),
                        (self.expense_account, 500),
                        (self.bank_account, -500),
                    )
                ],
            }
        )
        own.action_post()
        self.assertEqual(self._released()[1], 500)
        self.assertRefused(own, "write", {"income_of_id": bill.id})

    def _restrict(self, *grants):
        for grant in grants or self.grant:
            grant.write(
                {
                    "deferred_account_id": self.deferred_account.id,
                    "income_account_id": self.income_account.id,
                }
            )

    def _own_entry(self, *items):
        """Post an accountant's entry: ``(account, balance, shares)``."""
        entry = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "journal_id": self.cash_journal.id,
                    "line_ids": [
                        fields.Command.create(
                            {
                                "account_id": account.id,
                                "balance": balance,
                                "analytic_distribution": {
                                    str(one.id): share for one, share in shares.items()
                                },
                            }
                        )
                        for account, balance, shares in items
                    ],
                }
            )
        )
        entry.action_post()
        return entry

    @whole
    def test_r68_income_is_released_once_whoever_releases_it(self):
        """The rule released it with the cost: an accountant's own entry for the same
        cost is refused, in one entry or in two; what takes income back is not."""
        self._restrict()
        analytic = {self.analytic_a: 100}
        cost = (self.expense_account, 500, analytic), (self.bank_account, -500, {})

        def release(amount):
            return (
                (self.deferred_account, amount, {}),
                (self.income_account, -amount, {}),
            )

        def refused(*items):
            with (
                self.assertRaisesRegex(UserError, "Lower this entry"),
                self.env.cr.savepoint(),
            ):
                self._own_entry(*items)

        refused(*release(500))  # for nothing
        refused(*cost, *release(600))
        entry = self._own_entry(*cost)
        self.assertEqual(self._released()[1], 500)
        refused(*release(500))
        self._own_entry(*release(-200))
        self._own_entry(*release(200))
        self.assertEqual(self._released()[1], 500)
        # the release follows its entry and changes by no other door
        freed = self.env["account.move"].search([("income_of_id", "=", entry.id)])
        freed = freed.with_user(self.accountant)
        for method, *arguments in (
            ("button_draft",),
            ("button_cancel",),
            ("write", {"date": self.today.replace(day=1)}),
            ("_reverse_moves",),
            ("unlink",),
        ):
            self.assertRefused(freed, method, *arguments)
        for item in freed.line_ids:
            self.assertRefused(item, "write", {"balance": 7})
            self.assertRefused(
                item, "write", {"analytic_distribution": {str(self.analytic_b.id): 100}}
            )
        copy = freed.copy()
        self.assertRefused(copy, "action_post")

    def test_r68_a_cost_charged_anew_releases_anew(self):
        """The grant of a posted cost is changed on its item or its analytic line: the
        income goes with it."""
        self._restrict()
        entry = self._own_entry(
            (self.expense_account, 500, {self.analytic_a: 100}),
            (self.bank_account, -500, {}),
        )
        item = entry.line_ids.filtered("analytic_distribution")
        self.assertEqual(self._released()[1], 500)
        for shares, released in (
            ({self.analytic_a: 40, self.analytic_b: 60}, 200),
            ({self.analytic_b: 100}, 0),
            ({self.analytic_a: 100}, 500),
        ):
            item.analytic_distribution = {
                str(one.id): share for one, share in shares.items()
            }
            self.assertEqual(self._released()[1], released)
        line = item.analytic_line_ids
        line.write({self.analytic_b.plan_id._column_name(): self.analytic_b.id})
        self.assertEqual(self._released()[1], 0)
        entry.button_draft()
        self.assertEqual(self._released()[1], 0)

    def _released(self):
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.income_account.id),
                ("parent_state", "=", "posted"),
            ]
        )
        held = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.deferred_account.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(
            sum(items.mapped("balance")), -sum(held.mapped("balance"))
        )
        return (
            round(-sum(items.mapped("amount_currency")), 2),
            round(-sum(items.mapped("balance")), 2),
        )

    def test_r68_auditor_opens_the_evidence(self):
        plan = self._history()
        for record in (plan, plan.reconciliation_ids):
            self.assertTrue(record.with_user(self.auditor).file_content)
            # each download of such a record is logged (R29)
            self.assertTrue(record._remediation_sensitive)

    # -- plan = ledger ------------------------------------------------------------
    def _break(self, query, *arguments):
        """What a script on the database does: no door of ours."""
        self.env.flush_all()
        self.env.cr.execute(query, arguments)
        self.env.invalidate_all()

    @whole
    def test_r68_plan_is_ledger_for_each_kind_of_provider(self):
        for kind in ("advance", "wallet", "prefinanced"):
            for policy in ("fifo", "day"):
                with self._apart():
                    self.company.cash_exchange_policy = policy
                    plan = self._history(kind)
                    self.assertEqual(plan._ledger_differences(), [], (kind, policy))
                    checks = self.env["cash.transfer.ledger.check"]
                    checks._cron_compare()
                    self.assertFalse(
                        checks.search([("company_id", "=", self.company.id)])
                    )
                    self.assertTrue(plan.ledger_checked_on)

    @whole
    def test_r68_the_night_finds_what_was_changed_behind_the_guard(self):
        plan = self._history()
        checks = self.env["cash.transfer.ledger.check"]
        entry = self._entries(plan).filtered("cash_reconciliation_id")
        money = entry.line_ids.filtered(
            lambda one: one.account_id == self.advance_account
        )[:1]
        self._break(
            "UPDATE account_move_line SET amount_currency = amount_currency - 1"
            " WHERE id = %s",
            money.id,
        )
        checks._cron_compare()
        found = checks.with_user(self.officer).search([("plan_id", "=", plan.id)])
        self.assertEqual((found.kind, found.difference), ("money", -1))
        account = checks.search([("plan_id", "=", False)])
        self.assertEqual(
            (account.kind, account.provider_id), ("account", plan.provider_id)
        )
        self._break(
            "UPDATE account_move_line SET amount_currency = amount_currency + 1"
            " WHERE id = %s",
            money.id,
        )
        plan.with_user(self.officer).action_compare_ledger()
        self.assertFalse(plan.ledger_check_ids)
        self._break(
            "DELETE FROM account_analytic_line WHERE id = %s",
            entry.line_ids.analytic_line_ids[0].id,
        )
        plan.with_user(self.auditor).action_compare_ledger()
        self.assertEqual(plan.ledger_check_ids.mapped("kind"), ["analytic"])

    def test_r68_a_plan_closes_only_as_the_ledger(self):
        plan = self._paid_plan(1)
        self._report(plan, self._rows(plan))
        entry = self._entries(plan).filtered("cash_reconciliation_id")
        self._break(
            "UPDATE account_move_line SET parent_state = 'cancel' WHERE move_id = %s",
            entry.id,
        )
        with self.assertRaisesRegex(UserError, "ledger"):
            plan.with_user(self.reconciler).action_close()

    def test_r65_open_advance_is_the_ledgers(self):
        self.provider.fee_fixed = 0.5
        plan = self._paid_plan(2)
        self.assertAlmostEqual(self.provider.open_advance, 61)
        self._set_rate(self.usd, 3333, self.today)
        self._report(plan, self._rows(plan)[:1])
        self.env.invalidate_all()
        self.assertAlmostEqual(self.provider.with_user(self.officer).open_advance, 30.5)
