from datetime import date

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..tools.calls import next_call
from .common import AgreementCommon

START = date(2026, 9, 1)


@tagged("post_install", "-at_install")
class TestNextCall(BaseCase):
    """When funds are called and how much, against figures worked out by hand."""

    def test_ninety_days_ahead_for_six_months(self):
        months = [(START + relativedelta(months=n), 100) for n in range(12)]
        today = date(2026, 8, 10)  # 90 days later it is 8 November
        self.assertEqual(
            next_call(months, 0, today, 90, 6), (START, date(2027, 4, 1), 800)
        )
        # what was called lasts to April: in January 90 days reach April, not May
        self.assertIsNone(next_call(months, 800, date(2027, 1, 15), 90, 6))
        self.assertEqual(
            next_call(months, 800, date(2027, 2, 10), 90, 6),
            (date(2027, 5, 1), date(2027, 8, 1), 400),
        )

    def test_what_is_left_goes_back_when_it_is_over(self):
        months = [(START, 100)]
        today = date(2026, 11, 1)
        self.assertEqual(
            next_call(months, 130, today, 90, 6, True), (today, today, -30)
        )
        self.assertIsNone(next_call(months, 100, today, 90, 6, True))

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(
        st.lists(st.integers(0, 10**8), min_size=1, max_size=40),
        st.integers(0, 10**8),
        st.integers(0, 400),
        st.integers(1, 24),
        st.integers(1, 45),
    )
    def test_calls_and_deposits_are_the_schedule(
        self, amounts, deposit, notice, length, step
    ):
        """Property: whatever was paid in advance and however often one looks, funds
        are there before they are due, and in the end exactly the schedule was paid."""
        months = [
            (START + relativedelta(months=n), units) for n, units in enumerate(amounts)
        ]
        end = START + relativedelta(months=len(months))
        called, today = deposit, START - relativedelta(days=notice)
        while today < end:
            found = next_call(months, called, today, notice, length)
            if found:
                self.assertGreater(found[2], 0)
                called += found[2]
            due = sum(units for month, units in months if month <= today)
            self.assertGreaterEqual(called, due)
            today += relativedelta(days=step)
        found = next_call(months, called, end, notice, length, True)
        called += found[2] if found else 0
        self.assertEqual(called, sum(amounts))


