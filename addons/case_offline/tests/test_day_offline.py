import time

from odoo.tests import tagged

from .common import PLACE
from .phone import CANARY, PIN, PhoneCommon

DUMP = """
async () => {
    const text = [];
    const add = (value) => {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
            text.push(new TextDecoder().decode(value));
        } else if (value instanceof CryptoKey) {
            text.push(value.algorithm.name);
        } else if (value && typeof value === "object") {
            Object.entries(value).forEach((pair) => pair.forEach(add));
        } else { text.push(String(value)); }
    };
    for (const { name } of await indexedDB.databases()) {
        const db = await new Promise((done) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => done(request.result);
        });
        for (const store of db.objectStoreNames) {
            const rows = await new Promise((done) => {
                const request = db.transaction(store).objectStore(store).getAll();
                request.onsuccess = () => done(request.result);
            });
            rows.forEach(add);
        }
        db.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            text.push(request.url, await (await cache.match(request)).text());
        }
    }
    text.push(document.title, location.href);
    return text.join("\\n");
}
"""

ROWS = """
async () => {
    const db = await new Promise((done) => {
        const request = indexedDB.open("remediation_offline");
        request.onsuccess = () => done(request.result);
    });
    const keys = await new Promise((done) => {
        const request = db.transaction("packets").objectStore("packets").getAllKeys();
        request.onsuccess = () => done(request.result);
    });
    db.close();
    return keys.filter((key) => key.length === 32).length;
}
"""


