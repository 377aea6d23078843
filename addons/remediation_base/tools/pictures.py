"""Photos without metadata (R30): one rule for whatever enters by any door.

No Odoo here on purpose. A picture is drawn anew, so that place, time, device, former
versions and whatever hangs behind its end stay outside.
"""

import io

from PIL import Image, ImageOps, WebPImagePlugin  # noqa: F401 (Odoo leaves it out)

#: Most pixels that are drawn; more is a bomb, not a photo.
MAX_PIXELS = 50_000_000
#: Formats a telephone or scanner makes and Pillow draws.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP")
#: Chunks of a PNG that say nothing but how to draw it.
_PNG_PLAIN = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT")
    + (b"bKGD", b"pHYs")
)
#: Kinds of picture that Pillow cannot draw here and that carry a place and a time.
_UNDRAWN = (
    b"ftypheic",
    b"ftypheix",
    b"ftypmif1",
    b"ftypmsf1",
    b"ftyphevc",
    b"ftypavif",
)


class PictureError(Exception):
    """The file is a picture and cannot be drawn."""


def is_picture(data):
    """Whether these bytes are a raster picture, by what they are and not by a name."""
    return (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8"))
        or (data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00")
        or data[:4] in (b"II*\x00", b"MM\x00*")
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or data[4:12] in _UNDRAWN
    )


def is_undrawn(data):
    """Whether it is a picture as some telephones make them (HEIC), not drawn here."""
    return data[4:12] in _UNDRAWN


def is_plain(data):
    """Whether a JPEG or PNG holds nothing but what is needed to draw it."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _is_plain_jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _is_plain_png(data)
    except IndexError:
        return False
    return False


def clean(data):
    """Return ``(bytes, mimetype, extension)`` of the same picture without metadata.

    A picture that holds none is returned as it is, byte for byte.

    :raises PictureError: it cannot be drawn
    """
    if is_plain(data):
        if data.startswith(b"\xff"):
            return data, "image/jpeg", "jpg"
        return data, "image/png", "png"
    drawn = _draw(data)
    out = io.BytesIO()
    if drawn.mode == "RGB" and not data.startswith(b"\x89PNG"):
        drawn.save(out, format="JPEG", quality=90)
        return out.getvalue(), "image/jpeg", "jpg"
    drawn.save(out, format="PNG")
    return out.getvalue(), "image/png", "png"


def photo(data, side, formats=("JPEG", "PNG", "WEBP")):
    """Return the picture as JPEG bytes on white, at most ``side`` pixels wide or high.

    :raises PictureError: it is none of ``formats`` or cannot be drawn
    """
    drawn = _draw(data, formats)
    if drawn.mode == "RGBA":
        drawn = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn)
        drawn = drawn.convert("RGB")
    drawn.thumbnail((side, side))
    out = io.BytesIO()
    drawn.save(out, format="JPEG", quality=80)
    return out.getvalue()


def _draw(data, formats=FORMATS):
    """The pixels alone, upright, as RGB or RGBA."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in formats:
                raise PictureError(image.format)
            if image.width * image.height > MAX_PIXELS:
                raise PictureError("size")
            upright = ImageOps.exif_transpose(image)
            clear = upright.mode in ("RGBA", "LA", "PA") or (
                "transparency" in upright.info
            )
            upright = upright.convert("RGBA" if clear else "RGB")
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
    ) as error:
        raise PictureError(str(error)) from error
    # What Pillow remembers of the file does not come along.
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())


def _is_plain_jpeg(data):
    at = 2
    while True:
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2 == len(data)
        # APP0 (JFIF, without a preview) and APP14 (colours) say how to draw.
        if marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in (0xE0, 0xEE)):
            return False
        length = data[at + 2] << 8 | data[at + 3]
        if marker == 0xE0 and not (
            length == 16 and data[at + 4 : at + 9] == b"JFIF\x00"
        ):
            return False
        if marker == 0xEE and length != 14:
            return False
        at += 2 + length
        if marker == 0xDA:
            at = _after_scan(data, at)


def _after_scan(data, at):
    """Where the next marker stands behind compressed pixels."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _is_plain_png(data):
    at = 8
    while True:
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind not in _PNG_PLAIN:
            return False
        at += 12 + length
        if kind == b"IEND":
            return at == len(data)
