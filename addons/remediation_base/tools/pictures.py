"""Photos without metadata (R30): one rule for whatever enters by any door.

No Odoo here on purpose. A picture is drawn anew, so that place, time, device, former
versions and whatever hangs behind its end stay outside.
"""

import io

from PIL import Image, WebPImagePlugin  # noqa: F401 (Odoo leaves it out)
from pillow_heif import HeifImageFile

#: Most pixels that are drawn (R79): what is drawn takes up to four bytes for each, and
#: twice that while it is turned or made small.
MAX_PIXELS = 12_000_000
#: A PNG with a palette or in grey has one byte for each until it is drawn: up to so
#: many, every second pixel is left out first.
MAX_INDEXED_PIXELS = 16_000_000
#: A WebP is drawn twice over before it is handed out.
MAX_WEBP_PIXELS = 8_000_000
#: A JPEG has three bytes for each and is read line by line.
MAX_DRAWN_JPEG_PIXELS = 16_000_000
#: A HEIC is drawn whole and upright at once. Its reader refuses one whose pixels are
#: not as many as its beginning says.
MAX_HEIF_PIXELS = 13_000_000
#: A JPEG with more, as some telephones make it, is read at a half, a quarter or an
#: eighth of its size, without the rest ever being in memory. More is a bomb, no photo.
MAX_JPEG_PIXELS = 120_000_000
#: Formats a telephone or scanner makes and Pillow draws.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "HEIF", "GIF", "BMP")
#: Those of them that a camera makes.
PHOTO_FORMATS = FORMATS[:5]
#: How a file of the HEIF family begins, behind the length of its first box. AVIF is not
#: drawn here, and carries a place and a time as the others do.
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_UNDRAWN = (b"avif", b"avis")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(Exception):
    """The file is a picture and cannot be drawn."""


def is_picture(data: bytes) -> bool:
    """Whether these bytes are a raster picture, by what they are and not by a name."""
    return (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8"))
        or (data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00")
        or data[:4] in (b"II*\x00", b"MM\x00*")
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or is_heif(data)
        or (data[4:8] == b"ftyp" and data[8:12] in _UNDRAWN)
    )


def is_heif(data: bytes) -> bool:
    """Whether it is a picture as many telephones make them (HEIC)."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF


def _open(data):
    """The picture, of which only the beginning was read."""
    if is_heif(data):
        return HeifImageFile(io.BytesIO(data))
    return Image.open(io.BytesIO(data))


def clean(data: bytes) -> tuple[bytes, str, str]:
    """Return ``(bytes, mimetype, extension)`` of the same picture without metadata.

    Every picture is drawn anew: what a file hides is not looked for. A PNG drawn here
    stays byte for byte; a JPEG loses no more than its rounding.

    :raises PictureError: it cannot be drawn
    """
    drawn = _draw(data if is_heif(data) else bounded(data))
    out = io.BytesIO()
    if drawn.mode == "RGB" and not data.startswith(b"\x89PNG"):
        drawn.save(out, format="JPEG", quality=90)
        return out.getvalue(), "image/jpeg", "jpg"
    drawn.save(out, format="PNG")
    return out.getvalue(), "image/png", "png"


def bounded(data: bytes) -> bytes:
    """Return a picture that is not too large: the same bytes, or a smaller JPEG.

    What is no picture is returned as it is. Only the header is read where nothing has
    to be done.

    A HEIC becomes a JPEG, because nothing after this reads one.

    :raises PictureError: it is too large and cannot be read in a smaller size
    """
    if is_heif(data):
        return photo(data, MAX_HEIF_PIXELS)
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height <= _most(image):
                return data
            if _is_indexed(image):
                return _every_second(image)
            _read_small(image)
            # The turn is told beside the pixels: it stays, to be applied later.
            turned = image.getexif().get(_ORIENTATION)
            out = io.BytesIO()
            exif = Image.Exif()
            if turned:
                exif[_ORIENTATION] = turned
            image.convert("RGB").save(out, format="JPEG", quality=90, exif=exif)
            return out.getvalue()
    except Image.DecompressionBombError as error:
        raise PictureError("size") from error
    except (OSError, ValueError, SyntaxError, EOFError):
        return data


def _most(image):
    if image.format == "HEIF":
        return MAX_HEIF_PIXELS
    if image.format == "WEBP":
        return MAX_WEBP_PIXELS
    if image.format in ("JPEG", "MPO") and not image.info.get("progressive"):
        return MAX_DRAWN_JPEG_PIXELS
    return MAX_PIXELS


def _is_indexed(image):
    return (
        image.format == "PNG"
        and image.mode in ("1", "L", "P")
        and image.width * image.height <= MAX_INDEXED_PIXELS
    )


def _every_second(image):
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.NEAREST)
    out = io.BytesIO()
    half.save(out, format="PNG")
    return out.getvalue()


def _read_small(image):
    """Make a JPEG be read at a size that is small enough.

    :raises PictureError: it is none, or too large for that as well
    """
    pixels = image.width * image.height
    # A progressive one is in memory whole before any of it is drawn.
    if (
        image.format not in ("JPEG", "MPO")
        or pixels > MAX_JPEG_PIXELS
        or image.info.get("progressive")
    ):
        raise PictureError("size")
    shrink = next(by for by in (2, 4, 8) if pixels / by**2 <= MAX_DRAWN_JPEG_PIXELS)
    image.draft("RGB", (image.width // shrink, image.height // shrink))
    if image.width * image.height > MAX_DRAWN_JPEG_PIXELS:
        raise PictureError("size")


def photo(data: bytes, side: int, formats: tuple = PHOTO_FORMATS) -> bytes:
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
        with _open(data) as image:
            if image.format not in formats:
                raise PictureError(image.format)
            if image.width * image.height > _most(image):
                _read_small(image)
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            mode = "RGBA" if clear else "RGB"
            # One copy at a time: converting and turning each make one.
            turned = image.getexif().get(_ORIENTATION)
            drawn = image.convert(mode) if image.mode != mode else image.copy()
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        RuntimeError,
        Image.DecompressionBombError,
    ) as error:
        raise PictureError(str(error)) from error
    if turned in _TURNS:
        drawn = drawn.transpose(_TURNS[turned])
    # What Pillow remembers of the file does not come along.
    drawn.info = {}
    return drawn
