import secrets
from datetime import timedelta

from odoo import fields

from odoo.addons.case_referral.tests.test_portal import PortalCommon

PLACE = "/my/remediation/offline"


class OfflineCommon(PortalCommon):
    """A case manager of the portal with a phone, and others without."""

    def call(self, what, **params):
        """The result of one call of a phone; None where it was refused."""
        return self.rpc(f"{PLACE}/{what}", **params).get("result")

    def sign_in(self, login="portal_manager"):
        self.authenticate(login, login)

    def enrol(self, login="portal_manager", name="Blue phone"):
        self.sign_in(login)
        key = self.call("enrol", name=name)["key"]
        # It was taken into use a while ago; that moment is no field of a form.
        self.env.cr.execute(
            "UPDATE remediation_device SET create_date = %s WHERE key = %s",
            [fields.Datetime.now() - timedelta(days=30), key],
        )
        self.env.invalidate_all()
        return key

    def device(self, key):
        return self.env["remediation.device"].sudo().search([("key", "=", key)])

    def intent(self, form, values, **more):
        return {
            "key": secrets.token_hex(16),
            "form": form,
            "age": 60,
            "values": {"case": self.case.name, **values},
            **more,
        }

    def send(self, key, *intents):
        found = self.call("send", key=key, intents=list(intents))
        return [answer["state"] for answer in found["answers"]]
