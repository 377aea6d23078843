"""One file in a password-protected ZIP (WinZip AES-256, AE-2).

Python's zipfile reads and writes no AES; the format is small and public, and
``cryptography`` comes with Odoo.
"""

import hashlib
import hmac
import os
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ITERATIONS = 1000
_DATE = 0 << 9 | 1 << 5 | 1  # 1980-01-01: the same for every file


def _keys(password, salt):
    data = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ITERATIONS, 66)
    return data[:32], data[32:64], data[64:]


def _stream(key, data):
    """AES in counter mode with the little-endian counter of the ZIP format."""
    blocks = (len(data) + 15) // 16
    counters = b"".join(i.to_bytes(16, "little") for i in range(1, blocks + 1))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    pad = encryptor.update(counters) + encryptor.finalize()
    return bytes(a ^ b for a, b in zip(data, pad, strict=False))


def encrypt(name, content, password):
    """Return the bytes of a ZIP with ``content`` as its one member."""
    salt = os.urandom(16)
    key, auth_key, check = _keys(password, salt)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = _stream(key, packer.compress(content) + packer.flush())
    code = hmac.new(auth_key, packed, "sha1").digest()[:10]
    body = salt + check + packed + code
    member = name.encode()
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
    common = struct.pack(
        "<HHHHHIIIHH",
        51,
        0x801,
        99,
        0,
        _DATE,
        0,
        len(body),
        len(content),
        len(member),
        len(extra),
    )
    local = b"PK\x03\x04" + common + member + extra + body
    central = (
        b"PK\x01\x02"
        + struct.pack("<H", 51)
        + common
        + struct.pack("<HHHII", 0, 0, 0, 0, 0)
        + member
        + extra
    )
    end = b"PK\x05\x06" + struct.pack(
        "<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0
    )
    return local + central + end


def decrypt(data, password):
    """Return ``(name, content)``; used to prove a file by reading it back.

    :raises ValueError: wrong password or changed content.
    """
    size, _full, name_length, extra_length = struct.unpack("<IIHH", data[18:30])
    name = data[30 : 30 + name_length].decode()
    start = 30 + name_length + extra_length
    body = data[start : start + size]
    salt, check, packed, code = body[:16], body[16:18], body[18:-10], body[-10:]
    key, auth_key, expected = _keys(password, salt)
    if check != expected or not hmac.compare_digest(
        hmac.new(auth_key, packed, "sha1").digest()[:10], code
    ):
        raise ValueError("wrong password or damaged file")
    return name, zlib.decompress(_stream(key, packed), -15)
