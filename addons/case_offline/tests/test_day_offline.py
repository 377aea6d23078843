import os
import resource
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from odoo.tests import tagged
from odoo.tools import config

from .common import PLACE, OfflineCommon

PIN = "271828"
CANARY = "Zanzicanary"
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
class TestDayOffline(OfflineCommon):
    """A day without network, in a real browser: it runs, and arrives once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case.beneficiary_id.first_name = CANARY
        cls.env.company.offline_hotline = "+243 000 111"

    def setUp(self):
        super().setUp()
        # Odoo limits its own memory; a browser started from here needs more room.
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_AS, (soft, hard))
        self.playwright = sync_playwright().start()
        self.addCleanup(self.playwright.stop)
        self.page = self._phone()

    def _phone(self):
        """A phone with a folder of its own, as a browser keeps it."""
        self.profile = tempfile.TemporaryDirectory()
        self.addCleanup(self.profile.cleanup)
        context = self.playwright.chromium.launch_persistent_context(
            self.profile.name,
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking"],
            viewport={"width": 360, "height": 740},
            is_mobile=True,
            has_touch=True,
            base_url=self.base_url(),
        )
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def _files_with(self, text):
        """The files of the phone's folder that hold a text."""
        found = []
        for path in Path(self.profile.name).rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                if any(text.encode(code) in content for code in ("utf-8", "utf-16-le")):
                    found.append(str(path.relative_to(self.profile.name)))
        return found

    def begin(self, page=None):
        """Sign in, choose a PIN and take the cases along."""
        page = page or self.page
        page.goto(f"/web/login?redirect={PLACE}")
        page.fill("#login", "portal_manager")
        page.fill("#password", "portal_manager")
        page.click("main button.main")
        page.wait_for_url(f"**{PLACE}*")
        page.wait_for_selector("#again")
        self.fits("enrol")
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("main button.main")
        page.wait_for_selector("ul.list a")
        page.wait_for_load_state("networkidle")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def open(self, page=None):
        """Open the portal's own address, as the phone's picture of it does."""
        page = page or self.page
        page.goto("/my/remediation")
        page.wait_for_selector("body[data-ready] #pin")
        page.fill("#pin", PIN)
        page.click("main button.main")
        page.wait_for_selector("nav.tabs:not([hidden])")

    def fill_in(self, section, values, button="main form button.main", member=None):
        page = self.page
        page.click(f"a[href$='/{section}']:visible")
        form = page.locator("main form")
        form.wait_for()
        self.fits(section)
        for name, value in values.items():
            field = page.locator(f"main form [name='{name}']").first
            kind = field.evaluate("one => one.tagName + ':' + one.type")
            if kind == "SELECT:select-one":
                field.select_option(value)
            elif kind == "INPUT:checkbox":
                page.check(f"[name='{name}'][value='{value}']")
            else:
                field.fill(value)
        page.click(button)
        page.wait_for_url(lambda url: "#form" not in url)

    def fits(self, name):
        """No page is wider than a phone, also than a narrow one; keep pictures."""
        folder = config.get("screenshots") or tempfile.gettempdir()
        folder = os.path.join(folder, "case_offline")
        os.makedirs(folder, exist_ok=True)
        for width in (390, 320):
            self.page.set_viewport_size({"width": width, "height": 740})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            self.assertLessEqual(wide, width, name)
            path = os.path.join(folder, f"{name}_{width}.png")
            self.page.screenshot(path=path, full_page=True)

    def to_case(self, code):
        self.page.goto(f"{PLACE}#list")
        if self.page.locator("#pin").count():
            self.open()
        self.page.click(f"ul.list a:has-text('{code}')")
        self.page.wait_for_url("**#case/*")
        self.page.wait_for_selector("#deeds > summary, main > .actions")
        if self.page.locator("#deeds > summary").count():
            self.page.click("#deeds > summary")

    def drain(self, page=None):
        """Until nothing waits on the phone."""
        page = page or self.page
        self.env.invalidate_all()
        page.evaluate("location.hash = '#queue'")
        for _try in range(40):
            page.click("main > p button.main")
            time.sleep(0.5)
            states = page.locator("main ul.list em").all_inner_texts()
            if not {"Waits", "Waits for another one"} & set(states):
                return states
        raise AssertionError(states)

    def test_a_day_without_network_arrives_once(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.begin()
            page.context.set_offline(True)
            self.open()
            begun = time.monotonic()
            page.reload()
            page.wait_for_selector("#pin")
            page.fill("#pin", PIN)
            page.click("main button.main")
            page.wait_for_selector("ul.list a")
            self.assertLess(time.monotonic() - begun, 2, "a later opening")
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
            page.context.set_offline(False)
            states = self.drain()
            self.env.invalidate_all()
            waiting = self.env["remediation.submission"].search(
                [("state", "=", "waiting")], order="id desc", limit=1
            )
            self.assertEqual(set(states), {"Sent"}, waiting.detail)
            self.drain()
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            page.context.close()
            self.assertEqual(self._files_with(CANARY), [])
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

    def write_on_page(self, values):
        page = self.page
        for name, value in values.items():
            if isinstance(value, list):
                for one in value:
                    page.check(f"[name='{name}'][value='{one}']")
                continue
            field = page.locator(f"main form [name='{name}']")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        page.click("main form button.main")
        page.wait_for_url(lambda url: "#form" not in url)

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

    def open_pin(self):
        self.page.fill("#pin", PIN)
        self.page.click("main button.main")

    def test_the_file_dies_by_itself_after_72_hours(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            page.clock.install()
            self.begin()
            page.context.set_offline(True)
            page.clock.set_fixed_time(time.time() * 1000 - 366 * 24 * 3600 * 1000)
            page.reload()
            page.wait_for_selector("#pin")
            self.open_pin()
            page.wait_for_selector("main .empty")
            self.assertNotIn(CANARY, page.inner_text("main"), "a clock set back")
            page.clock.set_fixed_time(time.time() * 1000 + 73 * 3600 * 1000)
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
            page.context.set_offline(False)
            page.route(f"**{PLACE}/send", lose, times=1)
            page.evaluate("location.hash = '#queue'")
            page.click("main > p button.main")
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
