import base64
import contextlib
import io
import random
import struct
import zlib

from PIL import Image, ImageChops, ImageStat, PngImagePlugin

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.remediation_base.tools import pictures

from .common import RemediationCommon

PLACE = b"Kolwezi 10.71S 25.47E"


def jpeg(size=(60, 40), colour="red", trailer=b"", **options):
    """A photo that carries where it was taken in every way a telephone knows."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "S"
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(
        out, "JPEG", exif=exif, comment=PLACE, xmp=b"<x>" + PLACE + b"</x>", **options
    )
    return out.getvalue() + trailer


def png(size=(60, 40)):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Location", PLACE.decode())
    out = io.BytesIO()
    Image.new("RGBA", size, (255, 0, 0, 90)).save(out, "PNG", pnginfo=notes)
    return out.getvalue()


@tagged("post_install", "-at_install", "whole")
class TestR30Photos(RemediationCommon):
    """Photos of sensitive records lose their metadata and their name (R30)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.child = cls.case.beneficiary_id

    def _attach(self, raw, name="Amani Hidden.jpg", record=None, **vals):
        record = record or self.case
        return self.env["ir.attachment"].create(
            {"name": name, "raw": raw, "res_model": record._name, "res_id": record.id}
            | vals
        )

    def test_r30_every_door_takes_the_metadata_off(self):
        by_datas = {"raw": False, "datas": base64.b64encode(jpeg())}
        moved = self.env["ir.attachment"].create({"name": "Amani.jpg", "raw": jpeg()})
        moved.write({"res_model": self.case._name, "res_id": self.case.id})
        replaced = self._attach(b"nothing yet", name="x.txt")
        replaced.raw = jpeg()
        self.case._by_code().message_post(body="", attachments=[("Amani.jpg", jpeg())])
        posted = self.env["ir.attachment"].search(
            [("res_model", "=", self.case._name), ("res_id", "=", self.case.id)],
            order="id desc",
            limit=1,
        )
        for attachment in (
            self._attach(jpeg()),
            self._attach(jpeg(), record=self.child),
            self._attach(png(), name="Amani.png"),
            self._attach(**by_datas),
            self._attach(jpeg(trailer=b"video " + PLACE)),
            self._attach(jpeg(progressive=True)),
            moved,
            replaced,
            posted,
        ):
            with self.subTest(attachment.name):
                self.assertNotIn(PLACE, attachment.raw)
                self.assertRegex(attachment.name, r"^photo-[0-9a-f]{8}\.(jpg|png)$")
                with Image.open(io.BytesIO(attachment.raw)) as image:
                    self.assertFalse(dict(image.getexif()))
        self.child.with_user(self.worker).photo = base64.b64encode(jpeg())
        self.env.invalidate_all()
        photo = base64.b64decode(self.child.photo)
        self.assertNotIn(PLACE, photo)
        with Image.open(io.BytesIO(photo)) as image:
            self.assertEqual(image.size, (40, 60), "turned upright, as it was seen")

    def test_r30_other_formats_are_drawn_anew(self):
        for kind in ("WEBP", "GIF", "BMP"):
            out = io.BytesIO()
            Image.new("RGB", (8, 8), "red").save(out, kind)
            data, mimetype, _extension = pictures.clean(out.getvalue())
            self.assertEqual(mimetype, "image/jpeg", kind)
            self.assertEqual(pictures.clean(data)[1:], ("image/jpeg", "jpg"), kind)

    def test_r30_a_clean_picture_stays_what_it_is(self):
        """A photo that goes from record to record is drawn each time."""
        drawn = self._attach(png()).raw
        self.assertEqual(self._attach(drawn).raw, drawn)
        seen = Image.radial_gradient("L").resize((60, 40)).convert("RGB")
        out = io.BytesIO()
        seen.save(out, "JPEG", quality=90)
        raw = out.getvalue()
        for _time in range(5):
            raw = self._attach(raw).raw
        with Image.open(io.BytesIO(raw)) as image:
            difference = ImageChops.difference(image.convert("RGB"), seen)
        self.assertLess(max(ImageStat.Stat(difference).mean), 2)

    def test_r30_no_byte_of_metadata_passes(self):
        """Property: a segment or chunk put anywhere between the others is gone."""
        photo, drawing = pictures.clean(jpeg())[0], pictures.clean(png())[0]
        chunk = struct.pack(">I", len(PLACE)) + b"teXt" + PLACE
        chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
        notes = [
            photo[:2] + bytes([0xFF, marker, 0, len(PLACE) + 2]) + PLACE + photo[2:]
            for marker in (*range(0xE0, 0xF0), 0xFE)
        ] + [drawing[:33] + chunk + drawing[33:], photo + PLACE, drawing + PLACE]
        for index, raw in enumerate(notes):
            self.assertNotIn(PLACE, pictures.clean(raw)[0], index)
        draw = random.Random(7)
        for _round in range(100):
            cut = draw.randrange(4, len(photo))
            with contextlib.suppress(pictures.PictureError):  # never another error
                pictures.clean(photo[:cut])

    def test_r30_what_cannot_be_drawn_is_refused_with_a_way_out(self):
        heic = b"\x00\x00\x00\x18ftypheic" + PLACE
        tiff = b"II*\x00" + PLACE
        for raw in (heic, tiff, jpeg()[:40] + PLACE):
            with self.assertRaisesRegex(UserError, "JPEG or PNG"):
                self._attach(raw)

    def test_r30_what_is_no_photo_stays_as_it_is(self):
        for raw in (b"%PDF-1.4 paper", b"BM is no picture", b"plain"):
            attachment = self._attach(raw, name="paper.pdf")
            self.assertEqual((attachment.raw, attachment.name), (raw, "paper.pdf"))
        partner = self._attach(jpeg(), record=self.partner_org)
        self.assertIn(PLACE, partner.raw, "contacts keep their logos as they are")

    def test_r30_a_name_made_of_a_code_may_stay_and_no_other_comes_back(self):
        coded = self._attach(jpeg(), name=f"{self.case.name}-1.jpg")
        self.assertEqual(coded.name, f"{self.case.name}-1.jpg")
        attachment = self._attach(jpeg())
        before = attachment.name
        attachment.write({"name": "Amani Hidden.jpg"})
        self.assertEqual(attachment.name, before)


