from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestRoom(CashCommon):
    """The page of a payment plan: what changed, what is left, what was signed."""

    def test_payments_beside_those_of_last_month(self):
        """New, paid before as well, paid no more; the filter finds the same."""
        stays, goes = (self._new_entitlement() for _number in range(2))
        first = self._to(self._new_plans(self._new_cycle())[:1], "locked")
        self.assertEqual(set(first.line_ids.mapped("change")), {"New"})
        self.assertTrue(first.changes_text.startswith("2 new"), first.changes_text)
        lines = first.line_ids
        self.assertEqual(lines.search([("is_changed", "=", True)]) & lines, lines)
        self.assertFalse(lines.search([("is_changed", "=", False)]) & lines)
        first.with_user(self.officer).action_abort("Another day")
        # What was given up was meant to be paid by nobody.
        second = self._to(self._new_plans(first.cycle_id)[:1], "locked")
        self.assertEqual(set(second.line_ids.mapped("change")), {"New"})
        self.assertEqual(len(second.line_ids), len(stays | goes))

    @whole
    def test_r38_approval_signs_what_the_page_showed(self):
        plan = self._paid_plan(2, "locked")
        approver = plan.with_user(self.approver)
        with self.assertRaisesRegex(UserError, f"Open {plan.name}, read it"):
            approver.action_approve()
        with self.assertRaisesRegex(UserError, "changed since you opened it"):
            approver.with_context(seen_hash="of an earlier lock").action_approve()
        approver.with_context(seen_hash=plan.content_hash).action_approve()
        signed = plan.approval_ids.filtered(lambda a: a.state == "approved")
        self.assertEqual(signed.seen_hash, plan.content_hash)
        self.assertEqual(signed.seen_count, 2)
        self.assertEqual(signed.seen_amount, plan.amount_total)
        releaser = plan.with_user(self.releaser)
        with self.assertRaisesRegex(UserError, f"Open {plan.name}, read it"):
            releaser.action_release()
        with self.assertRaisesRegex(UserError, "changed since you opened it"):
            releaser.with_context(seen_hash="of an earlier lock").action_release()

    def test_each_grant_shows_what_is_left(self):
        plan = self._paid_plan(2, "locked")
        grant = plan.line_ids.split_ids.grant_id
        self.assertIn(grant[0].display_name, plan.grants_html)
        self.assertIn(grant[0].currency_id.format(grant[0].available), plan.grants_html)
