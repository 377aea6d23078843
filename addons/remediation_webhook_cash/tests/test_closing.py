import json

from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.remediation_webhook.tests.common import WebhookMixin


@tagged("post_install", "-at_install")
class TestClosing(WebhookMixin, CashCommon):
    """A plan that is closed is told by its code alone."""

    def test_closing_is_told_once(self):
        receiver = self._receiver()
        webhook = self._webhook(receiver.url, on_plan_closed=True)
        plan = self._paid_plan(2)
        self._report(
            plan,
            [
                {"payment": line.name, "amount": line.amount_due}
                for line in plan.line_ids
            ],
        )
        self.assertFalse(self._letters(webhook))
        plan.with_user(self.reconciler).action_close()
        self.assertEqual(plan.state, "closed")
        self._deliver()
        ((_path, headers, body),) = receiver.got
        self.assertEqual(headers["X-Remediation-Event"], "payment_plan.closed")
        self.assertEqual(json.loads(body)["data"], {"code": plan.name})
        self.assertEqual(self._letters(webhook).code, plan.name)
