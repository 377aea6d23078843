"""A signed letter to another system: where it may go, and how it goes there.

The receiver checks `HMAC-SHA256(secret, timestamp + "." + body)`, refuses an old
timestamp, and keeps the ids that it has seen: a letter may come twice.
"""

import contextlib
import hashlib
import hmac
import ipaddress
import socket
import ssl
import threading
from urllib.parse import urlsplit

import certifi
import urllib3

SIGNATURE = "X-Remediation-Signature"
TIMESTAMP = "X-Remediation-Timestamp"
DELIVERY = "X-Remediation-Delivery"
EVENT = "X-Remediation-Event"
TIMEOUT = urllib3.Timeout(connect=5, read=10)
#: Seconds for a letter and its answer. The time above is that of each piece: who sends
#: a little of the answer now and then would hold the queue for days.
WHOLE = 30
#: Addresses of one name that are tried.
PLACES = 4
#: Public by their number, and yet they may lead into a network of one's own.
DETOURS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


class ForbiddenPlace(Exception):
    """The address is none that a letter may go to."""


def signature(secret, timestamp, body):
    """The signature of a body at a time, in hexadecimal digits.

    :param str secret: what both sides know
    :param timestamp: seconds since 1970
    :param bytes body: the letter as it is sent
    """
    text = f"{timestamp}.".encode() + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def split(url, inside):
    """The parts of an address.

    :param bool inside: an administrator allowed a host of the own network
    :raises ForbiddenPlace: no host, a password in it, or not encrypted
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError as error:
        raise ForbiddenPlace from error
    encrypted = parts.scheme == "https" or inside and parts.scheme == "http"
    if not (encrypted and parts.hostname and port) or "@" in parts.netloc:
        raise ForbiddenPlace
    if not inside and is_number(parts.hostname) and not is_public(parts.hostname):
        raise ForbiddenPlace
    return parts, port


def is_number(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address):
    """Whether an address is one of the public internet."""
    number = ipaddress.ip_address(address)
    number = getattr(number, "ipv4_mapped", None) or number
    return (
        number.is_global
        and not number.is_multicast
        and not number.is_reserved
        and not any(number in net for net in DETOURS if net.version == number.version)
    )


def addresses(host, port, inside):
    """The addresses of a host, all of them public unless it was allowed.

    :raises ForbiddenPlace: one of them is not
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(entry[4][0] for entry in found))
    if not inside and not all(map(is_public, numbers)):
        raise ForbiddenPlace
    return numbers[:PLACES]


def send(url, body, headers, inside=False, seconds=WHOLE):
    """Post a letter and return the status of the answer, whose text nobody reads.

    The connection goes to the very address that was looked at: a name that changes
    between the look and the call leads nowhere else. No redirect is followed, no proxy
    of the environment is used.

    :param seconds: how long one address may take for all of it
    :raises ForbiddenPlace, OSError, urllib3.exceptions.HTTPError: it did not arrive
    """
    parts, port = split(url, inside)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    numbers = addresses(parts.hostname, port, inside)
    headers = {**headers, "Host": parts.netloc, "Content-Type": "application/json"}
    for place, number in enumerate(numbers, start=1):
        with _pool(parts, number, port, seconds) as pool:
            try:
                answer = pool.urlopen(
                    "POST",
                    path,
                    body=body,
                    headers=headers,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    assert_same_host=False,
                )
            except (
                urllib3.exceptions.NewConnectionError,
                urllib3.exceptions.ConnectTimeoutError,
            ):
                if place == len(numbers):
                    raise
                continue
            status = answer.status
            answer.close()
            return status
    raise ForbiddenPlace


class _Whole:
    """A connection that is cut when its time is over, whatever still arrives."""

    whole = WHOLE

    def connect(self):
        # A handshake has the time of a connection in whole; Python counts it so.
        self._clock = threading.Timer(self.whole, self._cut)
        self._clock.daemon = True
        self._clock.start()
        return super().connect()

    def close(self):
        if clock := getattr(self, "_clock", None):
            clock.cancel()
        return super().close()

    def _cut(self):
        with contextlib.suppress(AttributeError, OSError):
            # Below TLS, which another thread is reading.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _pool(parts, number, port, seconds):
    pool = _plain_or_tls(parts, number, port)
    timed = {"whole": seconds}
    pool.ConnectionCls = type("Connection", (_Whole, pool.ConnectionCls), timed)
    return pool


def _plain_or_tls(parts, number, port):
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(number, port, timeout=TIMEOUT)
    trusted = ssl.create_default_context(cafile=certifi.where())
    trusted.load_default_certs()
    return urllib3.HTTPSConnectionPool(
        number,
        port,
        timeout=TIMEOUT,
        ssl_context=trusted,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
    )
