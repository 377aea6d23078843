import secrets
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase

from odoo.addons.savings_group.tests.common import SavingsCommon

PLACE = "/my/remediation/offline"


class OfflineSavingsCommon(SavingsCommon, HttpCase):
    """A village agent with a phone and a group, another one without."""

    _registry_readonly_enabled = False
    _members = 5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.second_factor_required = False
        role = "savings_group_portal.group_village_agent"
        cls.village = cls._portal_user("village_agent", role)
        cls.village_other = cls._portal_user("village_other", role)
        cls.group.village_agent_id = cls.village

    @classmethod
    def _portal_user(cls, login, role):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": login,
                "group_ids": [Command.set(cls.env.ref(role).ids)],
            }
        )

    def call(self, what, **params):
        """The result of one call of a phone; None where it was refused."""
        answer = self.url_open(
            f"{PLACE}/{what}",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
        )
        return answer.json().get("result")

    def enrol(self, login="village_agent"):
        self.authenticate(login, login)
        key = self.call("enrol", name="Red phone")["key"]
        # It was taken into use a while ago; that moment is no field of a form.
        self.env.cr.execute(
            "UPDATE remediation_device SET create_date = %s WHERE key = %s",
            [fields.Datetime.now() - timedelta(days=30), key],
        )
        self.env.invalidate_all()
        return key

    def device(self, key):
        return self.env["remediation.device"].sudo().search([("key", "=", key)])

    def packet(self, key, code=None):
        packets = self.call("packets", key=key)["packets"].values()
        (packet,) = [one for one in packets if one["code"] == (code or self.group.name)]
        return packet

    def meeting(self, packet, week=1, counted=None, **figures):
        """An entry of the phone: everybody is there and buys two shares.

        :param figures: ``m1={…}`` for what member 1 did otherwise
        """
        each = {"attendance": "present", "shares": "2", "social_in": "100"}
        members = {
            str(one["number"]): {**each, **figures.get(f"m{one['number']}", {})}
            for one in packet["members"]
        }
        book = {"loan": packet["pots"]["loan"], "social": packet["pots"]["social"]}
        for said in members.values():
            said = {name: float(v) for name, v in said.items() if name != "attendance"}
            book["loan"] += said["shares"] * packet["rules"]["share_value"]
            book["loan"] += said.get("loan_repaid", 0) - said.get("loan_given", 0)
            book[packet["rules"]["fines_to"]] += said.get("fine", 0)
            book["social"] += said["social_in"] - said.get("social_out", 0)
        return {
            "key": secrets.token_hex(16),
            "form": "savings-meeting",
            "version": packet["version"],
            "age": 3600,
            "values": {
                "group": packet["code"],
                "date": str(self._day(week)),
                "members": members,
                "counted_loan": str(book["loan"]),
                "counted_social": str(book["social"]),
                **(counted or {}),
            },
        }

    def send(self, key, *intents):
        return self.call("send", key=key, intents=list(intents))["answers"]
