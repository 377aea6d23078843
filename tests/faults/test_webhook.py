"""A server killed while a letter is on its way sends it again, with its old id."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SETUP = """
env["remediation.webhook"].create({
    "name": "Slow", "url": "http://127.0.0.1:%s/", "inside": True, "secret": "s" * 40,
}).action_ping()
env.cr.commit()
"""
DUE = """
UPDATE remediation_webhook_delivery
   SET next_try = now() AT TIME ZONE 'UTC' - interval '1 minute';
INSERT INTO ir_cron_trigger (cron_id, call_at)
SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data
 WHERE module = 'remediation_webhook' AND name = 'ir_cron_deliver'
"""


class SlowReceiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(self.headers["X-Remediation-Delivery"])
        if len(self.server.got) == 1:
            self.server.first.set()
            # The answer that nobody waits for any more.
            self.server.killed.wait(60)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


def test_killed_while_the_letter_is_read(start_server, run_script, databases, database):
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), SlowReceiver)
    receiver.got = []
    receiver.first, receiver.killed = threading.Event(), threading.Event()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        run_script(SETUP % receiver.server_address[1])
        server = start_server("--max-cron-threads=1")
        server.minute_passes()
        assert receiver.first.wait(60)
        server.kill()
        receiver.killed.set()
        again = start_server("--max-cron-threads=1")
        session = again.login()
        (letter,) = _letters(session)
        assert (letter["state"], letter["tries"]) == ("waiting", 1)
        with databases.connect(database) as cursor:
            cursor.execute(DUE)
        for _ in range(60):
            again.minute_passes()
            (letter,) = _letters(session)
            if letter["state"] == "sent":
                break
            time.sleep(0.5)
        assert letter["state"] == "sent"
        assert len(receiver.got) >= 2
        assert set(receiver.got) == {letter["name"]}
    finally:
        receiver.shutdown()
        receiver.server_close()


def _letters(session):
    return session.call(
        "remediation.webhook.delivery", "search_read", [], ["name", "state", "tries"]
    )
