"""Pictures are bounded before they are drawn (R79)."""

import base64
import inspect
import io
import struct
import subprocess
import sys

from PIL import Image
from pillow_heif import from_pillow

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools.image import ImageProcess, image_process

from odoo.addons.remediation_base.tools import core_pictures, pictures

from .common import RemediationCommon

#: The most that drawing any picture may take over what the process had before.
LIMIT_MB = 150
#: In a process of its own, without Odoo: the peak of memory is its own.
MEASURE = """
import importlib.util, resource, sys
spec = importlib.util.spec_from_file_location("pictures", sys.argv[1])
pictures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pictures)
data = sys.stdin.buffer.read()
pictures.Image.preinit()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
start = peak()
try:
    pictures.clean(data)
    pictures.photo(data, 1600, pictures.FORMATS)
    print("drawn", peak() - start)
except pictures.PictureError:
    print("refused", peak() - start)
"""


def picture(mode, size, kind, **options):
    if kind == "HEIF":
        return heic(mode, size, **options)
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def heic(mode="RGB", size=(640, 480), said=None, **options):
    """A photo as a telephone makes it; ``said`` is the size that its header claims."""
    out = io.BytesIO()
    from_pillow(Image.new(mode, size, "red")).save(out, quality=50, **options)
    data = bytearray(out.getvalue())
    at = data.find(b"ispe")
    while said and at >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", *said)
        at = data.find(b"ispe", at + 1)
    return bytes(data)


LARGEST = (4000, 3000)
PICTURES = {
    "a bomb of one colour": ("refused", "1", (14000, 14000), "PNG", {}),
    "the same as GIF": ("refused", "P", (14000, 14000), "GIF", {}),
    "PNG with transparency": ("drawn", "RGBA", LARGEST, "PNG", {}),
    "PNG with a palette": ("drawn", "P", LARGEST, "PNG", {"transparency": 0}),
    "PNG of 16 bits": ("drawn", "I;16", LARGEST, "PNG", {}),
    "JPEG of 50 million": ("drawn", "RGB", (8160, 6144), "JPEG", {}),
    "progressive JPEG": ("drawn", "RGB", LARGEST, "JPEG", {"progressive": True}),
    "progressive JPEG of 50 million": (
        "refused",
        "RGB",
        (8160, 6144),
        "JPEG",
        {"progressive": True},
    ),
    "JPEG for print": ("drawn", "CMYK", LARGEST, "JPEG", {}),
    "WebP": ("drawn", "RGBA", (3200, 2500), "WEBP", {}),
    "WebP too large": ("refused", "RGBA", LARGEST, "WEBP", {}),
    "GIF": ("drawn", "P", LARGEST, "GIF", {}),
    "BMP": ("drawn", "RGB", LARGEST, "BMP", {}),
    "HEIC": ("drawn", "RGB", (4032, 3024), "HEIF", {}),
    "HEIC with transparency": ("drawn", "RGBA", (4032, 3024), "HEIF", {}),
    "HEIC too large": ("refused", "RGB", (5712, 4284), "HEIF", {}),
    "a HEIC that says it is huge": (
        "refused",
        "RGB",
        (640, 480),
        "HEIF",
        {"said": (60000, 60000)},
    ),
    "a HEIC that says it is small": (
        "refused",
        "RGB",
        (5712, 4284),
        "HEIF",
        {"said": (64, 48)},
    ),
}


