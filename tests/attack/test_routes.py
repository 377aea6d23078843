"""Every page that a module adds to the portal of case referrals, and who reads it."""

import threading

from attack_world import AttackWorld

from odoo.tests import HttpCase, tagged
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
    "public",
)
#: Route → who reads it; {code} is the case that ``portal_manager`` holds. The pages of
#: case_referral itself stand in its own matrix.
ROUTES = {
    "/my/remediation/agreements": {"portal_observer"},
    "/my/remediation/case/<string:code>/cash": {"portal_manager", "portal_supervisor"},
    "/my/remediation/phones": {
        "portal_manager",
        "portal_manager_other",
        "portal_reporter",
        "portal_provider",
        "school_user",
    },
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

    @mute_logger("odoo.http")
    def test_nobody_else_reads_a_page(self):
        for who in VISITORS:
            if who == "public":
                self.authenticate(None, None)
            else:
                self.authenticate(*[self.outsiders[who].login] * 2)
            for route, readers in ROUTES.items():
                path = route.replace("<string:code>", self.own["portal_manager"].name)
                with self.subTest(who=who, path=path):
                    answer = self.url_open(path, allow_redirects=False)
                    if who in readers:
                        self.assertEqual(answer.status_code, 200)
                    elif who == "public":
                        self.assertIn("/web/login", answer.headers["Location"])
                    else:
                        self.assertEqual(answer.status_code, 404)
