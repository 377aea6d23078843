import json

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.child_remediation.tests.common import RemediationCommon

PLACE = "/my/remediation/offline"
#: All that a packet says, by its whole path. A number stands for any number or day.
SAID = {
    *("shelf", "code", "name", "active", "version", "money.#", "after", "number"),
    *("today", "open", "pots.loan", "pots.social"),
    *(
        f"rules.{name}"
        for name in (
            "share_value shares_min shares_max loan_multiple loan_while_late fines_to"
            " has_social_fund social_amount fine_late fine_absent"
        ).split()
    ),
    "labels.choices.#.#",
    *(
        f"labels.{name}"
        for name in (
            "attendance shares loan_repaid loan_given fine social_in social_out"
            " group_decided decision_reason counted_loan counted_social why_loan"
            " why_social"
        ).split()
    ),
    *("members.#.number", "members.#.name", "members.#.savings"),
    *("members.#.owes.#.#", "members.#.loans.#.#", "members.#.loans"),
    *(
        f"open.members.#.{name}"
        for name in (
            "attendance shares loan_repaid loan_given fine social_in social_out"
            " group_decided decision_reason"
        ).split()
    ),
    *("open.day", "open.number", "open.ended", "open.counted_loan"),
    "open.counted_social",
}
#: What these say of somebody's case is in no packet.
CASE_SIDE = (
    ("remediation.case", ("name",)),
    ("remediation.beneficiary", ("name", "first_name", "last_name", "nickname")),
    ("remediation.plan.action", ("name", "description")),
    ("savings.enrolment", ("name",)),
)


@tagged("post_install", "-at_install")
class TestR51Packet(RemediationCommon, HttpCase):
    """The book on a village agent's phone tells nobody why a member is in it."""

    _registry_readonly_enabled = False

    @classmethod
    def _people(cls):
        return {**super()._people(), "agent": "savings_group.group_field_agent"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.second_factor_required = False
        role = cls.env.ref("savings_group_portal.group_village_agent")
        cls.village = cls.env["res.users"].create(
            {
                "name": "village_r51",
                "login": "village_r51",
                "password": "village_r51",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(role.ids)],
            }
        )
        cls.group = (
            cls.env["savings.group"]
            .with_user(cls.agent)
            .create(
                {
                    "label": "Tujenge",
                    "shares_min": 0,
                    "member_ids": [
                        Command.create({"full_name": f"Mama Furaha {number}"})
                        for number in range(4)
                    ],
                }
            )
        )
        cls.group.sudo().village_agent_id = cls.village
        cls.group.action_new_cycle()
        cls.cycle = cls.group.current_cycle_id
        cls.cycle.date_start = "2026-01-05"
        cls.cycle.action_start()
        cls.case = cls._new_case()
        cls.case.beneficiary_id.first_name = "Zanzicanary"
        action = cls._active_plan(cls.case, actions=("savings_group",)).action_ids
        caregiver = cls._caregiver(cls.case)
        cls.enrolment = (
            cls.env["savings.enrolment"]
            .with_user(cls.worker)
            .create(
                {
                    "action_id": action.id,
                    "caregiver_id": caregiver.id,
                    "group_id": cls.group.id,
                }
            )
        )
        cls.enrolment.action_enrol()

    def call(self, what, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self.url_open(f"{PLACE}/{what}", json=body).json()["result"]

    def taken(self):
        self.authenticate("village_r51", "village_r51")
        key = self.call("enrol", name="Phone")["key"]
        return self.call("packets", key=key)

    def paths(self, value, path=""):
        if isinstance(value, dict):
            for name, inside in value.items():
                name = "#" if name.isdigit() else name
                yield from self.paths(inside, f"{path}.{name}".lstrip("."))
        elif isinstance(value, list) and value:
            for inside in value:
                yield from self.paths(inside, f"{path}.#")
        else:
            yield path

    def test_r51_a_packet_says_the_book_and_nothing_else(self):
        for is_open in (False, True):
            if is_open:
                self.cycle._open_meetings()
            found = self.taken()
            (packet,) = found["packets"].values()
            self.assertEqual(len(packet["members"]), 5)
            self.assertLessEqual(set(self.paths(packet)), SAID)
            self.assertEqual((found["general"], found["shared"]), ({}, {}))

    def test_r51_no_word_of_a_case_is_in_a_packet(self):
        text = json.dumps(self.taken(), ensure_ascii=False)
        looked_for = 0
        for model, names in CASE_SIDE:
            for record in self.env[model].sudo().search([]):
                for name in names:
                    value = name in record._fields and record[name]
                    if value and len(str(value)) > 3:
                        looked_for += 1
                        self.assertNotIn(str(value), text, f"{model}.{name}")
        self.assertGreater(looked_for, 3)
        self.assertNotIn("Zanzicanary", text)

    def test_r51_an_enrolled_member_looks_like_any_other(self):
        (packet,) = self.taken()["packets"].values()
        enrolled = packet["members"][-1]
        for other in packet["members"][:-1]:
            self.assertEqual(
                {**other, "name": "", "number": 0},
                {**enrolled, "name": "", "number": 0},
            )
