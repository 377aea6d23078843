import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "a secret of the ministry, 40 letters long"


class Receiver:
    """The other system: a real HTTP server on this machine that keeps what it got.

    ``statuses``: what it answers, one after the other; then 200.
    """

    def __init__(self, statuses=(), location=None):
        self.statuses, self.location, self.got = list(statuses), location, []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?key=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class WebhookMixin:
    """For a test class with ``admin_like``: a webhook, a receiver, the scheduler."""

    def _receiver(self, *args, **kwargs):
        receiver = Receiver(*args, **kwargs)
        self.addCleanup(receiver.stop)
        return receiver

    def _webhook(self, url, **vals):
        values = {"name": "Ministry", "url": url, "secret": SECRET, "inside": True}
        return (
            self.env["remediation.webhook"]
            .with_user(self.admin_like)
            .create({**values, **vals})
        )

    def _letters(self, webhook, event=None):
        self.env.flush_all()
        self.env.cr.precommit.run()
        domain = [("webhook_id", "=", webhook.id)]
        if event:
            domain.append(("event", "=", event))
        return self.env["remediation.webhook.delivery"].search(domain, order="id")

    def _deliver(self):
        """As the scheduler does, each try in a transaction of its own."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        with self.enter_registry_test_mode():
            self.env.ref("remediation_webhook.ir_cron_deliver").method_direct_trigger()
        self.env.invalidate_all()
