from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_agreement.tests.common import AgreementCommon
from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestRelease(AgreementCommon, CashCommon):
    """R68: what a payer paid in is released by what is spent under its grant, by the
    same rule as every restricted grant, and taken back with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant_income = cls.env["account.account"].create(
            {"code": "754901", "name": "Grant Income", "account_type": "income"}
        )
        cls.grant.sudo()._unprotected().write(
            {
                "deferred_account_id": cls.deferred_account.id,
                "income_account_id": cls.grant_income.id,
                "funder_id": cls.purchaser.id,
            }
        )
        for kind, code in (("sale", "CAL9"), ("purchase", "BIL9")):
            cls.env["account.journal"].create(
                {"name": kind, "code": code, "type": kind}
            )
        partners = (cls.purchaser | cls.ngo).with_company(cls.company)
        partners.property_account_receivable_id = cls.receivable_account
        partners.property_account_payable_id = cls.payable_account
        cls.agreement = cls._approved_agreement(
            date_start=cls.today - timedelta(days=30),
            end_rule="date",
            date_end=cls.today + timedelta(days=300),
            party_ids=[
                cls._party(
                    "purchaser",
                    cls.purchaser,
                    100.0,
                    analytic_account_id=cls.analytic_a.id,
                )
            ],
        )
        cls._approved_child(cls.agreement)

    def _balance(self, account):
        self.env.flush_all()
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return self.company.currency_id.round(sum(lines.mapped("balance")))

    def _bill_of(self, amount):
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.ngo.id,
                "invoice_date": self.today,
                "currency_id": self.cdf.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "School fees",
                            "account_id": self.expense_account.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": {str(self.analytic_a.id): 100.0},
                        }
                    )
                ],
            }
        )

    def test_r68_a_deposit_is_released_as_its_grant_is_spent(self):
        self.agreement.with_user(self.accountant).action_call()
        call = self.agreement.with_env(self.env).call_ids
        call.move_id.action_post()
        paid_in = call.move_id.amount_total_signed
        self.assertEqual(self._balance(self.deferred_account), -paid_in)
        self.assertFalse(self._balance(self.grant_income))
        bill = self._bill_of(50_000)
        bill.action_post()
        self.assertEqual(self._balance(self.grant_income), -50_000)
        self.assertEqual(self._balance(self.deferred_account), 50_000 - paid_in)
        bill.button_draft()
        self.assertFalse(self._balance(self.grant_income))
        self.assertEqual(self._balance(self.deferred_account), -paid_in)

    def test_r68_bad_input_a_grant_ends_with_open_bills(self):
        """A bill drafted under a grant that has ended since is charged to it, and
        releases what was paid in."""
        self.agreement.with_user(self.accountant).action_call()
        self.agreement.with_env(self.env).call_ids.move_id.action_post()
        bill = self._bill_of(50_000)
        self.grant.sudo()._unprotected().date_end = self.today - timedelta(days=1)
        bill.action_post()
        self.assertEqual(self._balance(self.grant_income), -50_000)
        self.assertEqual(
            set(bill.invoice_line_ids.analytic_distribution), {str(self.analytic_a.id)}
        )

    def test_without_a_grant_the_companys_account_counts(self):
        account = self.env["account.account"].create(
            {
                "code": "462902",
                "name": "Deposits",
                "account_type": "liability_current",
            }
        )
        self.company.agreement_deposit_account_id = account
        party = self.agreement.party_ids
        self.assertEqual(party._deposit_account(), self.deferred_account)
        party.sudo()._unprotected().analytic_account_id = False
        self.assertEqual(party._deposit_account(), account)
