import json

from odoo.tests import tagged

from odoo.addons.case_referral.tests.common import ReferralCommon
from odoo.addons.remediation_webhook.tests.common import WebhookMixin


@tagged("post_install", "-at_install")
class TestAnswers(WebhookMixin, ReferralCommon):
    """The answer of a partner is told by code, given on the portal or recorded."""

    def test_each_answer_is_told_once(self):
        receiver = self._receiver()
        webhook = self._webhook(receiver.url, on_referral_answered=True)
        told = {}
        for answer in ("accepted", "rejected"):
            case = self._new_case()
            self._consent(case)
            referral = self._referral(case)
            referral.with_user(self.worker).action_send()
            self.assertEqual(len(self._letters(webhook)), len(told))
            package = self._received(referral, self.school_user)
            if answer == "accepted":
                package.portal_accept()
            else:
                package.portal_reject("full", "No place for Zuberimwanga")
            told[referral.name] = {
                "code": referral.name,
                "case": case.name,
                "type": "referral",
                "answer": answer,
            }
        self._deliver()
        self.assertEqual(len(receiver.got), 2)
        for _path, headers, body in receiver.got:
            self.assertEqual(headers["X-Remediation-Event"], "referral.answered")
            data = json.loads(body)["data"]
            self.assertEqual(data, told[data["code"]])
            self.assertNotIn(b"Zuberimwanga", body)