@tagged("post_install", "-at_install")
class TestR79Pictures(RemediationCommon, HttpCase):
    def test_r79_no_picture_takes_more_memory_than_the_limit(self):
        for name, (outcome, mode, size, kind, options) in PICTURES.items():
            with self.subTest(name):
                done = subprocess.run(
                    [sys.executable, "-c", MEASURE, pictures.__file__],
                    input=picture(mode, size, kind, **options),
                    capture_output=True,
                    timeout=120,
                    check=True,
                )
                said, memory = done.stdout.split()
                self.assertEqual(said.decode(), outcome)
                self.assertLessEqual(int(memory), LIMIT_MB)

    def test_r79_an_icon_of_core_is_halved_not_refused(self):
        icon = picture("P", (4000, 4000), "PNG", transparency=0)
        with Image.open(io.BytesIO(pictures.bounded(icon))) as image:
            self.assertEqual((image.size, image.mode), ((2000, 2000), "P"))
        self.assertTrue(image_process(icon, size=(128, 128)))

    def test_r79_a_large_photo_of_a_telephone_is_made_smaller_and_stays_upright(self):
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (8160, 6144), "red").save(out, "JPEG", exif=exif)
        data, mimetype, _extension = pictures.clean(out.getvalue())
        self.assertEqual(mimetype, "image/jpeg")
        with Image.open(io.BytesIO(data)) as image:
            self.assertEqual(image.size, (3072, 4080))
        self.env.cr.execute("SELECT 1")
        child = self._new_case().beneficiary_id
        child.with_user(self.worker).photo = base64.b64encode(out.getvalue())
        self.assertTrue(child.photo)

    def test_r79_reported_79_a_heic_becomes_a_jpeg_without_place_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010E] = "Kapata, house 12"
        raw = heic(size=(640, 480), exif=exif.tobytes())
        self.assertIn(b"Kapata", raw)
        attachment = self.env["ir.attachment"].create(
            {
                "name": "IMG_0001.HEIC",
                "raw": raw,
                "res_model": "remediation.case",
                "res_id": self._new_case().id,
            }
        )
        self.assertEqual(attachment.mimetype, "image/jpeg")
        self.assertTrue(attachment.name.endswith(".jpg"))
        for data in (
            attachment.raw,
            pictures.photo(raw, 1600),
            image_process(raw, size=(480, 640)),
        ):
            self.assertNotIn(b"Kapata", data)
            with Image.open(io.BytesIO(data)) as image:
                self.assertEqual((image.format, image.size), ("JPEG", (480, 640)))
                self.assertFalse(dict(image.getexif()))

    def test_r79_a_damaged_heic_is_refused_or_drawn_and_never_an_error(self):
        raw = heic()
        refused = 0
        for cut in (*range(12, 64), *range(64, len(raw) - 1, len(raw) // 40)):
            try:
                drawn = pictures.photo(raw[:cut], 1600)
            except pictures.PictureError:
                refused += 1
            else:
                # Little is missing at the end: what there is was drawn.
                self.assertGreater(cut, len(raw) // 2)
                self.assertTrue(drawn.startswith(b"\xff\xd8\xff"))
        self.assertGreater(refused, 52)

    def test_r79_core_draws_nothing_that_is_too_large(self):
        bomb = picture("1", (14000, 14000), "PNG")
        for draw in (
            lambda: image_process(bomb, size=(64, 64)),
            lambda: ImageProcess(bomb, verify_resolution=False),
            lambda: self.plain_user.write({"image_1920": base64.b64encode(bomb)}),
            lambda: self._new_case().beneficiary_id.write(
                {"photo": base64.b64encode(bomb)}
            ),
        ):
            with self.assertRaisesRegex(UserError, "too large|cannot be read"):
                draw()

    def test_r79_a_thumbnail_of_a_bomb_is_no_error_of_the_server(self):
        bomb = self.env["ir.attachment"].create(
            {
                "name": "logo.png",
                "raw": picture("1", (14000, 14000), "PNG"),
                "res_model": "res.partner",
                "res_id": self.partner_org.id,
            }
        )
        self.authenticate("plain_user", "plain_user")
        answer = self.url_open(f"/web/image/{bomb.id}/64x64")
        self.assertLess(answer.status_code, 500)

    def test_core_still_begins_as_the_replacement_was_written_for(self):
        self.assertEqual(
            str(inspect.signature(core_pictures._core_init)),
            "(self, source, verify_resolution=True)",
        )
