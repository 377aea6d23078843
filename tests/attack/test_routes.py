"""Every page that a module adds to the portal of case referrals, and who reads it."""

import threading

from attack_world import AttackWorld

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.case_referral.models.ir_http import PAGES

VISITORS = (
    "portal_manager",
    "portal_manager_other",
    "portal_supervisor",
    "portal_reporter",
    "portal_provider",
    "school_user",
    "portal_observer",
    "plain_user",
    "village_agent",
    "village_other",
    "public",
)
SAVINGS = "/my/remediation/savings"
#: Route → who reads it; the code is that of the case that ``portal_manager`` holds, or
#: of the group that ``village_agent`` keeps. The pages of case_referral itself stand in
#: its own matrix, but for the start, which leads village agents to their groups.
ROUTES = {
    "/my/remediation": {
        "portal_manager",
        "portal_manager_other",
        "portal_supervisor",
        "portal_reporter",
        "portal_provider",
        "school_user",
        "portal_observer",
    },
    "/my/remediation/agreements": {"portal_observer"},
    "/my/remediation/case/<string:code>/cash": {"portal_manager", "portal_supervisor"},
    "/my/remediation/phones": {
        "portal_manager",
        "portal_manager_other",
        "portal_reporter",
        "portal_provider",
        "school_user",
        "village_agent",
        "village_other",
    },
    SAVINGS: {"village_agent", "village_other"},
    f"{SAVINGS}/<string:code>": {"village_agent"},
    f"{SAVINGS}/<string:code>/count": {"village_agent"},
    f"{SAVINGS}/<string:code>/member/<string:number>": {"village_agent"},
}
#: No pages that somebody reads: the shell, the same for everybody, and the calls of
#: phones. Who gets through stands in the tests of case_offline.
DOORS = {
    "/my/remediation/offline",
    *(
        f"/my/remediation/offline/{name}"
        for name in ("worker.js", "standing", "enrol", "packets", "send")
    ),
    "/my/remediation/phones/<int:device_id>/forget",
}


@tagged("post_install", "-at_install")
class TestRoutes(AttackWorld, HttpCase):
    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitors = dict(cls.outsiders)
        for login in ("village_agent", "village_other"):
            cls.visitors[login] = new_test_user(
                cls.env,
                login,
                "savings_group_portal.group_village_agent",
                company_id=cls.company.id,
            )
        cls.savings.sudo().village_agent_id = cls.visitors["village_agent"]
        cycle = cls.savings.current_cycle_id
        cycle._open_meetings(cycle.date_start)

    def setUp(self):
        super().setUp()
        thread = threading.current_thread()
        if not hasattr(thread, "dbname"):  # Odoo's servers name it, pytest does not
            thread.dbname = self.env.cr.dbname
            self.addCleanup(delattr, thread, "dbname")

    def test_every_page_beside_case_referrals_is_declared(self):
        found = {
            rule.rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if PAGES.match(rule.rule)
            and rule.endpoint.__module__.split(".")[2] != "case_referral"
        }
        self.assertEqual(found, set(ROUTES) | DOORS)

    def _path(self, route):
        kept = route.startswith(SAVINGS)
        code = self.savings.name if kept else self.own["portal_manager"].name
        route = route.replace("<string:code>", code)
        return route.replace("<string:number>", "1")

    @mute_logger("odoo.http")
    def test_nobody_else_reads_a_page(self):
        for who in VISITORS:
            if who == "public":
                self.authenticate(None, None)
            else:
                self.authenticate(*[self.visitors[who].login] * 2)
            for route, readers in ROUTES.items():
                path = self._path(route)
                with self.subTest(who=who, path=path):
                    answer = self.url_open(path, allow_redirects=False)
                    if who in readers:
                        self.assertEqual(answer.status_code, 200)
                    elif who == "public":
                        self.assertIn("/web/login", answer.headers["Location"])
                    elif who.startswith("village") and route == "/my/remediation":
                        self.assertEqual(answer.status_code, 303)
                        self.assertTrue(answer.headers["Location"].endswith(SAVINGS))
                    else:
                        self.assertEqual(answer.status_code, 404)