@tagged("post_install", "-at_install")
class TestCalls(AgreementCommon):
    """Invoices to the payers, in the agreement's currency, without a name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        account = cls.env["account.account"]
        cls.deposits = account.create(
            {
                "code": "462901",
                "name": "Deposits of payers",
                "account_type": "liability_current",
            }
        )
        receivable = account.create(
            {
                "code": "411901",
                "name": "Receivable",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        cls.income = account.create(
            {"code": "701901", "name": "Income", "account_type": "income"}
        )
        partners = cls.purchaser | cls.factory | cls.ngo
        partners.with_company(
            cls.company
        ).property_account_receivable_id = receivable.id
        cls.env["account.journal"].create(
            {
                "name": "Calls",
                "code": "CALL",
                "type": "sale",
                "default_account_id": cls.income.id,
                "company_id": cls.company.id,
            }
        )
        cls.company.agreement_deposit_account_id = cls.deposits

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time("2026-12-01 09:00:00"))
        self.agreement = self._approved_agreement(
            end_rule="date",
            date_end="2027-08-31",
            signed_on="2026-08-20",
            party_ids=[
                self._party("purchaser", self.purchaser, 60.0, deposit=100.0),
                self._party("operator", self.factory, 40.0),
            ],
        )
        # 12 months of 60
        self.child = self._approved_child(self.agreement)
        self.payer, self.operator = self.agreement.party_ids

    def _call(self):
        self.agreement.with_user(self.accountant).action_call()
        return self.agreement.with_env(self.env).call_ids

    def test_finance_drafts_an_invoice_for_each_payer(self):
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.coordinator).action_call()
        calls = self._call()
        # to March, the month in 90 days, and five more: all of it
        self.assertEqual(
            {(call.party_id, call.kind, call.amount) for call in calls},
            {
                (self.payer, "deposit", 100.0),
                (self.payer, "call", 332.0),
                (self.operator, "call", 288.0),
            },
        )
        self.assertEqual(self.payer.called, self.payer.owed)
        self.assertEqual(set(calls.mapped("state")), {"draft"})
        self._call()
        self.assertEqual(len(self.agreement.call_ids), 3)

    def test_deposits_are_owed_until_they_are_spent(self):
        moves = self._call().move_id
        moves.action_post()
        lines = moves.line_ids.filtered(lambda line: line.account_id == self.deposits)
        self.assertEqual(-sum(lines.mapped("amount_currency")), 720.0)
        self.assertFalse(
            moves.line_ids.filtered(lambda line: line.account_id == self.income)
        )

    def test_no_name_in_any_move(self):
        moves = self._call().move_id
        moves.action_post()
        case = self.child.case_id
        texts = [
            str(value)
            for record in (*moves, *moves.line_ids)
            for value in record.read()[0].values()
        ]
        for word in (
            case.name,
            case.beneficiary_id.first_name,
            case.beneficiary_id.last_name,
            self._caregiver(case).full_name,
        ):
            self.assertFalse([text for text in texts if word in text], word)

    def test_bad_input_the_currency_is_not_the_ledgers(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.assertNotEqual(euro, self.company.currency_id)
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2026-01-01",
                "company_id": self.company.id,
                "rate": 0.5,
            }
        )
        agreement = self._approved_agreement(
            end_rule="date",
            date_end="2027-08-31",
            signed_on="2026-08-20",
            currency_id=euro.id,
            party_ids=[self._party("operator", self.factory, 100.0)],
        )
        self._approved_child(agreement)
        agreement.with_user(self.accountant).action_call()
        call = agreement.with_env(self.env).call_ids
        call.move_id.action_post()
        self.assertEqual(call.move_id.currency_id, euro)
        self.assertEqual(call.move_id.amount_total, 720.0)
        self.assertEqual(call.move_id.amount_total_signed, 1440.0)
        self.assertEqual(agreement.called, 720.0)

    def test_received_is_what_was_paid(self):
        call = self._call().filtered(lambda c: c.party_id == self.operator)
        call.move_id.action_post()
        self.assertEqual((self.operator.received, call.state), (0.0, "posted"))
        self._pay(call.move_id, 100.0)
        self.assertEqual(self.operator.received, 100.0)
        # 24 a month: four months in full
        self.assertEqual(self.operator.paid_until, date(2026, 12, 1))

    def _pay(self, move, amount):
        line = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        bank = self.env["account.account"].create(
            {"code": "521901", "name": "Bank", "account_type": "asset_cash"}
        )
        journal = self.env["account.journal"].create(
            {"name": "Misc", "code": "MSC9", "type": "general"}
        )
        entry = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": move.date,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": move.partner_id.id,
                            "currency_id": move.currency_id.id,
                            "amount_currency": sign * amount,
                        }
                    )
                    for account, sign in ((bank, 1), (line.account_id, -1))
                ],
            }
        )
        entry.action_post()
        other = entry.line_ids.filtered(lambda item: item.account_id == line.account_id)
        (line | other).reconcile()

    def test_bad_input_a_cancelled_invoice_is_called_again(self):
        self._call().move_id.button_cancel()
        self.assertEqual(set(self.agreement.call_ids.mapped("state")), {"cancelled"})
        self._call()
        live = self.agreement.call_ids.filtered(lambda c: c.state != "cancelled")
        self.assertEqual(sum(live.mapped("amount")), 720.0)

    def test_calls_and_deposits_are_the_schedule_when_it_ends_early(self):
        """What was called for months that do not come goes back as a credit note."""
        self._call()
        self.agreement.with_user(self.coordinator).action_end("2027-01-31", "Ended")
        self.assertEqual(self.agreement.forecast, 300.0)
        self._call()
        returned = self.agreement.call_ids.filtered(lambda c: c.kind == "return")
        self.assertEqual(set(returned.move_id.mapped("move_type")), {"out_refund"})
        self.assertEqual(self.agreement.called, 300.0)
        self.assertEqual(self.payer.called, 180.0)

    def test_the_night_waits_for_the_account(self):
        self.company.agreement_deposit_account_id = False
        with self.assertRaisesRegex(UserError, "account for deposits"):
            self._call()
        self.env["remediation.agreement"]._cron_call()
        self.assertFalse(self.agreement.call_ids)
        self.company.agreement_deposit_account_id = self.deposits
        self.env["remediation.agreement"]._cron_call()
        self.assertEqual(self.agreement.called, 720.0)
