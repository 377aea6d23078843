"""A protected ZIP, read by the published layout (WinZip AE-2) and not by its writer."""

import hashlib
import hmac
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def open_zip(data, password):
    """Return ``(name, content)`` of the one member.

    :raises ValueError: wrong password or changed content
    """
    mark, _needed, flags, method, _time, _day = struct.unpack("<4sHHHHH", data[:14])
    check_sum, size, full = struct.unpack("<III", data[14:26])
    name_length, extra_length = struct.unpack("<HH", data[26:30])
    name = data[30 : 30 + name_length].decode()
    start = 30 + name_length + extra_length
    extra = data[30 + name_length : start]
    field, length, version, vendor, strength, packing = struct.unpack(
        "<HHH2sBH", extra[:11]
    )
    # encrypted, by AES; AE-2 keeps no checksum of the content in the clear; 256 bits
    found = (mark, flags & 1, method, check_sum, field, length, version, vendor)
    assert found == (b"PK\x03\x04", 1, 99, 0, 0x9901, 7, 2, b"AE"), found
    assert (strength, packing) == (3, 8), (strength, packing)
    body = data[start : start + size]
    salt, check, packed, code = body[:16], body[16:18], body[18:-10], body[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    signed = hmac.new(keys[32:64], packed, "sha1").digest()[:10]
    if keys[64:] != check or signed != code:
        raise ValueError("wrong password or changed content")
    counters = b"".join(
        block.to_bytes(16, "little") for block in range(1, len(packed) // 16 + 2)
    )
    encryptor = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
    stream = encryptor.update(counters)
    plain = bytes(a ^ b for a, b in zip(packed, stream, strict=False))
    content = zlib.decompress(plain, -15)
    assert len(content) == full
    return name, content
