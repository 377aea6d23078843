"""A mail server for tests, on this machine alone."""

import email
import email.policy
import html
import re
import socketserver
import threading


class _Mail(socketserver.StreamRequestHandler):
    """One conversation of SMTP: everything is taken and kept."""

    def handle(self):
        self._say("220 here")
        to = []
        while line := self.rfile.readline().decode(errors="replace").strip():
            command = line[:4].upper()
            if command == "RCPT":
                address = re.search("<(.+?)>", line)[1]
                if address in self.server.unknown:
                    self._say("550 nobody of this name")
                    continue
                to.append(address)
            elif command == "DATA":
                self._say("354 go on")
                content = b""
                while not content.endswith(b"\r\n.\r\n"):
                    line = self.rfile.readline()
                    if not line:  # the other side only tried whether it may
                        return
                    content += line
                message = email.message_from_bytes(content, policy=email.policy.default)
                self.server.letters.append((to, message))
                to = []
            elif command == "QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class Post(socketserver.ThreadingTCPServer):
    """A mail server on this machine; ``letters`` are ``(addresses, message)``,
    ``unknown`` addresses are refused."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Mail)
        self.letters, self.unknown = [], set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def link_for(self, address, part="/web/signup"):
        """The link of the last letter to somebody."""
        for to, message in reversed(self.letters):
            if address in to:
                body = message.get_body(("html",)).get_content()
                for link in re.findall(r'href="([^"]+)"', body):
                    if part in link:
                        return html.unescape(link)
        raise AssertionError(f"no letter with {part} came to {address}")
