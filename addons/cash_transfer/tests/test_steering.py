import base64
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tests.whole import whole
from odoo.addons.remediation_base.tools import sheets

from .common import CashCommon

#: What a form may change at once: names, order, the reading of reports.
FREE = {
    "name",
    "sequence",
    "programme_id",
    "contract_ref",
    "settlement_days",
    "report_profile_id",
    "default_failure_reason",
}


@tagged("post_install", "-at_install")
class TestSteering(CashCommon):
    """What steers money changes by two persons, with history (R63)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._new_user("accountant", "account.group_account_manager")
        cls.system = cls._new_user("system", "base.group_system")
        cls.thief = cls.env["res.partner"].create({"name": "Thief Ltd"})
        cls.account = cls._new_account("CD08-1111")
        cls.rule = cls.env["cash.transfer.approval.rule"].create(
            {"name": "Board", "min_amount": 10}
        )
        cls.pair = cls.env["cash.transfer.duty.pair"].create(
            {
                "company_id": cls.company.id,
                "first_duty": "reconcile",
                "second_duty": "prepare",
            }
        )

    @classmethod
    def _new_account(cls, number):
        return cls.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": cls.provider.partner_id.id}
        )

    def _cases(self):
        """(record, who maintains it, field, another value) of each kind of record."""
        tomorrow = self.today + timedelta(days=1)
        return [
            (self.provider, self.releaser, "partner_id", self.thief.id),
            (self.provider, self.releaser, "bank_account_id", self.account.id),
            (self.provider, self.accountant, "file_format", "xlsx"),
            (self.provider, self.releaser, "limit_month", 1_000_000.0),
            (self.provider, self.releaser, "fee_percent", 30.0),
            (self.provider, self.accountant, "number_prefix", "+33"),
            (self.provider, self.releaser, "active", False),
            (self.grant, self.releaser, "budget", 9_000_000.0),
            (self.grant, self.accountant, "date_end", tomorrow),
            (self.grant, self.releaser, "currency_id", self.cdf.id),
            (self.grant, self.releaser, "exchange_ineligible", True),
            (self.scheme, self.officer, "amount", 300.0),
            (self.scheme, self.officer, "withdrawal_fee", 5.0),
            (self.scheme, self.officer, "rounding_step", 50.0),
            (self.scheme, self.officer, "active", False),
            (self.rule, self.system, "min_amount", 1_000_000.0),
            (self.rule, self.system, "active", False),
            (self.pair, self.system, "active", False),
            (self.company, self.system, "cash_emergency_limit", 9_000_000.0),
            (self.company, self.system, "cash_cooling_hours", 0),
        ]

    def _changes(self, record):
        return self.env["cash.transfer.change"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def _raw(self, record, name):
        value = record[name]
        return value.id if record._fields[name].type == "many2one" else value

    # -- one asks, another agrees ------------------------------------------------
    @whole
    def test_r63_a_change_waits_for_a_second_person(self):
        for record, user, name, value in self._cases():
            with (
                self.subTest(model=record._name, field=name),
                self.env.cr.savepoint() as savepoint,
            ):
                before = self._raw(record, name)
                record.with_user(user).write({name: value})
                self.env.flush_all()
                record.invalidate_recordset()
                self.assertEqual(self._raw(record, name), before, "not by one person")
                change = self._changes(record).filtered(lambda c: c.state == "asked")
                self.assertEqual(change.asked_by_id, user)
                self.assertIn("→", change.text)
                self.assertTrue(record.waiting_change)
                for other in (user, self.officer, self.reconciler, self.accountant):
                    with self.assertRaises(AccessError):
                        change.with_user(other).action_agree()
                second = self.approver if user == self.releaser else self.releaser
                change.with_user(second).action_agree()
                record.invalidate_recordset()
                self.assertEqual(self._raw(record, name), value)
                self.assertEqual(
                    (change.state, change.decided_by_id), ("agreed", second)
                )
                with self.assertRaisesRegex(UserError, "for “Waits” only"):
                    change.with_user(self.approver).action_agree()
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def test_r63_the_approver_reads_what_was_and_what_will_be(self):
        """The sentence that is agreed to says both values as people write them, and
        stands on the change, on the record and in the inbox of the desk."""
        tomorrow = self.today + timedelta(days=1)
        budget = self.grant.currency_id.format(self.grant.budget)
        former = self.provider.partner_id
        for record, user, vals, says in (
            (
                self.grant,
                self.releaser,
                {"budget": 9_000_000.0},
                f"Budget: {budget} → {self.grant.currency_id.format(9_000_000.0)}",
            ),
            (
                self.grant,
                self.releaser,
                {"exchange_ineligible": True},
                "No → Yes",
            ),
            (
                self.grant,
                self.accountant,
                {"date_end": tomorrow},
                f"→ {self.env['base']._say_day(tomorrow)}",
            ),
            (
                self.provider,
                self.releaser,
                {"partner_id": self.thief.id, "fee_percent": 30.0},
                f"{former.display_name} ({former.id}) → Thief Ltd ({self.thief.id})",
            ),
        ):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                record.with_user(user).write(vals)
                self.env.flush_all()
                change = self._changes(record).filtered(lambda c: c.state == "asked")
                approver = change.with_user(self.approver)
                self.assertIn(says, approver.text)
                self.assertEqual(len(approver.text.splitlines()), len(vals))
                self.assertNotRegex(approver.text, r"\bTrue\b|\bFalse\b|00000\.0\b")
                shown = record.with_user(self.approver).waiting_change
                self.assertIn(says, shown)
                self.assertIn(user.name, shown)
                desk = self.env["remediation.desk"].with_user(self.approver)
                lines = [
                    line
                    for section in desk.get_desk()["sections"]
                    for line in section["lines"]
                    if line.get("id") == f"change-{change.id}"
                ]
                self.assertEqual([line["title"] for line in lines], [change.name])
                self.assertIn(user.name, lines[0]["detail"])
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def test_r63_the_approver_reads_in_the_language_of_who_asked(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        grant = self.grant.with_user(self.releaser).with_context(lang="fr_FR")
        grant.exchange_ineligible = True
        text = self._changes(grant).filtered(lambda c: c.state == "asked").text
        self.assertRegex(text, "Non → Oui$")

    def test_r63_a_duty_does_not_make_two_of_one(self):
        """A releaser who is approver, too, agrees to nothing of their own."""
        self.releaser.group_ids |= self.env.ref("cash_transfer.group_cash_approver")
        self.provider.with_user(self.releaser).partner_id = self.thief
        change = self._changes(self.provider)[:1]
        with self.assertRaisesRegex(AccessError, "own work"):
            change.with_user(self.releaser).action_agree()
        change.with_user(self.releaser).action_decline("Mistake")
        self.assertEqual(change.state, "declined")
        self.assertNotEqual(self.provider.partner_id, self.thief)

    def test_r63_no_door_goes_round_it(self):
        """write, web_save, import, archive, lines and copies."""
        provider = self.provider.with_user(self.releaser)
        partner, columns = provider.partner_id, len(provider.instruction_column_ids)
        provider.web_save({"partner_id": self.thief.id}, {"partner_id": {}})
        row = [self._xmlid(provider), self.thief.id]
        provider.load(["id", "partner_id/.id"], [row])
        provider.action_archive()
        column = provider.instruction_column_ids.filtered(
            lambda c: c.content == "number"
        )
        for step in (
            lambda: column.write({"content": "reference"}),
            lambda: column.unlink(),
            lambda: column.create(
                {
                    "provider_id": provider.id,
                    "content": "date",
                    "header": "Day",
                }
            ),
        ):
            with self.assertRaisesRegex(UserError, "in force"):
                with self.env.cr.savepoint():
                    step()
        provider.write({"instruction_column_ids": [fields.Command.delete(column.id)]})
        self.env.flush_all()
        self.provider.invalidate_recordset()
        self.assertEqual(self.provider.partner_id, partner)
        self.assertTrue(self.provider.active)
        self.assertEqual(len(self.provider.instruction_column_ids), columns)
        with self.assertRaises(AccessError):
            provider.write({"is_in_force": True})
        change = self._changes(self.provider)[:1]
        for values in ({"state": "agreed"}, {"author_ids": [fields.Command.clear()]}):
            with self.assertRaises(AccessError):
                change.with_user(self.releaser).write(values)
            with self.assertRaises(AccessError):
                change.write(values)
        with self.assertRaises(AccessError):
            change.with_user(self.system).unlink()
        for record, user in ((self.rule, self.system), (self.pair, self.system)):
            with self.assertRaisesRegex(UserError, "archive"):
                record.with_user(user).unlink()

    @whole
    def test_r63_the_settings_page_asks_too(self):
        before = self.company.cash_emergency_limit
        settings = self.env["res.config.settings"].with_user(self.system)
        settings.with_company(self.company).create(
            {"company_id": self.company.id, "cash_emergency_limit": 9}
        ).execute()
        self.env.flush_all()
        self.company.invalidate_recordset()
        self.assertEqual(self.company.cash_emergency_limit, before)
        self.assertEqual(self._changes(self.company)[:1].state, "asked")

    def test_r63_the_accounts_of_a_company_change_by_two(self):
        """The first choice is free, so that one person sets up; later ones wait."""
        company = self.company.with_user(self.system).with_company(self.company)
        steering = company._get_steering_fields()
        # Those of glue modules are tested where they are chosen.
        names = [
            name for name in steering if name.endswith("_id") and self.company[name]
        ]
        self.assertEqual(len(names), 7)
        for name in names:
            with self.subTest(field=name):
                before = self.company[name]
                other = before.copy()
                company.write({name: other.id})
                self.assertEqual(self.company[name], before)
                self._changes(self.company)[:1].with_user(self.approver).action_agree()
                self.assertEqual(self.company[name], other)
                self.company.sudo()[name] = False
                company.write({name: before.id})
                self.assertEqual(self.company[name], before, "nothing was chosen yet")
        company.cash_exchange_policy = "day"
        self.assertEqual(self.company.cash_exchange_policy, "fifo")

    def _xmlid(self, record):
        self.env["ir.model.data"].create(
            {
                "module": "test",
                "name": f"record_{record.id}",
                "model": record._name,
                "res_id": record.id,
            }
        )
        return f"test.record_{record.id}"

    def test_r63_lines_are_changed_through_the_form(self):
        column = self.provider.instruction_column_ids.filtered(
            lambda c: c.content == "number"
        )
        self.provider.with_user(self.releaser).write(
            {
                "instruction_column_ids": [
                    fields.Command.update(column.id, {"header": "To"})
                ]
            }
        )
        self.assertEqual(column.header, "number")
        self.provider.change_ids[:1].with_user(self.approver).action_agree()
        self.assertEqual(column.header, "To")

    def test_r63_what_does_not_steer_is_saved_at_once(self):
        self.provider.with_user(self.releaser).write(
            {"name": "M-Pesa", "settlement_days": 5, "limit_day": 7}
        )
        provider = self.provider
        self.assertEqual(
            (provider.name, provider.settlement_days, provider.limit_day),
            ("M-Pesa", 5, 0),
        )

    def test_r63_every_field_is_decided_about(self):
        """A new field of what steers money steers, is protected, or is free."""
        for kind in (
            "provider",
            "grant",
            "scheme",
            "approval.rule",
            "duty.pair",
            "deputy",
        ):
            model = self.env[f"cash.transfer.{kind}"]
            known = model._get_steering_fields() | model._get_protected_fields() | FREE
            for name, field in model._fields.items():
                if (field.store or field.type == "one2many") and not (
                    name in known
                    or name.startswith(("report_", "create_", "write_", "change_"))
                    or name == "id"
                    or field.compute
                    or field.related
                ):
                    with self.subTest(model=kind, field=name):
                        self.fail(f"{name}: does it steer money? Say so.")
        company = self.env["res.company"]
        ours = {
            name
            for name, field in company._fields.items()
            if field._module == "cash_transfer" and name.startswith("cash_")
        }
        self.assertTrue(ours)
        self.assertEqual(ours - company._get_steering_fields(), set())

    def test_r63_new_records_wait_too(self):
        """A new provider, a copy, a new rule: used once a second person agreed."""
        new = (
            self.env["cash.transfer.provider"]
            .with_user(self.releaser)
            .create(
                {
                    "name": "Own",
                    "partner_id": self.thief.id,
                    "bank_journal_id": self.bank_journal.id,
                }
            )
        )
        self.assertFalse(new.is_in_force or new.is_ready)
        new.with_user(self.accountant).limit_day = 5
        self.assertEqual(new.limit_day, 5, "it is not used yet")
        change = self._changes(new)
        self.assertEqual(change.author_ids, self.releaser | self.accountant)
        self.assertFalse(self.provider.with_user(self.releaser).copy().is_in_force)
        rule = (
            self.env["cash.transfer.approval.rule"]
            .with_user(self.system)
            .create({"name": "Cheap", "sequence": 0})
        )
        plan = self._paid_plan(1, "locked")
        self.assertNotIn("Cheap", plan.approval_ids.mapped("name"))
        change.with_user(self.approver).action_agree()
        self.assertTrue(new.is_in_force)
        self._changes(rule).with_user(self.approver).action_agree()
        self.assertTrue(rule.is_in_force)

    @whole
    def test_r63_nothing_is_locked_on_what_waits(self):
        self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        for record in (self.provider, self.scheme, self.grant):
            record._unprotected().is_in_force = False
            with self.assertRaisesRegex(UserError, "second person"):
                plan.with_user(self.officer).action_lock()
            record._unprotected().is_in_force = True
        self._lock(plan)
        draft = self._new_entitlement(approve=False)
        self.grant._unprotected().is_in_force = False
        with self.assertRaisesRegex(UserError, "second person"):
            draft.with_user(self.worker).action_propose()

    def test_r63_what_changed_since_is_not_put_in_force(self):
        grant = self.grant.with_user(self.releaser)
        grant.budget = 5
        grant.budget = 6
        later, first = self._changes(self.grant)[:2]
        first.with_user(self.approver).action_agree()
        self.assertEqual(self.grant.budget, 5)
        with self.assertRaisesRegex(UserError, "changed since"):
            later.with_user(self.approver).action_agree()

    def test_r63_a_bad_change_is_refused_when_it_is_asked(self):
        with self.assertRaises(ValidationError):
            self.provider.with_user(self.releaser).number_prefix = "243"
        with self.assertRaisesRegex(ValidationError, "negative"):
            self.grant.with_user(self.releaser).budget = -1
        self.assertFalse(self._changes(self.grant))

    def test_r63_the_programs_changes_are_in_the_history(self):
        self.grant.budget = 77
        change = self._changes(self.grant)[:1]
        self.assertEqual(change.state, "program")
        self.assertIn("77", change.text)

    # -- the lock takes a snapshot -------------------------------------------------
    @whole
    def test_r63_the_snapshot_is_part_of_what_is_approved(self):
        plan = self._paid_plan(1, "locked")
        snapshot = plan.snapshot
        self.assertEqual(snapshot["provider"]["id"], self.provider.id)
        self.assertEqual(len(snapshot["template"]["columns"]), 5)
        self.assertEqual([g["id"] for g in snapshot["grants"]], self.grant.ids)
        self.assertEqual(snapshot["scheme"]["amount"], "30.0")
        self.assertEqual(len(snapshot["rules"]), 1)
        with self.assertRaises(AccessError):
            plan.with_user(self.officer).write({"snapshot": {}})
        other = dict(snapshot, who_is_paid=dict(snapshot["who_is_paid"], partner_id=1))
        plan._unprotected().snapshot = other
        with self.assertRaisesRegex(UserError, "differ from what was approved"):
            self._seen(plan, self.approver).action_approve()

    @whole
    def test_r63_another_partner_needs_the_approvals_again(self):
        """Even two persons do not turn a locked plan's money round."""
        plan = self._paid_plan(1, "approved")
        self.provider.partner_id = self.thief
        releaser = plan.with_user(self.releaser)
        for step in (releaser.action_release, releaser.action_fund):
            with self.assertRaisesRegex(UserError, "unlock"):
                step()

    def test_r63_funding_goes_to_the_account_that_was_agreed_to(self):
        self._new_account("CD08-0001")  # the first of the partner is none of ours
        self.provider.bank_account_id = self.account
        plan = self._paid_plan(1, "released")
        clerk = self._new_user("clerk", "base.group_partner_manager")
        for by in (clerk, self.accountant):
            for values in (
                {"acc_number": "CD08-9999"},
                {"partner_id": self.thief.id},
                {"acc_holder_name": "Thief Ltd"},
                {"active": False},
            ):
                with (
                    self.subTest(by=by.login, values=values),
                    self.assertRaisesRegex(UserError, "second person"),
                    self.env.cr.savepoint(),
                ):
                    self.account.with_user(by).write(values)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.account.with_user(self.accountant).unlink()
        plan.with_user(self.releaser).action_fund()
        payment = plan.movement_ids.payment_id
        self.assertEqual(payment.partner_bank_id, self.account)
        with self.assertRaisesRegex(UserError, "belongs to the funds"):
            payment.with_user(self.accountant).partner_bank_id = self._new_account("2")

    @whole
    def test_r63_without_an_account_none_is_taken_by_itself(self):
        plan = self._paid_plan(1)
        self.assertTrue(self.provider.partner_id.bank_ids)
        self.assertFalse(plan.movement_ids.payment_id.partner_bank_id)

    @whole
    def test_r63_another_account_needs_the_approvals_again(self):
        plan = self._paid_plan(1, "approved")
        self.provider.bank_account_id = self.account
        releaser = plan.with_user(self.releaser)
        for step in (releaser.action_release, releaser.action_fund):
            with self.assertRaisesRegex(UserError, "unlock"):
                step()

    @whole
    def test_r63_a_rate_changed_since_the_lock_needs_the_approvals_again(self):
        """A rate made small for an hour saves approvals: the lock keeps what it
        used."""
        self._set_rate(self.usd, 2800, self.today)
        plan = self._paid_plan(1, "locked")
        self.assertEqual(plan.snapshot["rates"][0][:2], ["USD", str(self.today)])
        rate = self.usd.rate_ids.filtered(lambda one: one.name == self.today)
        old = rate.rate
        rate.rate = 1
        with self.assertRaisesRegex(UserError, "rate of USD.*unlock"):
            self._seen(plan, self.approver).action_approve()
        rate.rate = old
        self._seen(plan, self.approver).action_approve()
        # the rate of a later day is none of this plan's
        self._set_rate(self.usd, 3000, self.today + timedelta(days=1))
        self._seen(plan, self.releaser).action_release()
        rate.unlink()
        with self.assertRaisesRegex(UserError, "rate of USD.*unlock"):
            plan.with_user(self.releaser).action_fund()

    @whole
    def test_r63_who_entered_the_rate_neither_approves_nor_releases(self):
        for user, state in ((self.approver, "locked"), (self.releaser, "approved")):
            user.group_ids |= self.env.ref("account.group_account_manager")
            with self.env.cr.savepoint() as savepoint:
                self.env["res.currency.rate"].with_user(user).create(
                    {
                        "currency_id": self.usd.id,
                        "name": self.today,
                        "company_id": self.company.id,
                        "rate": 1 / 2800,
                    }
                )
                plan = self._paid_plan(1, state)
                step = "action_approve" if state == "locked" else "action_release"
                with self.assertRaisesRegex(AccessError, "currency rate"):
                    getattr(plan.with_user(user), step)()
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def _file(self, plan):
        _headers, rows = sheets.read(base64.b64decode(plan.file_content))
        return [cells for _number, cells in rows]

    @whole
    def test_r63_the_file_is_written_as_it_was_locked(self):
        """The template changed after the approval, by whatever hands: the file is that
        of the lock."""
        plan = self._paid_plan(2, "released")
        self.provider.instruction_column_ids.filtered(
            lambda c: c.content == "number"
        ).content = "reference"
        self._instruct(plan)
        for line, cells in zip(plan.line_ids, self._file(plan), strict=True):
            self.assertEqual(
                cells,
                [line.name, line.payee_name, line.payee_number, "30.00", "USD"],
            )

    def test_r63_a_new_layout_pays_the_same_wallets_and_amounts(self):
        plan = self._paid_plan(1, "instructed")
        before = plan.file_content
        columns = self.provider.instruction_column_ids
        columns.filtered(lambda c: c.content == "number").content = "reference"
        with self.assertRaisesRegex(UserError, "one column each"):
            plan.with_user(self.releaser).action_new_layout()
        self.assertEqual(plan.file_content, before)
        columns.filtered(lambda c: c.content == "reference").content = "number"
        columns.filtered(lambda c: c.content == "name").unlink()
        plan.with_user(self.releaser).action_new_layout()
        [cells] = self._file(plan)
        self.assertEqual(cells[1:3], [plan.line_ids.payee_number, "30.00"])

    @whole
    def test_r63_a_file_that_says_something_else_is_refused(self):
        """The proof reads numbers and amounts and compares them with the payments."""
        plan = self._paid_plan(2, "instructed")
        headers = ["payment", "number", "amount"]
        good = [
            [line.name, line.payee_number, f"{line.amount_due:.2f}"]
            for line in plan.line_ids
        ]
        plan._prove_file(
            sheets.write_csv(headers, good, ",", "utf-8", range(3)), headers
        )
        for form in (good[0][1][1:], "00" + good[0][1][1:], "0" + good[0][1][4:]):
            same = [[good[0][0], form, good[0][2]], good[1]]
            plan._prove_file(
                sheets.write_csv(headers, same, ",", "utf-8", range(3)), headers
            )
        other = plan.line_ids[1].payee_number
        for wrong in (
            [[good[0][0], other, good[0][2]], good[1]],
            [[good[0][0], good[0][1], "30.01"], good[1]],
            [[good[0][0], good[0][1], "3000"], good[1]],
            [[good[1][0], good[0][1], good[0][2]], good[1]],
            [good[0]],
            [*good, good[1]],
            [[good[0][0], "", good[0][2]], good[1]],
        ):
            with self.assertRaises(UserError):
                plan._prove_file(
                    sheets.write_csv(headers, wrong, ",", "utf-8", range(3)), headers
                )

    @whole
    def test_reported_24_numbers_in_the_form_the_provider_wants(self):
        """Each form is in the file, and the file still proves itself."""
        forms = {
            "plus": "+243810000000",
            "digits": "243810000000",
            "zeros": "00243810000000",
            "local": "0810000000",
        }
        for form, written in forms.items():
            with self.subTest(form=form), self.env.cr.savepoint() as savepoint:
                self.provider.number_form = form
                case = self._new_case()
                payee = self._new_payee(case, number="+243810000000")
                self._new_entitlement(case, payee=payee)
                plan = self._to(self._new_plans(self._new_cycle()), "instructed")
                self.assertEqual(self._file(plan)[0][2], written)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)
        self.provider.number_form = "local"
        with self.assertRaises(ValidationError):
            self.provider.number_prefix = False

    def test_r63_no_constant_and_no_second_meaning_in_money_columns(self):
        columns = self.env["cash.transfer.provider.column"]
        common = {"provider_id": self.provider.id}
        for values in (
            {"content": "constant", "header": "To", "constant": "+243899999999"},
            {"content": "constant", "header": "Pay", "constant": "6000000"},
            {"content": "constant", "header": "Pay", "constant": "60.00"},
            {"content": "constant", "header": "Amount", "constant": "all"},
            {"content": "reference", "header": "Montant"},
            {"content": "date", "header": "Phone number"},
            {"content": "id_number", "header": "AMOUNT"},
            {"content": "date", "header": "Number"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                with self.env.cr.savepoint():
                    columns.create({**common, **values})
        for content in ("amount", "number", "payment"):
            with (
                self.subTest(content=content),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                columns.create({**common, "content": content, "header": "Again"})
        fixed = {"content": "constant", "header": "Type", "constant": "B2C"}
        columns.create({**common, **fixed})
        columns.create({**common, "content": "date", "header": "Account date"})

    # -- budget (R65) ----------------------------------------------------------------
    @whole
    def test_r65_budget_is_asked_at_lock_and_release(self):
        for _number in range(2):
            self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        self.grant.budget = 59.99
        with self.assertRaisesRegex(UserError, "left of its budget"):
            plan.with_user(self.officer).action_lock()
        self.grant.budget = 60
        self._to(plan, "approved")
        self.grant.budget = 40
        with self.assertRaisesRegex(UserError, "left of its budget"):
            self._seen(plan, self.releaser).action_release()
        self.grant.budget = 60
        self._seen(plan, self.releaser).action_release()

    @whole
    def test_r65_what_other_plans_have_on_the_way_counts(self):
        self._new_entitlement()
        first = self._new_plans(self._new_cycle())
        second = self._new_plans(self._new_cycle(kind="top_up"))
        self.grant.budget = 59
        self._lock(first)
        with self.assertRaisesRegex(UserError, "29"):
            second.with_user(self.officer).action_lock()

    @whole
    def test_r65_budget_is_asked_in_the_grants_currency(self):
        self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        self.grant.write({"currency_id": self.cdf.id, "budget": 30 * 2800})
        self._set_rate(self.usd, 2801, self.today)
        with self.assertRaisesRegex(UserError, "left of its budget"):
            plan.with_user(self.officer).action_lock()
