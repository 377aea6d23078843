"""What leaves for Sentry holds no name, number or story (R78)."""

import gzip
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
import sentry_sdk

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.sentry import hooks

from ..tools import cut

NAME = "Zuberimwanga"


@tagged("post_install", "-at_install")
class TestR78Sentry(TransactionCase):
    """OCA's module starts as a site starts it, and sends to a server of this test."""

    def setUp(self):
        super().setUp()
        self.sent = sent = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                sent.append(body.decode())
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args):
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        call = http.Application.__call__
        self.addCleanup(setattr, http.Application, "__call__", call)
        original = hooks._ORIGINAL_APPLICATION_CALL
        self.addCleanup(setattr, hooks, "_ORIGINAL_APPLICATION_CALL", original)
        # Whatever the tests' own log leaves out, a production server's does not.
        self.addCleanup(logging.disable, logging.root.manager.disable)
        logging.disable(logging.NOTSET)
        self.log = logging.getLogger("odoo.addons.test_r78")
        self.addCleanup(self.log.setLevel, self.log.level)
        self.log.setLevel(logging.INFO)
        self.config = {
            "sentry_enabled": "true",
            "sentry_dsn": f"http://key@127.0.0.1:{server.server_address[1]}/1",
            "sentry_startup_message": "false",
            "sentry_logging_level": "warn",
        }
        self.addCleanup(self._stop)

    def _start(self):
        hooks.initialize_sentry(self.config)
        cut.install()

    def _stop(self):
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)

    def _events(self):
        """The events as they arrived: the lines of each envelope after its head."""
        sentry_sdk.flush(10)
        found = []
        for envelope in self.sent:
            lines = [json.loads(line) for line in envelope.splitlines() if line]
            found += [line for line in lines if "event_id" in line and "level" in line]
        return found

    def _assert_silent(self):
        self.assertTrue(self.sent)
        for envelope in self.sent:
            self.assertNotIn(NAME, envelope)

    def _tell_all(self):
        child = {"first_name": NAME}  # a local variable of the frame
        scope = sentry_sdk.get_current_scope()
        scope.set_user({"id": 7, "email": f"{NAME}@example.org", "username": NAME})
        scope.set_extra("context", child)
        scope.set_tag("child", NAME)
        scope.set_context("case", {"name": NAME})
        scope.set_transaction_name(f"/my/{NAME}")
        scope.fingerprint = [NAME]
        sentry_sdk.add_breadcrumb(message=NAME, data=child)
        self.addCleanup(scope.clear)
        try:
            try:
                self.env.cr.execute("SELECT %s::integer", [NAME])
            except psycopg2.Error as error:
                raise ValueError(f"{NAME} is no number") from error
        except ValueError:
            sentry_sdk.capture_exception()

    def test_r78_an_error_says_where_and_what_kind(self):
        self._start()
        self._tell_all()
        (event,) = self._events()
        self._assert_silent()
        first, last = event["exception"]["values"]
        self.assertIn("22P02", first["value"])
        self.assertEqual((last["type"], last["value"]), ("ValueError", "ValueError"))
        frame = last["stacktrace"]["frames"][-1]
        self.assertEqual(frame["function"], "_tell_all")
        self.assertNotIn("vars", frame)
        self.assertEqual(set(event["user"]), {"id"})
        for part in ("extra", "breadcrumbs", "contexts", "modules", "fingerprint"):
            self.assertFalse(event.get(part), part)

    def test_r78_a_line_of_the_log_says_its_own_words_alone(self):
        self._start()
        log = self.log
        log.error("could not read %s", NAME)
        log.error(f"could not read {NAME}")
        try:
            raise ValueError(NAME)
        except ValueError:
            log.exception("stopped at %s", NAME)
        texts = [event["logentry"]["message"] for event in self._events()]
        self._assert_silent()
        self.assertEqual(texts[0], "could not read %s")
        self.assertIn("test_r78_sentry:", texts[1])
        self.assertEqual(texts[2], "stopped at %s")

    def test_r78_a_request_is_its_page_alone(self):
        """The address without its question, no body, no header, no cookie."""
        self._start()
        request = {
            "method": "POST",
            "url": f"https://example.org/my/remediation?search={NAME}",
            "query_string": f"search={NAME}",
            "data": {"first_name": NAME},
            "headers": {"Cookie": NAME, "Referer": f"https://example.org/?q={NAME}"},
            "cookies": {"session_id": NAME},
            "env": {"REMOTE_ADDR": "192.0.2.7"},
        }
        sentry_sdk.capture_event({"level": "error", "request": request})
        (event,) = self._events()
        self._assert_silent()
        self.assertEqual(
            event["request"],
            {"method": "POST", "url": "https://example.org/my/remediation"},
        )

    def test_r78_what_cannot_be_cut_is_not_sent(self):
        self._start()
        self.assertIsNone(cut.before_send({"exception": NAME, "level": "error"}, {}))

    def test_a_sentence_for_a_person_is_no_error(self):
        """As OCA's module has it: what a user reads is not sent at all."""
        self._start()
        sentry_sdk.capture_exception(UserError(NAME))
        self.assertFalse(self._events())

    def test_r78_without_the_cut_the_name_would_leave(self):
        """The test's own net: OCA's module alone sends what these tests look for."""
        self.addCleanup(setattr, hooks, "before_send", hooks.before_send)
        hooks.before_send = cut._before_send
        hooks.initialize_sentry(self.config)
        self._tell_all()
        self._events()
        self.assertIn(NAME, "".join(self.sent))
