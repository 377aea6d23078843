import re
import threading
from collections import deque

from werkzeug.exceptions import HTTPException

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.case_referral.controllers.case import READ, SECTIONS
from odoo.addons.case_referral.models.ir_http import PAGES
from odoo.addons.case_referral.tests.browser import HEADINGS, BrowserMixin

HOME = "/my/remediation"
LANGUAGES = ("en_US", "fr_FR", "sw", "pt_PT", "es_ES")
PEOPLE = ("partner", "partner_supervisor", "reporter", "provider", "observer")
PEOPLE += ("purchaser", "village")
#: What everybody meets, signed in or not.
PUBLIC = (
    f"/web/login?redirect={HOME}",
    f"/web/reset_password?redirect={HOME}",
    f"/web/reset_password?redirect={HOME}&token=old",
    "/report-concern",
    "/speak-up/safeguarding",
    "/speak-up/complaint",
    "/remedies",
    f"{HOME}/nowhere",
)
#: Addresses that draw no page of their own: they lead on, or send a file. The shell
#: without network has a test of its own.
NO_PAGES = {
    f"{HOME}/text-size/<string:size>",
    f"{HOME}/language",
    f"{HOME}/app.webmanifest",
    f"{HOME}/file/<int:file_id>",
}
OFFLINE = f"{HOME}/offline"
WIDTHS = (390, 320)
LINKS = """() => [...document.querySelectorAll("a[href]")].map((one) =>
    new URL(one.href).pathname)"""
WIDE = """() => document.documentElement.scrollWidth"""
#: What a page is like, and its width with the largest text.
LOOK = """() => {
    const root = document.documentElement;
    const before = root.dataset.text;
    root.dataset.text = "largest";
    const largest = root.scrollWidth;
    root.dataset.text = before;
    const count = (selector) => document.querySelectorAll(selector).length;
    return {
        lang: root.lang,
        largest,
        heads: count("h1"),
        sizes: count(".sizes a"),
        exits: count("a.exit"),
    };
}"""


