import hashlib
import hmac
import json
import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.child_remediation.tests.common import RemediationCommon

from ..models.remediation_webhook_delivery import BACK_OFF
from .common import SECRET, WebhookMixin

CANARY = "Zuberimwanga"


@tagged("post_install", "-at_install")
class TestWebhook(WebhookMixin, RemediationCommon):
    """Told once, signed, by code; again and again until it arrives."""

    def _past(self, letters):
        letters._unprotected().next_try = fields.Datetime.now() - timedelta(seconds=1)

    def test_told_once_and_signed(self):
        receiver = self._receiver()
        webhook = self._webhook(receiver.url, on_case_stage=True)
        case = self._new_case()
        case.beneficiary_id.first_name = CANARY
        case.household_id.address = CANARY
        letter = self._letters(webhook)
        self.assertEqual(letter.code, case.name)
        self._deliver()
        self._deliver()
        ((path, headers, body),) = receiver.got
        self.assertEqual(path, "/hook?key=1")
        # As the receiver's own program would, from what it was told and no more.
        stamp = headers["X-Remediation-Timestamp"]
        right = hmac.new(
            SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256
        ).hexdigest()
        self.assertEqual(headers["X-Remediation-Signature"], f"v1={right}")
        self.assertLess(abs(int(stamp) - time.time()), 60)
        self.assertEqual(headers["X-Remediation-Event"], "case.stage")
        content = json.loads(body)
        self.assertEqual(content["id"], headers["X-Remediation-Delivery"])
        self.assertEqual(set(content), {"id", "event", "at", "data"})
        self.assertEqual(
            content["data"], {"code": case.name, "from": None, "to": case.stage}
        )
        self.assertNotIn(CANARY, body.decode() + str(headers))
        self.assertEqual(
            (letter.state, letter.answer, letter.tries), ("sent", "200", 1)
        )
        self.assertTrue(letter.sent_on)

    def test_each_stage_once_in_order(self):
        receiver = self._receiver()
        webhook = self._webhook(receiver.url, on_case_stage=True)
        case = self._new_case()
        self._letters(webhook)
        self._active_plan(case)
        self._letters(webhook)
        self._deliver()
        told = [json.loads(body)["data"] for _path, _headers, body in receiver.got]
        logs = self.env["remediation.case.stage.log"].search(
            [("case_id", "=", case.id)], order="id"
        )
        self.assertEqual(
            [(one["from"], one["to"]) for one in told],
            [(log.from_stage or None, log.to_stage) for log in logs],
        )
        self.assertGreater(len(told), 1)

    def test_only_what_is_wanted(self):
        """Another company's case, an event nobody ticked, an archived webhook."""
        other = self._webhook(
            "http://127.0.0.1:9/", on_case_stage=True, company_id=self.company.id
        )
        deaf = self._webhook("http://127.0.0.1:9/")
        asleep = self._webhook("http://127.0.0.1:9/", on_case_stage=True, active=False)
        self._new_case(self.manager_company_b)
        for webhook in (other, deaf, asleep):
            self.assertFalse(self._letters(webhook))
        self._new_case()
        self.assertEqual(len(self._letters(other)), 1)
        for webhook in (deaf, asleep):
            self.assertFalse(self._letters(webhook))

    def test_rolled_back_is_never_told(self):
        webhook = self._webhook("http://127.0.0.1:9/", on_case_stage=True)
        savepoint = self.env.cr.savepoint()
        self._new_case()
        self.assertTrue(self._letters(webhook))
        savepoint.rollback()
        savepoint.close(rollback=False)
        self.env.invalidate_all(flush=False)
        self.assertFalse(self._letters(webhook))

    def test_tried_again_until_it_arrives(self):
        """Down, then an error, a redirect, and at last an answer: pauses grow."""
        receiver = self._receiver()
        url, port = receiver.url, receiver.port
        receiver.stop()
        webhook = self._webhook(url)
        webhook.action_ping()
        letter = self._letters(webhook)
        self._deliver()
        self.assertEqual((letter.state, letter.tries), ("waiting", 1))
        self.assertIn("Connection", letter.answer)
        first = letter.next_try - fields.Datetime.now()
        self._deliver()
        self.assertEqual(letter.tries, 1, "not before its time")

        elsewhere = self._receiver()
        again = self._receiver([503, 302], location=elsewhere.url)
        webhook.url = again.url
        self.assertNotEqual(port, again.port)
        pauses = [first]
        for answer in ("503", "302"):
            self._past(letter)
            self._deliver()
            self.assertEqual((letter.state, letter.answer), ("waiting", answer))
            pauses.append(letter.next_try - fields.Datetime.now())
        self.assertEqual(pauses, sorted(pauses))
        self.assertGreater(pauses[-1], 2 * pauses[0])
        self.assertFalse(elsewhere.got, "no redirect is followed")
        self._past(letter)
        self._deliver()
        self.assertEqual((letter.state, letter.tries), ("sent", 4))
        ids = {headers["X-Remediation-Delivery"] for _path, headers, _ in again.got}
        self.assertEqual(ids, {letter.name})

    def test_given_up_then_sent_again(self):
        receiver = self._receiver([500] * (len(BACK_OFF) + 1))
        webhook = self._webhook(receiver.url)
        webhook.action_ping()
        letter = self._letters(webhook)
        with self.assertRaises(UserError):
            letter.with_user(self.admin_like).action_resend()
        for _ in range(len(BACK_OFF) + 1):
            self.assertEqual(letter.state, "waiting")
            self._past(letter)
            self._deliver()
        self.assertEqual(letter.state, "failed")
        self.assertEqual(webhook.failed_count, 1)
        figures = {f.name: f for f in self.env["remediation.health"]._figures()}
        self.assertTrue(figures["webhooks_failed"].alarmed)
        letter.with_user(self.admin_like).action_resend()
        self._deliver()
        self.assertEqual(letter.state, "sent")
        letter.with_user(self.admin_like).action_resend()
        self._deliver()
        ids = [headers["X-Remediation-Delivery"] for _path, headers, _ in receiver.got]
        self.assertEqual(ids, [letter.name] * (len(BACK_OFF) + 3))

    def test_one_that_is_silent_stops_no_other(self):
        receiver = self._receiver()
        silent, other = (
            self._webhook("http://127.0.0.1:9/"),
            self._webhook(receiver.url),
        )
        for webhook in (silent, silent, other):
            webhook.action_ping()
        self._deliver()
        self.assertEqual(self._letters(silent).mapped("tries"), [1, 0])
        self.assertEqual(self._letters(other).state, "sent")

    def test_forbidden_place_is_never_called(self):
        """What the address leads to is looked at again at each try."""
        receiver = self._receiver()
        webhook = self._webhook(f"https://localhost:{receiver.port}/", inside=False)
        webhook.action_ping()
        self._deliver()
        self.assertFalse(receiver.got)
        letter = self._letters(webhook)
        self.assertEqual((letter.state, letter.answer), ("waiting", "ForbiddenPlace"))
        for url in (receiver.url, "https://127.0.0.1/", "https://a:b@example.org/"):
            with self.assertRaises(ValidationError):
                self._webhook(url, inside=False)
        with self.assertRaises(ValidationError):
            webhook.url = receiver.url

    def test_secret_is_asked_for(self):
        for secret in (False, "short"):
            with self.assertRaises(ValidationError):
                self._webhook("https://example.org/", secret=secret)

    def test_r74_log_does_not_change(self):
        webhook = self._webhook("https://example.org/")
        webhook.action_ping()
        letter = self._letters(webhook)
        for field in ("state", "payload", "name", "webhook_id", "code", "tries"):
            with self.assertRaises(AccessError):
                letter.write({field: letter[field]})
        with self.assertRaises(AccessError):
            self.env["remediation.webhook.delivery"].create(
                {"webhook_id": webhook.id, "event": "ping", "payload": CANARY}
            )

    def test_old_letters_are_forgotten(self):
        webhook = self._webhook(self._receiver().url)
        webhook.action_ping()
        webhook.action_ping()
        self._deliver()
        old, new = self._letters(webhook)
        old._unprotected().sent_on = fields.Datetime.now() - timedelta(days=91)
        self.env["remediation.webhook.delivery"]._gc_sent()
        self.assertEqual(self._letters(webhook), new)
