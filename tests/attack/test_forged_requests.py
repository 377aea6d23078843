"""Forged numbers, NUL characters and wrong ids: a clear answer on every route."""

import json
import re
import threading

from attack_world import AttackWorld

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

#: What stands in the place of a number, a code or a text.
FORGED = (
    "0",
    "-1",
    "99999999999999999999",
    "2147483648",
    "1e999",
    "NaN",
    "abc",
    "%00",
    "a%00b",
    "..%2F..%2Fetc",
    "%F0%9F%98%80",
    "x" * 300,
)
#: The same in a posted field.
POSTED = ("-1", "9" * 25, "NaN", "Infinity", "a\0b", "\ud83d", "{}", "[]", "31/02/2026")
VISITORS = ("public", "portal_manager", "school_user", "portal_reporter")
PLACE = re.compile(r"<(?:[^:<>]+:)?[^<>]+>")
LOGGERS = ("odoo.http", "odoo.sql_db", "odoo.addons", "werkzeug")


@tagged("post_install", "-at_install")
class TestForgedRequests(AttackWorld, HttpCase):
    def setUp(self):
        super().setUp()
        thread = threading.current_thread()
        if not hasattr(thread, "dbname"):  # Odoo's servers name it, pytest does not
            thread.dbname = self.env.cr.dbname
            self.addCleanup(delattr, thread, "dbname")

    def _product_rules(self):
        for rule in self.env["ir.http"].routing_map().iter_rules():
            module = rule.endpoint.__module__.split(".")[2:3]
            if set(module) & self.product:
                yield rule

    def _sign_in(self, role):
        if role == "public":
            self.authenticate(None, None)
        else:
            user = {**self.outsiders, **self.partly}[role]
            self.authenticate(user.login, user.login.ljust(8, "x"))

    @mute_logger(*LOGGERS)
    def test_no_route_of_the_product_breaks_over_an_address(self):
        problems, asked = [], 0
        case = self.own["portal_manager"]
        for role in VISITORS:
            self._sign_in(role)
            for rule in self._product_rules():
                for forged in FORGED if PLACE.search(rule.rule) else ("",):
                    paths = {PLACE.sub(forged, rule.rule)}
                    # one place right, the others forged
                    paths.add(
                        PLACE.sub(forged, PLACE.sub(case.name, rule.rule, count=1))
                    )
                    for path in paths:
                        asked += 1
                        answer = self.url_open(
                            f"{path}?page=abc&lang=%00&ok[]=1&offset=1e99",
                            allow_redirects=False,
                        )
                        if answer.status_code >= 500:
                            problems.append(f"{answer.status_code} {path} by {role}")
        self.assertGreater(asked, 300)
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_no_form_of_the_product_breaks_over_a_value(self):
        problems = []
        case = self.own["portal_manager"]
        for role, paths in (
            (
                "portal_manager",
                [
                    PLACE.sub(case.name, rule.rule)
                    for rule in self._product_rules()
                    if "case/<" in rule.rule
                ],
            ),
            ("public", ["/report-concern", "/speak-up/safeguarding"]),
            ("portal_reporter", ["/my/remediation/report"]),
        ):
            self._sign_in(role)
            for path in paths:
                page = self.url_open(path)
                names = set(re.findall(r'name="([a-zA-Z0-9_\-\[\]]+)"', page.text))
                token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
                if not token:
                    continue
                for value in POSTED:
                    try:
                        value.encode()
                    except UnicodeError:
                        continue
                    data = dict.fromkeys(names - {"csrf_token"}, value)
                    answer = self.url_open(
                        path,
                        data={**data, "csrf_token": token.group(1)},
                        allow_redirects=False,
                    )
                    if answer.status_code >= 500:
                        problems.append(f"{path} {value!r} by {role}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_no_remote_call_shows_an_error_page_over_a_value(self):
        self._sign_in("worker")
        problems = []
        for args in (
            [[99999999999999999999], ["name"]],
            [[-1], ["name"]],
            [["abc"], ["name"]],
            [[2**31], ["name"]],
        ):
            answer = self._rpc("remediation.case", "read", args)
            if "error" not in answer and answer.get("result"):
                problems.append(f"read {args}")
        for domain in (
            [["name", "=", "a\0b"]],
            [["id", "=", 2**40]],
            [["id", "in", [2**70]]],
        ):
            answer = self._rpc("remediation.case", "search_count", [domain])
            name = answer.get("error", {}).get("data", {}).get("name", "")
            if name.startswith(("psycopg2", "builtins")):
                problems.append(f"search {domain}: {name}")
        self.assertNothing(problems)

    def _rpc(self, model, method, args):
        answer = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": {},
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(answer.status_code, 200)
        return answer.json()