@tagged("post_install", "-at_install")
class TestPortalPages(BrowserMixin, HttpCase):
    """Every page of the portal, as its routes name them, of a living organisation: on
    a phone, in each language, by everybody who comes there."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        ours = cls.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "ilike", "Child Remediation")]
        )
        ours._load_module_terms(ours.mapped("name"), list(LANGUAGES[1:]))
        cls.users = cls.env["res.users"].search([("login", "in", PEOPLE)])
        # The demonstration has no village agent.
        groups = cls.env["savings.group"].search([])
        group = groups.filtered("current_cycle_id")[:1]
        role = cls.env.ref("savings_group_portal.group_village_agent")
        cls.users |= cls.env["res.users"].create(
            {
                "name": "Village Agent",
                "login": "village",
                "company_id": group.company_id.id,
                "company_ids": [Command.set(group.company_id.ids)],
                "group_ids": [Command.set(role.ids)],
            }
        )
        group.village_agent_id = cls.users.filtered(lambda u: u.login == "village")
        cycle = group.current_cycle_id
        cycle._open_meetings(fields.Date.context_today(cycle))
        cls._fill_partner()
        for user in cls.users:
            user.password = user.login.ljust(8, "x")

    @classmethod
    def _fill_partner(cls):
        """What the demonstration lacks of a partner's day: a child placed elsewhere,
        and a case that another worker took over."""
        partner = cls.users.filtered(lambda user: user.login == "partner")
        domain = [("user_id", "=", partner.id), ("stage", "!=", "closed")]
        cases = cls.env["remediation.case"].search(domain, order="next_due, id desc")
        cls.env["remediation.best.interest.decision"].create(
            [{"case_id": case.id, "trigger": "emergency_placement"} for case in cases]
        )
        coordinator = cls.env["res.users"].search([("login", "=", "coordinator")])
        manager = cls.env["remediation.case.manager"].search(
            [("user_id.login", "=", "caseworker2")]
        )
        cases[-1:].with_user(coordinator).action_assign(
            manager.id, override_reason="She is nearer", handover_days=7
        )

    def setUp(self):
        super().setUp()
        thread = threading.current_thread()
        if not hasattr(thread, "dbname"):  # Odoo's servers name it, pytest does not
            thread.dbname = self.env.cr.dbname
            self.addCleanup(delattr, thread, "dbname")
        # One phone for all: what it has loaded stays with it.
        context = self.start().new_context(
            base_url=self.base_url(), viewport={"width": WIDTHS[0], "height": 844}
        )
        self.addCleanup(context.close)
        self.page = context.new_page()

    # -- what there is -----------------------------------------------------------
    def _rule(self, path):
        """The route of an address that can be opened, or None."""
        routes = self.env["ir.http"].routing_map().bind("")
        try:
            rule, _args = routes.match(path, method="GET", return_rule=True)
        except HTTPException:
            return None
        return rule.rule

    def _kind(self, path):
        """Pages that differ in the code of their record alone are one."""
        rule = self._rule(path)
        if not rule or not PAGES.match(path) or rule in NO_PAGES:
            return None
        if rule.startswith(OFFLINE):
            return None
        named = re.sub(r"<string:code>|<int:\w+>|<string:number>", "…", rule)
        parts = path.split("/")
        return "/".join(
            parts[place] if "<" in part and place < len(parts) else part
            for place, part in enumerate(named.split("/"))
        )

    def _walk(self, login):
        """Yield ``kind, address`` of every page that a person comes to by links, while
        it is open."""
        found, todo = set(), deque([HOME])
        while todo:
            path = todo.popleft()
            kind = self._kind(path)
            if kind is None or kind in found:
                continue
            answer = self.page.goto(path)
            self.assertEqual(answer.status, 200, f"{login}: a link leads to {path}")
            found.add(kind)
            todo.extend(self.page.evaluate(LINKS))
            if kind == f"{HOME}/case/…" and login == "partner":
                todo.extend(f"{path}/{section}" for section in SECTIONS)
            yield kind, path

    def _pages(self):
        """Every address that can be opened and draws a page."""
        return {
            rule.rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if PAGES.match(rule.rule)
            and rule.endpoint.routing["type"] == "http"
            and "GET" in (rule.methods or {"GET"})
            and rule.rule not in NO_PAGES
            and not rule.rule.startswith(OFFLINE)
        }

    # -- looking -----------------------------------------------------------------
    def _sign_in(self, login, lang):
        """From here on the phone is another person's."""
        context = self.page.context
        context.clear_cookies()
        context.set_extra_http_headers({"Accept-Language": lang.replace("_", "-")})
        if login:
            user = self.users.filtered(lambda one: one.login == login)
            user.lang = lang
            self.env.flush_all()
            session = self.authenticate(login, login.ljust(8, "x"))
            cookie = {"name": "session_id", "value": session.sid}
            context.add_cookies([{**cookie, "url": self.base_url()}])

    def _look(self, login, lang, path):
        """What is wrong with the page that is open."""
        page, wrong = self.page, []
        # The width of the last page first: each width draws the page anew.
        for width in sorted(WIDTHS, key=lambda one: one != self.width):
            if width != self.width:
                page.set_viewport_size({"width": width, "height": 844})
                self.width = width
            if page.evaluate(WIDE) > width:
                wrong.append(f"wider than {width} pixels")
            if width == min(WIDTHS):
                seen = page.evaluate(LOOK)
                barriers = self.barriers.of(page, HEADINGS)
        if seen["lang"] != lang.replace("_", "-"):
            wrong.append("another language")
        if seen["largest"] > min(WIDTHS):
            wrong.append("the largest text is wider than the phone")
        wrong += barriers
        if seen["heads"] != 1:
            wrong.append("not one heading")
        if seen["sizes"] != 3:
            wrong.append("the size of the text cannot be chosen")
        if login and seen["exits"] != 1:
            wrong.append("no quick exit")
        return [f"{login} {lang} {path}: {one}" for one in wrong]

    def test_everybody_can_use_every_page_in_each_language(self):
        wrong, kinds, looked = [], set(), 0
        opened = {None: PUBLIC}
        seen = {self._rule(path.partition("?")[0]) for path in PUBLIC}
        self.width = WIDTHS[0]
        with self.allow_requests(all_requests=True):
            for login in PEOPLE:
                opened[login] = []
                self._sign_in(login, LANGUAGES[0])
                for kind, path in self._walk(login):
                    seen.add(self._rule(path))
                    kinds.add(kind)
                    # What is public is looked at once.
                    if path.startswith(HOME):
                        opened[login].append(path)
                        wrong += self._look(login, LANGUAGES[0], path)
                        looked += 1
            for lang in LANGUAGES:
                for login, paths in opened.items():
                    if login and lang == LANGUAGES[0]:  # looked at on the way
                        continue
                    self._sign_in(login, lang)
                    for path in paths:
                        self.page.goto(path)
                        wrong += self._look(login, lang, path)
                        looked += 1

        self.assertFalse(wrong, "\n".join(wrong))
        self.assertEqual(self._pages() - seen, set(), "nobody comes to these pages")
        case = f"{HOME}/case/…"
        self.assertLessEqual({f"{case}/{name}" for name in SECTIONS}, kinds)
        self.assertLessEqual({f"{case}/read/{name}/…" for name in READ}, kinds)
        self.assertGreater(looked, 250)

    def test_quick_exit_and_the_size_of_the_text_work(self):
        exit_url = self.env.company._portal_brand()["exit_url"]
        with self.allow_requests(all_requests=True):
            self._sign_in("partner", "en_US")
            page = self.page
            page.route(f"{exit_url}**", lambda route: route.fulfill(body="elsewhere"))
            page.goto(HOME)
            page.click(".sizes a.size-largest")
            for path in (HOME, f"{HOME}/cases", "/report-concern"):
                page.goto(path)
                self.assertEqual(page.get_attribute("html", "data-text"), "largest")
            page.goto(f"{HOME}/cases")
            page.click("a.exit")
            page.wait_for_url(f"{exit_url}**")
            page.go_back()
            self.assertNotIn("/cases", page.url, "the page left no trace")
