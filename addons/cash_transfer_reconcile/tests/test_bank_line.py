from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestBankLine(CashCommon):
    """The bank side in OCA's reconciliation, with our proposal."""

    @classmethod
    def _people(cls):
        people = "account.group_account_user,cash_transfer.group_cash_reconciler"
        return {**super()._people(), "accountant": people}

    def _bank_line(self, amount, label, **vals):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "date": self.today,
                "payment_ref": label,
                "amount": amount * 2800,
                "foreign_currency_id": self.usd.id,
                "amount_currency": amount,
                **vals,
            }
        )

    def _proposed(self, line):
        line.invalidate_recordset()
        return [
            part
            for part in line.reconcile_data_info["data"]
            if part.get("counterpart_line_ids")
        ]

    def test_funding_is_proposed_and_matched(self):
        plan = self._paid_plan(2)
        payment = plan.movement_ids.payment_id
        self.assertEqual(payment.state, "in_process")
        line = self._bank_line(-60, f"Transfer {plan.name}")
        proposed = self._proposed(line)
        outstanding = payment.move_id.line_ids.filtered(
            lambda aml: aml.account_id == self.outstanding_account
        )
        self.assertEqual(proposed[0]["counterpart_line_ids"], outstanding.ids)
        self.assertTrue(line.can_reconcile)
        line.reconcile_bank_line()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(payment.state, "paid")

    def test_return_is_proposed(self):
        plan = self._paid_plan(1)
        self._report(
            plan, [{"payment": plan.line_ids.name, "amount": 0, "reason": "refused"}]
        )
        plan.with_user(self.releaser).action_return()
        line = self._bank_line(30, "Money back")
        self.assertTrue(self._proposed(line))
        line.reconcile_bank_line()
        self.assertTrue(line.is_reconciled)

    def test_other_amount_or_partner_is_not_proposed(self):
        self._paid_plan(2)
        self.assertFalse(self._proposed(self._bank_line(-59, "Transfer")))
        self.assertFalse(
            self._proposed(
                self._bank_line(-60, "Transfer", partner_id=self.partner_org.id)
            )
        )

    def test_the_room_counts_the_bank_lines_to_match(self):
        """Everybody in the room reads how many wait; accountants open them in the
        screen that matches them. Lines of other journals are not counted."""
        plan = self._paid_plan(2)
        line = self._bank_line(-60, f"Transfer {plan.name}")
        self._bank_line(-7, "Charges")
        other = self.bank_journal.copy({"code": "OTH", "name": "Other"})
        self._bank_line(-60, "Elsewhere", journal_id=other.id)
        rooms = (plan, plan.cycle_id)
        for room in rooms:
            self.assertEqual(room.with_user(self.approver).bank_line_count, 2)
            action = room.with_user(self.accountant).action_open_bank_lines()
            shown = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(shown.journal_id, self.bank_journal)
            with self.assertRaises(AccessError):
                room.with_user(self.worker).action_open_bank_lines()
        line.reconcile_bank_line()
        self.env.invalidate_all()
        for room in rooms:
            self.assertEqual(room.with_user(self.approver).bank_line_count, 1)

    def test_of_two_equal_amounts_the_reference_decides(self):
        first = self._paid_plan(1)
        other = self.scheme.copy({"name": "Other"})
        other.write(
            {
                "grant_ids": [(6, 0, self.grant.ids)],
                "purpose_id": self.env.ref("cash_transfer.purpose_transport").id,
            }
        )
        self._new_entitlement(scheme=other)
        second = self._to(self._new_plans(self._new_cycle(other)), "instructed")
        self.assertFalse(self._proposed(self._bank_line(-30, "Transfer")))
        proposed = self._proposed(self._bank_line(-30, f"Ref {second.name}"))
        line = self.env["account.move.line"].browse(proposed[0]["counterpart_line_ids"])
        self.assertEqual(line.payment_id, second.movement_ids.payment_id)
        self.assertNotEqual(line.payment_id, first.movement_ids.payment_id)
