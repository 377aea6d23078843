import secrets

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
        return self.call("enrol", name=name)["key"]

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
