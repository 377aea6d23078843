import gzip
import json
import re
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PLACE, OfflineCommon


@tagged("post_install", "-at_install")
class TestPhones(OfflineCommon):
    """Which phone takes files along, which files, and until when."""

    def packets(self, key):
        return self.call("packets", key=key)

    def test_a_phone_takes_the_held_cases_along_for_72_hours(self):
        key = self.enrol()
        found = self.packets(key)
        (packet,) = found["packets"].values()
        self.assertEqual(packet["code"], self.case.name)
        self.assertIn("Amani", packet["page"])
        self.assertNotIn(self.other_case.name, json.dumps(found))
        now, until = (
            datetime.fromisoformat(found[name].rstrip("Z")) for name in ("now", "until")
        )
        self.assertAlmostEqual(
            (until - now).total_seconds(), 72 * 3600, delta=30, msg="a lease of 72 h"
        )
        self.assertNotIn("csrf_token", packet["page"])
        self.assertNotIn("<form", packet["page"])
        for section in ("visit", "family", "assessment", "emergency", "attendance"):
            form = packet["forms"][section]
            self.assertTrue(form["title"])
            self.assertTrue(found["shared"][form["fields"]])

    def test_r71_what_is_withheld_from_the_page_is_not_on_the_phone(self):
        key = self.enrol()
        self.assertIn("Hidden", json.dumps(self.packets(key)))
        self._withhold(self.case, "last_name")
        found = json.dumps(self.packets(key))
        self.assertFalse("Hidden" in found)
        page = self.get(f"/my/remediation/case/{self.case.name}").text
        self.assertFalse("Hidden" in page)

    def _withhold(self, case, item):
        items = self.env["remediation.disclosure.item"].search([("key", "=", item)])
        self._consent(
            case,
            "services",
            withhold_item_ids=[Command.set(items.ids)],
            withhold_from_ids=[Command.set(self.partner_org.ids)],
        )

    def test_r29_taking_a_case_along_is_noted(self):
        key = self.enrol()
        log = self.env["remediation.access.log"].sudo()
        own = [("user_id", "=", self.portal_manager.id)]
        before = log.search_count(own)
        self.packets(key)
        self.assertGreater(log.search_count(own), before)

    def test_twenty_cases_are_small(self):
        cases = [self._new_case(self.manager_portal) for _number in range(19)]
        key = self.enrol()
        found = self.packets(key)
        self.assertEqual(len(found["packets"]), len(cases) + 1)
        size = len(gzip.compress(json.dumps(found).encode()))
        self.assertLessEqual(size, 300_000)

    def test_the_shell_is_small_and_holds_no_name(self):
        self.authenticate(None, None)
        whole = self.get(PLACE).text
        script = self.get(f"{PLACE}/worker.js")
        self.assertEqual(script.headers["Service-Worker-Allowed"], "/my/remediation")
        head = script.text.split("const SHELL = ")[1].split(";\n")[0]
        size = len(script.content)
        for path in json.loads(head):
            size += len(self.get(path).content)
        self.assertLessEqual(size, 150_000)
        self.sign_in()
        signed_in = self.get(PLACE).text
        for name in (self.case.name, "Amani", self.portal_manager.name):
            self.assertNotIn(name, signed_in)
        self.assertEqual(len(signed_in), len(whole), "the same for everybody")

    def test_every_word_of_the_shell_is_used(self):
        head = self.get(f"{PLACE}/worker.js").text
        paths = json.loads(head.split("const SHELL = ")[1].split(";\n")[0])
        scripts = "".join(self.get(path).text for path in paths if path.endswith(".js"))
        said = re.findall(r'data-word="([a-z_]+)"', self.get(PLACE).text)
        self.assertGreater(len(said), 50)
        unused = []
        for word in said:
            # Some are put together: photo_heic of photo_ and what is wrong with it.
            put_together = f"`{word.partition('_')[0]}_${{" in scripts
            if not put_together and not re.search(rf"\b{word}\b", scripts):
                unused.append(word)
        self.assertEqual(unused, [])

    # -- refusals ----------------------------------------------------------------
    @mute_logger("odoo.http")
    def test_who_may_let_a_phone_take_files_along(self):
        for login in ("portal_manager", "portal_reporter", "school_user"):
            self.sign_in(login)
            key = self.call("enrol", name="Phone")["key"]
            self.assertEqual(self.packets(key)["state"], "active", login)
        for login in ("portal_observer", "plain_user"):
            self.sign_in(login)
            for what in ("enrol", "packets", "send"):
                self.assertIsNone(self.call(what), f"{login} {what}")
        self.authenticate(None, None)
        for what in ("enrol", "packets", "send"):
            self.assertIsNone(self.call(what), f"nobody {what}")

    def test_the_key_of_another_opens_nothing(self):
        key = self.enrol()
        self.sign_in("portal_manager_other")
        self.assertEqual(self.packets(key)["state"], "forgotten")
        self.assertNotIn("packets", self.packets(key))
        self.assertEqual(self.call("send", key=key, intents=[])["state"], "forgotten")
        for wrong in (None, "", "x" * 32, "0" * 32, 7):
            self.assertEqual(self.packets(wrong)["state"], "forgotten")
            self.assertEqual(self.call("standing", key=wrong)["held"], [])

    def test_reassigned_it_is_not_held_any_more(self):
        key = self.enrol()
        (handle,) = self.packets(key)["packets"]
        self.authenticate(None, None)
        self.assertEqual(self.call("standing", key=key)["held"], [handle])
        self.case.with_user(self.supervisor).action_assign(self.manager.id)
        standing = self.call("standing", key=key)
        self.assertEqual((standing["state"], standing["held"]), ("active", []))
        self.sign_in()
        self.assertEqual(self.packets(key)["packets"], {})

    def test_suspended_and_archived_users_hold_nothing(self):
        key = self.enrol()
        self.packets(key)
        self.manager_portal.with_user(self.coordinator).action_suspend("Checked")
        self.assertEqual(self.call("standing", key=key)["held"], [])
        self.portal_manager.active = False
        self.authenticate(None, None)
        self.assertEqual(self.call("standing", key=key)["state"], "ended")

    def test_a_forgotten_phone_reads_nothing(self):
        key = self.enrol()
        self.packets(key)
        device = self.device(key)
        device.with_user(self.supervisor).action_forget("lost")
        self.assertEqual(device.forgotten_by_id, self.supervisor)
        self.assertEqual(self.packets(key)["state"], "forgotten")
        self.assertEqual(self.call("standing", key=key)["state"], "forgotten")

    def test_own_phones_alone_are_seen_and_forgotten(self):
        device = self.device(self.enrol())
        self.assertIn("Blue phone", self.get("/my/remediation/phones").text)
        self.sign_in("portal_manager_other")
        self.assertNotIn("Blue phone", self.get("/my/remediation/phones").text)
        self.post(f"/my/remediation/phones/{device.id}/forget", status=404)
        self.assertEqual(device.state, "active")
        self.sign_in()
        self.post(f"/my/remediation/phones/{device.id}/forget")
        self.assertEqual(device.state, "forgotten")

    def test_supervisors_see_the_phones_of_their_teams(self):
        device = self.device(self.enrol())
        Device = self.env["remediation.device"]
        self.assertIn(device, Device.with_user(self.supervisor).search([]))
        self.assertNotIn(device, Device.with_user(self.supervisor_other).search([]))
        self.assertIn(device, Device.with_user(self.coordinator).search([]))
        for user in (self.worker, self.portal_manager, self.portal_supervisor):
            with self.assertRaises(AccessError):
                Device.with_user(user).search([])
            with self.assertRaises(AccessError):
                device.with_user(user).action_forget("lost")
        with self.assertRaises(AccessError):
            device.with_user(self.supervisor).read(["key"])
        for values in ({"lease_until": datetime.now() + timedelta(days=99)},):
            with self.assertRaises(AccessError):
                device.with_user(self.supervisor).write(values)
            with self.assertRaises(AccessError):
                device.sudo().write(values)

    def test_five_phones_at_most(self):
        for _number in range(5):
            self.enrol()
        answer = self.rpc(f"{PLACE}/enrol", name="Sixth")
        self.assertIn("5 phones", answer["error"]["data"]["message"])
