"""Where a letter may go, and where never."""

import contextlib
import socket
import ssl
import threading
import time

import urllib3

from odoo.tests import BaseCase, tagged

from ..tools import post
from .common import Receiver

#: Addresses that lead into a network of one's own, as somebody may write them.
OWN = (
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.8",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.9.9",
    "192.168.1.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
)


@tagged("post_install", "-at_install")
class TestPlaces(BaseCase):
    def test_own_network_is_not_public(self):
        for address in OWN:
            with self.subTest(address):
                self.assertFalse(post.is_public(address))
                host = f"[{address}]" if ":" in address else address
                with self.assertRaises(post.ForbiddenPlace):
                    post.split(f"https://{host}/hook", inside=False)
        for address in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"):
            self.assertTrue(post.is_public(address))

    def test_names_of_the_own_network(self):
        """A name, or a number written oddly, is judged by where it leads."""
        for name in ("localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"):
            try:
                socket.getaddrinfo(name, 443)
            except OSError:
                continue  # this system does not read it as an address at all
            with self.subTest(name), self.assertRaises(post.ForbiddenPlace):
                post.send(f"https://{name}/", b"{}", {})

    def test_addresses_that_nobody_may_give(self):
        for url in (
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://user:word@example.org/",
            "https:///hook",
            "https://example.org:99999/",
            "example.org",
            "",
        ):
            with self.subTest(url), self.assertRaises(post.ForbiddenPlace):
                post.split(url, inside=False)
        self.assertEqual(post.split("https://example.org/a", False)[1], 443)

    def test_nobody_is_called_who_is_not_allowed(self):
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        for url in (
            receiver.url,
            receiver.url.replace("http:", "https:"),
            f"https://localhost:{receiver.port}/",
        ):
            with self.assertRaises(post.ForbiddenPlace):
                post.send(url, b"{}", {})
        self.assertFalse(receiver.got)

    def _dripping(self, said):
        """A receiver that sends a letter of its answer now and then, without end."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)

        def answer():
            with contextlib.suppress(OSError):
                connection, _address = listening.accept()
                with connection:
                    for byte in said:
                        connection.sendall(bytes([byte]))
                        time.sleep(0.05)

        threading.Thread(target=answer, daemon=True).start()
        return listening.getsockname()[1]

    def test_a_receiver_that_never_ends_its_answer_is_left(self):
        answers = {
            "http": b"HTTP/1.1 2" + b"0" * 400,
            # The head of a record of TLS, whose rest is long in coming.
            "https": b"\x16\x03\x03\x3f\xff" + b"\x02" * 400,
        }
        for scheme, said in answers.items():
            with self.subTest(scheme):
                port = self._dripping(said)
                started = time.monotonic()
                with self.assertRaises(
                    (OSError, ssl.SSLError, urllib3.exceptions.HTTPError)
                ):
                    post.send(
                        f"{scheme}://127.0.0.1:{port}/", b"{}", {}, True, seconds=1
                    )
                self.assertLess(time.monotonic() - started, 10)
