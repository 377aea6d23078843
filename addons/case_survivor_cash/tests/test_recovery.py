import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RecoveryCommon


@tagged("post_install", "-at_install")
class TestRecovery(RecoveryCommon):
    """Compensation and arrears from the award to the survivor."""

    # -- the way of the money --------------------------------------------------------
    def test_r40_what_comes_is_owed_until_it_is_handed_on(self):
        matter = self._awarded(1000.0)
        recovery = self._recovery(matter, 400.0)
        own = self._to_state(recovery, "submitted")
        self.assertFalse(own.payment_ids)
        self._to_state(recovery, "received")
        self.assertEqual(self._owed(own), (400.0, 400.0 * 2800))
        self.assertEqual((matter.compensation_paid, matter.compensation_open), (0, 1e3))
        self._to_state(recovery, "paid")
        self.assertEqual(self._owed(own), (0.0, 0.0))
        self.assertEqual(
            (matter.compensation_paid, matter.compensation_open), (400, 600)
        )
        self.assertEqual(matter.compensation_paid_on, self.today)
        self.assertEqual(own.method_id, self.payee.active_method_id)
        entries = self._entries(own)
        self.assertEqual(entries.mapped("state"), ["posted", "posted"])
        for entry in entries:
            self.assertAlmostEqual(sum(entry.line_ids.mapped("balance")), 0, 6)
        held = entries.line_ids.filtered(
            lambda aml: aml.account_id == self.held_account
        )
        self.assertTrue(all(held.mapped("reconciled")))
        self.assertFalse(entries.partner_id | entries.line_ids.partner_id)
        self.assertNoNames()
        for entry in entries:
            for text in (entry.ref, *entry.line_ids.mapped("name")):
                self.assertNotIn(self.case.name, text or "")

    def test_a_reconciler_chooses_the_bank_in_the_window(self):
        own = self._to_state(self._recovery(self._awarded(1000.0), 400.0), "submitted")
        asked = own.with_user(self.reconciler).action_receive()
        windows = self.env[asked["res_model"]].with_user(self.reconciler)
        bank = self.bank_journal
        # Of the context, the web client asks for the fields with this alone.
        step = {"step_view_ref": asked["context"]["step_view_ref"]}
        fields = windows.with_context(**step).fields_get(["choice_1"])
        offered = fields["choice_1"]["selection"]
        self.assertIn((str(bank.id), bank.display_name), offered)
        form = Form(windows.with_context(**asked["context"]))
        form.date_1 = self.today
        form.choice_1 = str(bank.id)
        form.save().action_apply()
        self.assertEqual((own.state, own.journal_id), ("received", bank))

    def test_it_leaves_at_the_rate_of_its_receipt(self):
        recovery = self._recovery(self._awarded(1000.0), 333.33)
        own = self._to_state(recovery, "approved")
        self._set_rate(self.usd, 3100, self.today + timedelta(days=3))
        recovery.with_user(self.releaser).action_pay(self.today + timedelta(days=5))
        self.assertEqual(self._owed(own), (0.0, 0.0))
        exchange = self.env["account.move"].search(
            [("journal_id", "=", self.company.currency_exchange_journal_id.id)]
        )
        self.assertFalse(
            exchange, "nothing is gained or lost on money that is not ours"
        )

    def test_a_payment_that_came_back_is_owed_again_and_paid_again(self):
        matter = self._awarded(500.0)
        recovery = self._recovery(matter, 500.0)
        own = self._to_state(recovery, "paid")
        with self.assertRaises(AccessError):
            recovery.with_user(self.releaser).action_return(self.today, "Bounced")
        recovery.with_user(self.reconciler).action_return(self.today, "Bounced")
        self.assertEqual((own.state, matter.compensation_paid), ("approved", 0.0))
        self.assertFalse(own.paid_on)
        self.assertEqual(self._owed(own)[0], 500.0)
        self._to_state(recovery, "paid")
        self.assertEqual(self._owed(own), (0.0, 0.0))
        self.assertEqual(matter.compensation_paid, 500.0)

    def test_money_goes_back_after_an_appeal(self):
        matter = self._awarded(500.0)
        recovery = self._recovery(matter, 500.0)
        own = self._to_state(recovery, "received")
        recovery.with_user(self.releaser).action_give_back(self.today, "Appeal")
        self.assertEqual(self._owed(own), (0.0, 0.0))
        self.assertEqual((own.state, matter.compensation_open), ("given_back", 500.0))

    def test_what_the_court_pays_directly_has_no_entry(self):
        matter = self._awarded(500.0)
        recovery = self._recovery(matter, 200.0, is_direct=True, payee_id=False)
        with self.assertRaisesRegex(UserError, "record it instead"):
            recovery.action_submit()
        recovery.action_record(self.today, "Receipt 7")
        own = recovery.with_env(self.env)
        self.assertEqual((own.state, matter.compensation_paid), ("recorded", 200.0))
        self.assertFalse(own.payment_ids)

    def test_arrears_of_wages_are_recovered_alike(self):
        wage = self._make(
            "survivor.wage", self.case, claimed=300.0, currency_id=self.usd.id
        )
        recovery = self._recovery(wage, 120.0)
        own = self._to_state(recovery, "paid")
        self.assertEqual((wage.recovered, wage.arrears_open), (120.0, 180.0))
        self.assertEqual(wage.recovered_on, self.today)
        self.assertEqual(self._owed(own), (0.0, 0.0))

    def test_r62_a_matter_that_ended_is_paid_all_the_same(self):
        matter = self._awarded(500.0)
        matter.action_close("granted", self.today)
        self._to_state(self._recovery(matter, 200.0), "paid")
        self.assertEqual((matter.state, matter.compensation_paid), ("closed", 200.0))

    def test_what_was_paid_is_not_written_beside_its_payments(self):
        matter = self._awarded(500.0)
        wage = self._make(
            "survivor.wage", self.case, claimed=300.0, currency_id=self.usd.id
        )
        for record, values in (
            (matter, {"compensation_paid": 80.0, "compensation_paid_on": self.today}),
            (matter, {"compensation_paid_on": self.today}),
            (wage, {"recovered": 80.0}),
            (wage, {"recovered_on": self.today}),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, "enter a payment"),
                self.cr.savepoint(),
            ):
                record.write(values)
            self.assertFalse(record.recovery_ids)
        matter.compensation_paid = 0.0

    # -- bad input ---------------------------------------------------------------------
    def test_nobody_is_paid_more_than_was_awarded(self):
        matter = self._awarded(500.0)
        self._to_state(self._recovery(matter, 400.0), "submitted")
        with self.assertRaisesRegex(UserError, "enter first what was awarded"):
            self._recovery(matter, 100.01).action_submit()
        self._recovery(matter, 100.0).action_submit()

    def test_nobody_is_paid_more_than_an_appeal_left(self):
        matter = self._awarded(1000)
        recovery = self._to_state(self._recovery(matter, 1000), "received")
        matter.compensation_awarded = 600
        with self.assertRaisesRegex(UserError, "more would be paid than is due") as no:
            self._to_state(recovery, "approved")
        self.assertNotIn("600", str(no.exception), "finance is told of no award")
        self.assertEqual(recovery.state, "received")

    def test_a_currency_without_rate_is_said_and_not_guessed(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        matter = self._awarded(500.0)
        recovery = self._recovery(matter, 100.0, euro)
        own = self._to_state(recovery, "submitted")
        self.assertIn("no rate between EUR and USD", matter.recovery_note)
        self.assertIn("Enter what it counts as", matter.recovery_note)
        refused = self.assertRaisesRegex(UserError, "No rate of EUR")
        with refused, self.env.cr.savepoint():
            recovery.with_user(self.reconciler).action_receive(
                self.today, self.bank_journal.id
            )
        self.assertEqual(own.state, "submitted")
        recovery.settled = 110.0
        self.assertFalse(matter.recovery_note)
        self._set_rate(euro, 3000, self.today)
        self._to_state(recovery, "paid")
        self.assertEqual(matter.compensation_paid, 110.0, "what was said, not the rate")
        self.assertEqual(self._owed(own), (0.0, 0.0))

    def test_another_currency_counts_by_the_rate_of_the_day_it_came(self):
        matter = self._awarded(500.0)
        self._to_state(self._recovery(matter, 280_000.0, self.cdf), "paid")
        self.assertEqual(matter.compensation_paid, 100.0)

    def test_money_belongs_to_one_award_of_the_case_of_its_payee(self):
        other = self._new_payee(self._new_case(self.manager_trace))
        matter = self._awarded()
        with self.assertRaises(ValidationError):
            self._recovery(matter, 10.0, payee_id=other.id)

    def test_a_payee_that_was_stopped_is_chosen_anew(self):
        recovery = self._recovery(self._awarded(), 10.0)
        own = self._to_state(recovery, "approved")
        self.payee.with_user(self.supervisor).action_stop("Threatened")
        with self.assertRaisesRegex(UserError, "no approved account"):
            recovery.with_user(self.releaser).action_pay(self.today)
        with self.assertRaises(UserError):
            recovery.payee_id = False
        recovery.with_user(self.approver).action_reconsider("Payee was stopped")
        self.assertEqual((own.state, own.approved_by_id.id), ("received", False))

    def test_a_locked_day_is_refused_with_the_first_open_one(self):
        recovery = self._recovery(self._awarded(), 10.0)
        self._to_state(recovery, "submitted")
        self.company.fiscalyear_lock_date = self.today
        with self.assertRaisesRegex(UserError, "locked period"):
            recovery.with_user(self.reconciler).action_receive(
                self.today, self.bank_journal.id
            )

    # -- who --------------------------------------------------------------------------
    def test_r37_nobody_takes_two_steps_on_the_same_money(self):
        everything = self.env.ref
        for duty in ("reconciler", "approver", "releaser", "officer"):
            group = everything(f"cash_transfer.group_cash_{duty}")
            for user in (self.trace_worker, self.reconciler, self.approver):
                user.group_ids |= group
        recovery = self._recovery(self._awarded(), 10.0)
        recovery.action_submit()
        journal = self.bank_journal.id
        with self.assertRaises(AccessError):
            recovery.action_receive(self.today, journal)
        recovery.with_user(self.reconciler).action_receive(self.today, journal)
        for user in (self.trace_worker, self.reconciler):
            with self.assertRaises(AccessError):
                self._seen(recovery, user).action_approve()
        self._seen(recovery, self.approver).action_approve()
        for user in (self.trace_worker, self.reconciler, self.approver):
            with self.assertRaises(AccessError):
                recovery.with_user(user).action_pay(self.today)
        recovery.with_user(self.releaser).action_pay(self.today)

    def test_whoever_entered_the_payee_neither_approves_nor_pays(self):
        recovery = self._recovery(self._awarded(), 10.0)
        self._to_state(recovery, "received")
        self.payee._unprotected().changed_by_ids |= self.approver
        with self.assertRaises(AccessError):
            self._seen(recovery, self.approver).action_approve()
        self._seen(recovery, self.approver_2).action_approve()

    def test_finance_reads_a_code_and_never_what_it_is_for(self):
        matter = self._awarded(reference="RMP 77", summary="Zebra")
        draft = self._recovery(matter, 20.0)
        recovery = self._recovery(matter, 10.0)
        self._to_state(recovery, "received")
        exporters = self.env.ref("base.group_allow_export")
        for user in (self.officer, self.approver, self.releaser, self.reconciler):
            user.group_ids |= exporters
            seen = recovery.with_user(user)
            values = seen.read()[0]
            for name in ("matter_id", "wage_id", "case_id", "settled", "proof"):
                self.assertNotIn(name, values)
                with self.assertRaises(AccessError):
                    seen.read([name])
                with self.assertRaises(AccessError):
                    seen.export_data([name])
                with self.assertRaises(AccessError):
                    seen.search([(name, "=", 1)])
                with self.assertRaises(AccessError):
                    seen._read_group([], [name])
            self.assertFalse(draft.with_user(user).search([("id", "=", draft.id)]))
            text = str(
                [values, seen.web_read({"payee_id": {"fields": {"display_name": {}}}})]
            )
            for secret in ("Zebra", "RMP 77", "Mama Secret", "Zq", "Amani"):
                self.assertNotIn(secret, text)
            for model in ("legal.matter", "survivor.wage", "legal.date"):
                with self.assertRaises(AccessError):
                    self.env[f"remediation.{model}"].with_user(user).search([])
            for change in ({"amount": 1.0}, {"payee_id": False}):
                with self.assertRaises(AccessError):
                    seen.write(change)

    def test_law_reads_its_money_and_never_the_ledger(self):
        recovery = self._recovery(self._awarded(), 10.0)
        own = self._to_state(recovery, "paid")
        for user in (self.tracer, self.trace_worker):
            seen = recovery.with_user(user)
            self.assertEqual(seen.read(["state"])[0]["state"], "paid")
            with self.assertRaises(AccessError):
                seen.read(["payment_ids"])
            with self.assertRaises(AccessError):
                own.payment_ids.with_user(user).read(["amount"])
            with self.assertRaises(AccessError):
                self._entries(own).with_user(user).read(["ref"])
            for step, args in (
                ("action_receive", (self.today, self.bank_journal.id)),
                ("action_approve", ()),
                ("action_pay", (self.today,)),
            ):
                with self.assertRaises(AccessError):
                    getattr(seen.with_context(seen_hash="x"), step)(*args)

    def test_case_work_without_a_duty_sees_none_of_it(self):
        recovery = self._recovery(self._awarded(), 10.0)
        self._to_state(recovery, "received")
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.monitor,
            self.auditor,
            self.safeguarding,
            self.data_protection,
            self.portal_manager,
        ):
            with self.assertRaises(AccessError):
                recovery.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.env["remediation.recovery"].with_user(user).name_search("RC-")

    def test_nothing_of_it_is_in_a_message_a_notice_or_a_mail(self):
        before = {
            model: self.env[model].search([]).ids
            for model in ("mail.message", "mail.activity", "mail.mail")
        }
        matter = self._awarded(summary="Zebra", reference="RMP 77")
        recovery = self._recovery(matter, 10.0)
        self._to_state(recovery, "paid")
        self.env.flush_all()
        for model, ids in before.items():
            for record in self.env[model].search([("id", "not in", ids)]):
                text = str(record.read())
                for secret in ("Zebra", "RMP 77", "Mama Secret", self.case.name):
                    self.assertNotIn(secret, text, record)
        with self.assertRaises(AccessError):
            self.env["ir.attachment"].with_user(self.worker).create(
                {
                    "name": "x",
                    "raw": base64.b64decode(b"eA=="),
                    "res_model": recovery._name,
                    "res_id": recovery.id,
                }
            )

    # -- the ledger is closed to others ------------------------------------------------
    def test_r68_entries_of_recovered_money_change_by_its_steps_alone(self):
        recovery = self._recovery(self._awarded(), 10.0)
        own = self._to_state(recovery, "paid")
        self.releaser.group_ids |= self.env.ref("account.group_account_manager")
        payment = own.payment_ids[:1].with_user(self.releaser)
        entry = payment.move_id
        line = entry.line_ids[:1]
        other = self.expense_account.id
        for change in (
            lambda: payment.write({"amount": 5.0}),
            lambda: payment.write({"recovery_id": False}),
            lambda: payment.unlink(),
            lambda: payment.action_draft(),
            lambda: entry.write({"ref": "Else"}),
            lambda: entry.button_draft(),
            lambda: entry._reverse_moves(),
            lambda: line.write({"account_id": other}),
            lambda: line.write({"partner_id": self.court.id}),
            lambda: (
                self.env["account.payment"]
                .with_user(self.releaser)
                .with_context(default_recovery_id=own.id)
                .create(
                    {
                        "amount": 1.0,
                        "payment_type": "outbound",
                        "journal_id": self.bank_journal.id,
                    }
                )
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        self.assertEqual(self._owed(own), (0.0, 0.0))
