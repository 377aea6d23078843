import ast
import inspect
import textwrap
import threading

from odoo.tests import HttpCase, tagged

from odoo.addons.case_referral.controllers.main import RemediationPortal

#: What a route may take beside the questions of its form: parts of the address, and
#: what says which page is shown.
SHOWN = {"self", "kwargs", "page", "ok", "error", "lang", "month"}
#: Routes that take what is posted without a form, and why.
WITHOUT_FORM = {
    "/my/remediation/offline/enrol": "JSON: the name of a phone, cut to 40 signs",
    "/my/remediation/offline/packets": "JSON: the key of the user's own phone alone",
    "/my/remediation/offline/send": "JSON: _answers keeps the questions of the form",
    "/my/remediation/offline/standing": "JSON: a phone's key alone; writes nothing",
    "/my/remediation/phones/<int:device_id>/forget": "reads nothing that was posted",
    "/my/remediation/report/send": "a remote call: CONCERN reads it in portal_report",
    "/remediation/submissions/1/<string:form>": "JSON: read_answers keeps the form's",
    "/second-factor": "one code that core checks; nothing of it is kept",
}
OURS = ("child_remediation", "case_", "cash_transfer", "savings_group", "remediation_")


@tagged("post_install", "-at_install")
class TestR61Doors(HttpCase):
    """Every route that writes takes its fields from a form (R61)."""

    def _routes(self):
        thread = threading.current_thread()
        if not hasattr(thread, "dbname"):  # Odoo's servers name it, pytest does not
            thread.dbname = self.env.cr.dbname
            self.addCleanup(delattr, thread, "dbname")
        for rule in self.env["ir.http"].routing_map().iter_rules():
            module = rule.endpoint.__module__.removeprefix("odoo.addons.")
            if module.startswith(OURS) and rule.rule not in ("/web/login",):
                yield rule

    def _posting(self):
        return {
            rule.rule: rule
            for rule in self._routes()
            if not rule.methods or "POST" in rule.methods
            if rule.endpoint.routing.get("methods")
            or rule.endpoint.routing["type"] != "http"
        }

    def _source(self, rule):
        source = inspect.getsource(inspect.unwrap(rule.endpoint.original_endpoint))
        return ast.parse(textwrap.dedent(source)).body[0]

    def test_r61_every_route_that_writes_takes_a_form(self):
        routes = self._posting()
        self.assertGreater(len(routes), 15)
        self.assertFalse(WITHOUT_FORM.keys() - routes.keys(), "these are gone")
        for address, rule in routes.items():
            if address in WITHOUT_FORM:
                continue
            method = self._source(rule)
            calls = [
                node
                for node in ast.walk(method)
                if isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "_posted"
            ]
            with self.subTest(address):
                self.assertTrue(calls, "take what is posted by self._posted(FORM)")
                self.assertTrue(all(call.args for call in calls))
                named = {arg.arg for arg in method.args.args}
                self.assertFalse(
                    named - SHOWN - set(rule.arguments),
                    "a posted value reaches the method without a form",
                )
                self.assertFalse(
                    [n for n in ast.walk(method) if getattr(n, "id", "") == "kwargs"],
                    "what is not named is not read",
                )

    def test_r61_what_was_posted_is_read_in_one_place(self):
        """No other line of a controller looks at the request's own values."""
        readers = set()
        for rule in self._routes():
            module = inspect.getmodule(inspect.unwrap(rule.endpoint.original_endpoint))
            for node in ast.walk(ast.parse(inspect.getsource(module))):
                if isinstance(node, ast.FunctionDef):
                    readers |= {
                        (module.__name__, node.name)
                        for part in ast.walk(node)
                        if isinstance(part, ast.Attribute)
                        and part.attr in ("form", "params", "get_http_params", "values")
                        and "request" in ast.unparse(part.value)
                    }
        self.assertEqual(
            readers, {(RemediationPortal.__module__, "_all_posted")}, "see _posted"
        )
