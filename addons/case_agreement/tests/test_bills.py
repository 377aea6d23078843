from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillsCommon


@tagged("post_install", "-at_install")
class TestBills(BillsCommon):
    """What was given becomes bills by grant, without a child, and comes back as booked
    and paid."""

    def test_one_bill_per_supplier_and_a_line_per_grant(self):
        given = self._give(self._case(), 100.0) | self._give(self._case(), 50.0)
        bill = self._draft()
        self.assertEqual((len(bill), bill.partner_id), (1, self.school))
        self.assertEqual(
            {
                tuple(line.analytic_distribution): line.price_subtotal
                for line in bill.invoice_line_ids
            },
            {(str(self.grant_p.id),): 100.01, (str(self.grant_f.id),): 49.99},
        )
        self.assertEqual(set(given.mapped("bill_state")), {"drafted"})
        with self.assertRaisesRegex(UserError, "Nothing of this month"):
            self._draft()
        bill.action_post()
        self.assertEqual(set(given.mapped("bill_state")), {"booked"})
        for case in given.case_id:
            for word in (case.name, case.beneficiary_id.first_name):
                self.assertFalse(
                    [line for line in bill.line_ids if word in (line.name or "")]
                )

    def test_only_finance_drafts_bills_and_reads_no_case(self):
        delivery = self._give(self._case(), 10.0)
        for user in (self.coordinator, self.worker, self.auditor):
            with self.assertRaises(AccessError):
                self._draft(user)
        self._draft()
        self.assertFalse(delivery.with_user(self.accountant).has_access("read"))

    def test_an_enrolments_fees_are_billed_by_its_school(self):
        institution = self.env["remediation.institution"].create(
            {"name": "School", "partner_id": self.school.id}
        )
        enrolment = self.env["remediation.education.enrolment"].create(
            {
                "case_id": self._case().id,
                "institution_id": institution.id,
                "date_start": self.day,
                "fees": 80.0,
                "currency_id": self.company.currency_id.id,
            }
        )
        bill = self._draft()
        self.assertEqual(bill.amount_total, 80.0)
        bill.action_post()
        self.assertEqual(enrolment.bill_state, "booked")

    def test_what_was_bought_is_billed_by_the_shop(self):
        """A kit that the organisation gives is a line of the shop's bill; its own work
        is on no bill, least of all on one from itself."""
        shop = self.env["res.partner"].create({"name": "A shop"})
        shop.with_company(
            self.company
        ).property_account_payable_id = self.school.property_account_payable_id
        us = self.company.partner_id.id
        bought = self._give(self._case(), 25.0, provider_id=us, bought_from_id=shop.id)
        own = self._give(self._case(), 40.0, provider_id=us)
        bill = self._draft()
        self.assertEqual((bill.partner_id, bill.amount_total), (shop, 25.0))
        self.assertEqual((bought.bill_state, own.bill_state), ("drafted", "none"))

    def test_what_leaves_the_own_stock_is_an_entry_by_grant(self):
        """No bill and no supplier: the grants bear it, the stock gives it, and what is
        taken back comes back into the stock."""
        us = self.company.partner_id.id
        kit = self._give(self._case(), 10.0, provider_id=us, is_from_stock=True)
        entry = self._draft()
        self.assertEqual((entry.move_type, kit.bill_state), ("entry", "drafted"))
        entry.action_post()
        self.assertEqual(kit.bill_state, "booked")
        self.assertEqual(
            {
                tuple(line.analytic_distribution): line.balance
                for line in entry.line_ids
                if line.analytic_distribution
            },
            {(str(self.grant_p.id),): 6.67, (str(self.grant_f.id),): 3.33},
        )
        stock = entry.line_ids.filtered(lambda line: line.account_id == self.stock)
        self.assertEqual(round(sum(stock.mapped("balance")), 2), -10.0)
        self.assertEqual(round(kit.case_id.cost_so_far, 2), 10.0)
        for word in (kit.case_id.name, kit.case_id.beneficiary_id.first_name):
            self.assertFalse(
                [line for line in entry.line_ids if word in (line.name or "")]
            )
        kit.with_user(kit.case_id.user_id).action_cancel("Not handed over")
        back = self._draft()
        back.action_post()
        self.env.invalidate_all()
        self.assertEqual(kit.bill_state, "none")
        self.assertEqual(round(kit.case_id.cost_so_far, 2), 0)
        lines = (entry | back).line_ids
        stock = lines.filtered(lambda line: line.account_id == self.stock)
        self.assertEqual(round(sum(stock.mapped("balance")), 2), 0)

    def test_bad_input_stock_without_an_account_or_from_a_shop(self):
        shop = self.env["res.partner"].create({"name": "A shop"})
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self._give(
                    self._case(), 10.0, is_from_stock=True, bought_from_id=shop.id
                )
        self._give(self._case(), 10.0, is_from_stock=True)
        self.company.agreement_stock_account_id = False
        with self.assertRaisesRegex(UserError, "account of the stock"):
            self._draft()

    def test_bad_input_a_grant_is_closed_with_open_bills(self):
        """What was given before stays on the grant: its bill is posted there."""
        before = self._give(self._case(), 10.0)
        bill = self._draft()
        (self.grant_p | self.grant_f).active = False
        bill.action_post()
        self.assertEqual(before.bill_state, "booked")
        lines = bill.invoice_line_ids
        self.assertEqual(
            {key for line in lines for key in line.analytic_distribution},
            {str(self.grant_p.id), str(self.grant_f.id)},
        )
        self.assertEqual(round(before.case_id.cost_so_far, 2), 10.0)

    def test_bad_input_a_bill_is_cancelled_after_the_delivery(self):
        delivery = self._give(self._case(), 10.0)
        first = self._draft()
        first.button_cancel()
        self.assertEqual(delivery.bill_state, "none")
        second = self._draft()
        self.assertNotEqual(first, second)
        self.assertEqual(second.amount_total, 10.0)
        self.assertEqual(delivery.bill_state, "drafted")

    def test_bad_input_a_delivery_is_cancelled_after_its_bill(self):
        case = self._case()
        delivery = self._give(case, 10.0)
        bill = self._draft()
        bill.action_post()
        delivery.with_user(case.user_id).action_cancel("Entered twice")
        credit = self._draft()
        self.assertEqual(
            (credit.move_type, credit.amount_total, delivery.bill_state),
            ("in_refund", 10.0, "none"),
        )
        with self.assertRaisesRegex(UserError, "Nothing of this month"):
            self._draft()

    def test_bills_are_the_deliveries_to_the_cent(self):
        """Property: whatever was given, the bill is its sum, and each grant's lines are
        within a cent per delivery of its share."""
        cases = [self._case(), self._new_case()]

        @settings(max_examples=10, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(st.integers(1, 999_999), st.booleans()),
                min_size=1,
                max_size=12,
            )
        )
        def check(costs):
            savepoint = self.env.cr.savepoint()
            try:
                for units, funded in costs:
                    self._give(cases[0 if funded else 1], units / 100)
                bill = self._draft()
                total = sum(units for units, _funded in costs)
                self.assertEqual(round(bill.amount_total * 100), total)
                funded = sum(units for units, with_grant in costs if with_grant)
                split = [
                    line for line in bill.invoice_line_ids if line.analytic_distribution
                ]
                self.assertEqual(
                    round(sum(line.price_subtotal for line in split) * 100), funded
                )
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        check()
