from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    AccessTable,
    Row,
    RuleTable,
)
from odoo.addons.child_remediation.tests.common import RemediationCommon

from .common import SECRET, WebhookMixin


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, WebhookMixin, RemediationCommon):
    """Administrators alone; what was told changes by the queue alone."""

    access_module = "remediation_webhook"

    def access_rows(self):
        webhook = self._webhook("https://example.org/hook", inside=False)
        webhook.action_ping()
        letter = self._letters(webhook)
        return [
            Row(
                "remediation.webhook",
                {"used": webhook},
                {"admin_like": {"used": "rswc"}},
                {"name": "x"},
                lambda key: {
                    "name": "x",
                    "url": "https://example.org/",
                    "secret": SECRET,
                },
            ),
            Row(
                "remediation.webhook.delivery",
                {"waiting": letter},
                {"admin_like": {"waiting": "rs"}},
                {"state": "sent"},
            ),
        ]

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()

    def test_r75_buttons(self):
        """Each button asks for the right when it is pressed."""
        webhook = self._webhook("https://example.org/hook", inside=False)
        webhook.action_ping()
        letter = self._letters(webhook)
        letter._unprotected().state = "failed"
        for role, user in self.access_roles().items():
            if role == "admin_like":
                continue
            for record, button in ((webhook, "action_ping"), (letter, "action_resend")):
                with self.subTest(f"{role} {button}"), self.assertRaises(AccessError):
                    getattr(record.with_user(user), button)()

    def test_secret_is_never_read(self):
        """Written and never read: by no field, no export, no copy, no group, no search,
        for the administrator either."""
        webhook = self._webhook("https://example.org/hook", inside=False)
        self.assertEqual(webhook.sudo().secret_kept, SECRET)
        self.env.invalidate_all()
        self.assertFalse(webhook.secret)
        self.assertNotIn(SECRET, str(webhook.read()))
        self.assertNotIn(SECRET, str(webhook.export_data(["name", "secret"])))
        for attempt in (
            lambda: webhook.read(["secret_kept"]),
            lambda: webhook.secret_kept,
            lambda: webhook.search([("secret_kept", "like", "a secret")]),
            lambda: webhook.search([], order="secret_kept"),
            lambda: webhook._read_group([], ["secret_kept"]),
            lambda: webhook.export_data(["secret_kept"]),
            lambda: webhook.write({"secret_kept": "x" * 40}),
        ):
            with self.assertRaises(AccessError):
                attempt()