@tagged("post_install", "-at_install")
class TestR30Thumbnails(RemediationCommon, HttpCase):
    """A thumbnail follows the same rule as the photo it is drawn from."""

    _registry_readonly_enabled = False

    def test_r30_thumbnails_follow_the_photo(self):
        case = self._new_case()
        child = case.beneficiary_id
        child.photo = base64.b64encode(jpeg(size=(400, 400)))
        attachment = self.env["ir.attachment"].create(
            {
                "name": "x.jpg",
                "raw": jpeg(size=(400, 400)),
                "res_model": case._name,
                "res_id": case.id,
            }
        )
        self.env.flush_all()
        addresses = [
            f"/web/image/remediation.beneficiary/{child.id}/photo",
            f"/web/image/remediation.beneficiary/{child.id}/photo/64x64",
            f"/web/image?model=remediation.beneficiary&id={child.id}&field=photo"
            "&width=32&height=32&unique=1",
            f"/web/image/{attachment.id}",
            f"/web/image/{attachment.id}/64x64",
        ]
        self.authenticate("worker", "worker")
        for address in addresses:
            self.assertTrue(self._is_red(address), address)
        for login in (
            "worker_other",
            "monitor",
            "auditor",
            "data_protection",
            "plain_user",
            "admin_like",
            "portal_manager",
            "portal_provider",
        ):
            self.authenticate(login, login)
            for address in addresses:
                if login in ("monitor", "auditor", "data_protection") and (
                    f"/web/image/{attachment.id}" in address
                ):
                    continue  # who reads the case reads its papers
                self.assertFalse(self._is_red(address), (login, address))
        self.authenticate(None, None)
        for address in addresses:
            self.assertFalse(self._is_red(address), address)

    def test_r30_a_photo_field_keeps_its_groups_as_an_attachment(self):
        child = self._new_case().beneficiary_id
        child.photo = base64.b64encode(jpeg())
        kept = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", child._name), ("res_field", "=", "photo")])
        )
        self.assertEqual(len(kept), 1)
        with self.assertRaises(AccessError):
            kept.with_user(self.monitor).read(["raw"])

    def _is_red(self, address):
        answer = self.url_open(address)
        if not answer.headers.get("Content-Type", "").startswith("image/"):
            return False
        self.assertNotIn(PLACE, answer.content)
        with Image.open(io.BytesIO(answer.content)) as image:
            red, green, blue = image.convert("RGB").getpixel((5, 5))
        return red > 200 and green < 60 and blue < 60