@tagged("post_install", "-at_install")
class TestDayOffline(PhoneCommon):
    """A day without network, in a real browser: it runs, and arrives once."""

    def opening(self, page):
        begun = time.monotonic()
        page.reload()
        page.wait_for_selector("#pin")
        page.fill("#pin", PIN)
        page.click("main button.main")
        page.wait_for_selector("ul.list a")
        return time.monotonic() - begun

    def test_a_day_without_network_arrives_once(self):
        page = self.page = self._phone(folder=True)
        with self.allow_requests(all_requests=True):
            self.slow_network(page)
            self.begin()
            self.slow_network(page, cut=True)
            self.open()
            # The best of some: others may use this machine meanwhile.
            with self.slow():
                soon = any(self.opening(page) < 2 for _time in range(4))
            self.assertTrue(soon, "a later opening")
            self.assertIn(CANARY, page.inner_text("main"))

            self.fits("list")
            page.click("ul.list a")
            page.wait_for_url("**#case/*")
            page.wait_for_selector("#deeds")
            self.fits("case")
            page.click("nav.tabs a.report")
            page.wait_for_selector("main .actions")
            self.fits("report")
            self.fill_in(
                "danger",
                {
                    "first_name": f"{CANARY} Neema",
                    "sex": "female",
                    "age_estimated": "12",
                    "what": "Carries bags at night",
                },
                "main form button.danger",
            )
            self.to_case("Waits")
            self.fill_in("contact", {})
            self.to_case("Waits")
            self.fill_in(
                "family",
                {
                    "full_name": f"{CANARY} Aunt",
                    "relationship": "aunt_uncle",
                    "is_caregiver": "yes",
                    "age": "40",
                },
            )
            self.to_case("Waits")
            page.click("a[href$='/consent']:visible")
            page.wait_for_selector("main form")
            member = page.locator("[name=given_by_member_id] option").last
            self.write_on_page(
                {
                    "subject": "caregiver",
                    "given_by_member_id": member.get_attribute("value"),
                    "answer": "yes",
                    "assent": "yes",
                    "how": "verbal_witnessed",
                    "witness": "The teacher",
                    "limits_explained": "yes",
                    "purposes[]": ["services", "share_with_org"],
                }
            )
            self.to_case("Waits")
            scores = ("safety", "work", "education", "health", "psychosocial", "care")
            self.fill_in(
                "assessment",
                {
                    "assessment_type": "initial",
                    "child_wishes": "To learn to sew",
                    "summary": f"{CANARY} is tired",
                    **{f"score-{name}": "2" for name in scores},
                },
                "main form button[value='0']",
            )
            self.to_case("Waits")
            self.fill_in(
                "plan",
                {
                    "goal": "Back at school",
                    "action-0-domain": "education",
                    "action-0-description": "School fees",
                },
                "main form button[value='0']",
            )
            self.to_case("Waits")
            self.fill_in(
                "visit",
                {
                    "visit_type": "home",
                    "child_seen": "yes",
                    "occupation": "none",
                    "child_working": "no",
                },
            )
            self.to_case("Waits")
            self.fill_in(
                "emergency",
                {
                    "service_type_id": str(self.health.id),
                    "to_organisation_id": str(self.clinic.id),
                    "emergency_kind": "medical",
                    "override_reason": "A deep cut",
                    "legal_basis": "Vital interest of the child",
                },
                "main form button.danger",
            )
            self.fits("called")
            self.assertIn("Nobody has been called yet", page.inner_text("main"))
            self.assertEqual(page.get_attribute("a.call", "href"), "tel:+243000111")
            page.evaluate("location.hash = '#queue'")
            page.wait_for_selector("main ul.list")
            self.assertEqual(page.locator("main ul.list li").count(), 8)
            self.fits("queue")
            # A new case is first, and the emergency about it before all the rest.
            self.assertIn("Danger", page.locator("main ul.list li").nth(0).inner_text())
            second = page.locator("main ul.list li").nth(1).inner_text()
            self.assertIn("Emergency", second)
            self.assertNotIn(CANARY, page.evaluate(DUMP))

            # Restarted in between: what was written is still there.
            page.reload()
            page.fill("#pin", PIN)
            page.click("main button.main")
            page.wait_for_selector("nav.tabs:not([hidden])")
            self.slow_network(page)
            states = self.drain()
            self.env.invalidate_all()
            waiting = self.env["remediation.submission"].search(
                [("state", "=", "waiting")], order="id desc", limit=1
            )
            self.assertEqual(set(states), {"Sent"}, waiting.detail)
            self.drain()
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            page.context.close()
            self.assertEqual(self.files_with(CANARY), [])
        self.env.invalidate_all()
        case = self.env["remediation.case"].search(
            [("beneficiary_id.first_name", "=", f"{CANARY} Neema")]
        )
        self.assertEqual(len(case), 1)
        self.assertTrue(case.first_contact_on)
        member = case.household_id.member_ids
        self.assertEqual(len(member), 1)
        self.assertEqual(case.consent_ids.given_by_member_id, member)
        self.assertEqual(len(case.consent_ids), 2)
        self.assertEqual(case.assessment_ids.summary, f"{CANARY} is tired")
        self.assertEqual(case.plan_ids.action_ids.description, "School fees")
        self.assertEqual(len(case.visit_ids.filtered("date_done")), 1)
        self.assertEqual(case.referral_ids.to_organisation_id, self.clinic)

    def test_the_file_dies_when_the_case_moves_or_the_phone_is_forgotten(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.begin()
            self.case.with_user(self.supervisor).action_assign(self.manager.id)
            self.env.flush_all()
            page.reload()
            page.wait_for_selector("#pin")
            self.open_pin()
            page.wait_for_selector("main .empty")
            self.assertEqual(page.evaluate(ROWS), 0)
            page.wait_for_load_state("networkidle")
            device = self.env["remediation.device"].search([])[:1]
            self.assertEqual(device.team_id, self.team, device.user_id.name)
            device.with_user(self.supervisor).action_forget("lost")
            self.env.flush_all()
            page.reload()
            page.wait_for_selector("#again")
            self.assertIn("forgotten", page.inner_text("main"))
            self.assertEqual(page.evaluate(ROWS), 0)

    def test_the_file_dies_by_itself_after_72_hours(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            page.clock.install()
            self.begin()
            page.context.set_offline(True)
            page.clock.set_fixed_time(time.time() - 366 * 24 * 3600)
            page.reload()
            page.wait_for_selector("#pin")
            self.open_pin()
            page.wait_for_selector("main .empty")
            self.assertNotIn(CANARY, page.inner_text("main"), "a clock set back")
            page.clock.set_fixed_time(time.time() + 73 * 3600)
            page.reload()
            page.wait_for_selector("#pin")
            self.assertEqual(page.evaluate(ROWS), 0)

    def test_an_answer_that_is_lost_makes_nothing_twice(self):
        page = self.page
        lost = []

        def lose(route):
            lost.append(route.fetch().status)
            route.abort()

        with self.allow_requests(all_requests=True):
            self.begin()
            page.context.set_offline(True)
            self.to_case(self.case.name)
            self.fill_in("note", {"subject": "Met", "text": "Said once"})
            page.evaluate("location.hash = '#queue'")
            page.wait_for_selector("main ul.list em:has-text('Waits')")
            # Before the network is back: the phone sends as soon as it is.
            page.route(f"**{PLACE}/send", lose, times=1)
            page.context.set_offline(False)
            for _try in range(100):
                if lost:
                    break
                page.wait_for_timeout(100)
            page.wait_for_load_state("networkidle")
            page.wait_for_selector("main ul.list em:has-text('Waits')")
            self.assertEqual(self.drain(), ["Sent"])
        self.assertEqual(lost, [200])
        self.env.invalidate_all()
        self.assertEqual(self.case.note_ids.mapped("text"), ["Said once"])

    def test_a_session_that_ended_loses_nothing(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.begin()
            page.context.set_offline(True)
            self.to_case(self.case.name)
            self.fill_in("note", {"subject": "Met", "text": "Before I signed in"})
            # Before the network is back: the phone sends as soon as it is.
            page.context.clear_cookies(name="session_id")
            page.context.set_offline(False)
            page.evaluate("location.hash = '#queue'")
            page.click("main > p button.main")
            page.wait_for_selector("text=You were signed out")
            self.assertIn("Waits", page.inner_text("main"))
            # It stays said, however often the page is drawn meanwhile.
            page.evaluate("window.dispatchEvent(new Event('hashchange'))")
            page.evaluate("window.dispatchEvent(new Event('online'))")
            page.wait_for_load_state("networkidle")
            page.click("main a.main.button")
            page.fill("#login", "portal_manager")
            page.fill("#password", "portal_manager")
            page.click("main button.main")
            page.wait_for_selector("#pin")
            self.open_pin()
            page.wait_for_selector("nav.tabs:not([hidden])")
            self.assertEqual(self.drain(), ["Sent"])
        self.env.invalidate_all()
        self.assertEqual(self.case.note_ids.mapped("text"), ["Before I signed in"])

    def test_the_shell_is_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["case_referral", "case_offline"], ["fr_FR"]
        )
        self.portal_manager.lang = "fr_FR"
        self.env.flush_all()
        page = self.page
        with self.allow_requests(all_requests=True):
            self.begin()
            self.fits("list_fr")
            said = page.inner_text("body")
            self.assertIn("Enfants", said)
            self.assertNotIn("Readable", said)
            page.click("ul.list a")
            page.wait_for_selector("#deeds")
            self.fits("case_fr")
            page.evaluate("location.hash = '#queue'")
            page.wait_for_selector("text=Rien n'attend")
            self.fits("queue_fr")
