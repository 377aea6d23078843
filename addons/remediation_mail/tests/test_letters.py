from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.child_remediation.tests.common import RemediationCommon

BOUNCE = """From: MAILER-DAEMON@example.org
To: bounce@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <returned-{number}@example.org>
Date: Sun, 29 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

The letter could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--part
Content-Type: text/rfc822-headers

Message-ID: <sent@example.org>
To: {address}

--part--
"""


@tagged("post_install", "-at_install")
class TestLetters(RemediationCommon):
    """Hours, gathering, and letters that come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor.write(
            {"email": "supervisor@example.org", "tz": "Africa/Lubumbashi"}
        )

    def _letters(self):
        return self.env["mail.mail"].search([("told_user_id", "=", self.supervisor.id)])

    def _tell(self, what, may_wait):
        self.env["remediation.notice"]._mail(
            [(self.supervisor, lambda env: (what, f"<p>{what}</p>"))], may_wait
        )

    def test_each_hour_is_the_readers(self):
        user = self.supervisor
        at = datetime(2026, 3, 2, 6, 0)  # 8 in Lubumbashi
        self.assertFalse(user._next_letters(at))
        user.with_user(user).letters = "daily"
        self.assertEqual(user._next_letters(at), datetime(2026, 3, 3, 5, 0))
        user.letters = "twice"
        self.assertEqual(user._next_letters(at), datetime(2026, 3, 2, 11, 0))
        # On the hour itself the letters of that hour are on their way already.
        at = datetime(2026, 3, 2, 11, 0)
        self.assertEqual(user._next_letters(at), datetime(2026, 3, 3, 5, 0))
        # A clock that is put forward in between.
        user.tz = "Europe/Paris"
        user.letters = "daily"
        at = datetime(2026, 3, 28, 20, 0)
        self.assertEqual(user._next_letters(at), datetime(2026, 3, 29, 5, 0))

    def test_alarms_do_not_wait(self):
        self.supervisor.letters = "daily"
        self._tell("Alarm", may_wait=False)
        self.assertFalse(self._letters().scheduled_date)

    def test_what_waited_comes_as_one_letter_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.supervisor.write({"letters": "daily", "lang": "fr_FR"})
        for what in ("One", "Two", "Three"):
            self._tell(what, may_wait=True)
        letters = self._letters()
        self.assertEqual(len(letters), 3)
        self.env["mail.mail"]._gather()
        self.assertEqual(self._letters(), letters, "their hour has not come")
        letters.write({"scheduled_date": datetime(2026, 1, 1, 5, 0)})
        self.env["mail.mail"]._gather()
        letter = self._letters()
        self.assertEqual(len(letter), 1)
        self.assertEqual(letter.subject, "3 messages")
        for what in ("One", "Two", "Three"):
            self.assertIn(f"<p>{what}</p>", letter.body_html)
        self.assertEqual(letter.email_to, self.supervisor.email_formatted)

    def test_letters_that_come_back_stand_on_the_user(self):
        user = self.supervisor
        self.assertFalse(user.mail_problem)
        for number in (1, 2):
            letter = BOUNCE.format(number=number, address="supervisor@example.org")
            self.env["mail.thread"].message_process(False, letter)
        self.assertIn("came back (2)", user.mail_problem)
        found = self.env["res.users"].search([("partner_id.message_bounce", ">", 0)])
        self.assertIn(user, found)
        user.partner_id.email = "right@example.org"
        self.assertFalse(user.mail_problem)

    def test_only_who_manages_users_sends_again(self):
        self._tell("Lost", may_wait=False)
        self._letters().write({"state": "exception", "failure_reason": "refused"})
        self.supervisor.invalidate_recordset(["mail_problem"])
        self.assertIn("could not be sent (1)", self.supervisor.mail_problem)
        for user in (self.worker, self.supervisor, self.coordinator):
            with self.assertRaises(AccessError):
                self.supervisor.with_user(user).action_letters_again()
        self.supervisor.action_letters_again()
        self.assertEqual(self._letters().state, "outgoing")
        self.supervisor.invalidate_recordset(["mail_problem"])
        self.assertFalse(self.supervisor.mail_problem)

    def test_a_person_chooses_the_own_hour_alone(self):
        with self.assertRaises(AccessError):
            self.supervisor.with_user(self.worker).letters = "daily"
        with self.assertRaises(AccessError):
            self.worker.with_user(self.worker).partner_id.message_bounce = 5
