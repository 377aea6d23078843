import base64
import contextlib
import io
import random
import time
from datetime import timedelta

from PIL import Image
from pillow_heif import from_pillow

from odoo import fields
from odoo.tests import tagged

from .common import PLACE
from .phone import PIN, PhoneCommon

YEAR = 366 * 24 * 3600
#: What waits in the queue that is heavy, by the phone's own code.
ENTRIES = """
async (pin) => {
    const place = "/case_offline/static/src/shell/";
    const vault = await import(`${place}vault.js`);
    const queue = await import(`${place}queue.js`);
    const found = await queue.entries(await vault.unlock(pin));
    return queue.inOrder(found).map(({ form, state, values }) => ({
        form, state, photo: values.photo || "",
    }));
}
"""


def large_photo(size=(4000, 3000), kind="JPEG"):
    """A photo as a phone makes it: much to see in it, a place in its metadata."""
    noise = random.Random(7).randbytes(size[0] * size[1] // 48)
    small = Image.frombytes("RGB", (size[0] // 12, size[1] // 12), noise)
    picture = small.resize(size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    if kind == "HEIC":
        from_pillow(picture).save(out, format="HEIF")
        return out.getvalue()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "Zanziplace"
    picture.save(out, format=kind, quality=92, exif=exif)
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestPhoneFaults(PhoneCommon):
    """Bad input and faults of a phone, in a real browser."""

    @contextlib.contextmanager
    def offline(self, *pages):
        """Files taken along, and the network gone."""
        with self.allow_requests(all_requests=True):
            for page in pages or [self.page]:
                self.begin(page)
                page.context.set_offline(True)
            yield (pages or [self.page])[0]

    def back(self, page=None):
        """The network is back; what waited is sent. Its states."""
        page = page or self.page
        page.context.set_offline(False)
        return self.drain(page)

    def note(self, text, page=None):
        page = page or self.page
        self.to_case(self.case.name, page)
        self.fill_in("note", {"subject": "Met", "text": text}, page=page)

    def choose(self, content, name, mimetype):
        """Choose a file for the form "Photo or Paper"; the sentence that follows."""
        page = self.page
        self.to_case(self.case.name)
        page.click("a[href$='/document']:visible")
        page.set_input_files(
            "main form input[type=file]",
            {"name": name, "mimeType": mimetype, "buffer": content},
        )
        said = page.locator("main form small[role=status]")
        said.filter(has_text="…").wait_for(state="detached")
        return said.inner_text()

    # -- photos ----------------------------------------------------------------------
    def test_a_large_photo_is_small_upright_and_sent_last(self):
        photo = large_photo()
        self.assertGreater(len(photo), 1_500_000)
        with self.offline() as page:
            self.assertEqual(self.choose(photo, "photo.jpg", "image/jpeg"), "✓")
            page.click("main form button.main")
            page.wait_for_url(lambda url: "#form" not in url)
            self.note("Written after the photo")
            found = page.evaluate(ENTRIES, PIN)
            self.assertEqual([one["form"] for one in found], ["note", "document"])
            small = base64.b64decode(found[1]["photo"])
            self.assertLessEqual(len(small), 300_000)
            self.assertNotIn(b"Zanziplace", small)
            picture = Image.open(io.BytesIO(small))
            self.assertEqual(picture.format, "JPEG")
            self.assertGreater(picture.height, picture.width, "upright")
            self.assertIn(max(picture.size), (1280, 1024, 800))
            self.assertEqual(set(self.back()), {"Sent"})
        self.env.invalidate_all()
        files = self.env["ir.attachment"].search(
            [("res_model", "=", self.case._name), ("res_id", "=", self.case.id)]
        )
        self.assertEqual(files.mapped("mimetype"), ["image/jpeg"])

    def test_a_photo_that_this_phone_cannot_read_is_never_kept(self):
        heic = large_photo((800, 600), "HEIC")
        with self.offline() as page:
            for content, name, mimetype, said in (
                (heic, "photo.heic", "image/heic", "HEIC"),
                (heic, "photo", "", "HEIC"),
                (b"no picture" * 99, "photo.jpg", "image/jpeg", "cannot be read"),
                (large_photo()[:99], "half.jpg", "image/jpeg", "cannot be read"),
            ):
                self.assertIn(said, self.choose(content, name, mimetype), name)
                page.click("main form button.main")
                page.wait_for_selector("main .error:not([hidden])")
                self.assertIn("#form", page.url)
            self.fits("heic")
            self.assertEqual(page.evaluate(ENTRIES, PIN), [])

    def test_a_small_pdf_is_taken_and_a_large_one_is_not(self):
        pdf = b"%PDF-1.4\n" + b"1 0 obj\n" * 2000
        with self.offline() as page:
            said = self.choose(pdf * 20, "large.pdf", "application/pdf")
            self.assertIn("too large", said)
            self.assertEqual(self.choose(pdf, "paper.pdf", "application/pdf"), "✓")
            page.click("main form button.main")
            page.wait_for_url(lambda url: "#form" not in url)
            self.assertEqual(self.back(), ["Sent"])
        self.env.invalidate_all()
        paper = self.env["ir.attachment"].search(
            [("res_model", "=", self.case._name), ("res_id", "=", self.case.id)]
        )
        self.assertEqual((paper.mimetype, paper.raw), ("application/pdf", pdf))

    # -- a full phone ----------------------------------------------------------------
    def test_a_full_phone_says_so_and_loses_nothing(self):
        self.page = self._phone(folder=True)
        with self.offline() as page:
            self.note("Before it was full")
            self.full(page)
            self.to_case(self.case.name)
            page.click("a[href$='/note']:visible")
            page.fill("[name=text]", "Written on a full phone " * 400)
            page.click("main form button.main")
            page.wait_for_selector("main .error:not([hidden])")
            self.assertIn("no room", page.inner_text("main .error"))
            self.assertIn("full phone", page.input_value("[name=text]"))
            self.fits("full")
            self.devtools.send(
                "Storage.overrideQuotaForOrigin", {"origin": self.base_url()}
            )
            page.click("main form button.main")
            page.wait_for_url(lambda url: "#form" not in url)
            # Full once more: it opens, reads and sends all the same.
            self.full(page)
            page.wait_for_selector("ul.list a")
            self.assertEqual(set(self.back()), {"Not taken"})
            said = page.inner_text("main")
            self.assertIn("no room", said)
            self.assertIn("shorten the text", said)
        self.env.invalidate_all()
        self.assertEqual(self.case.note_ids.mapped("text"), ["Before it was full"])

    def full(self, page):
        """The phone has no room any more when the page is opened. While a page is
        open, a browser remembers for a while how much room there was."""
        self.devtools = page.context.new_cdp_session(page)
        page.goto("about:blank")
        self.devtools.send(
            "Storage.overrideQuotaForOrigin",
            {"origin": self.base_url(), "quotaSize": 1},
        )
        time.sleep(5)
        page.goto(f"{PLACE}#list")
        page.wait_for_selector("#pin")
        self.open_pin(page)
        page.wait_for_selector("nav.tabs:not([hidden])")

    # -- two phones ------------------------------------------------------------------
    def test_the_same_file_on_two_phones(self):
        first, second = self.page, self._phone()
        draft = {"assessment_type": "initial", "summary": "From the first phone"}
        with self.offline(first, second):
            for page, name in ((first, "first"), (second, "second")):
                self.note(f"From the {name} phone", page)
                self.to_case(self.case.name, page)
                draft["summary"] = f"From the {name} phone"
                button = "main form button[value='0']"
                self.fill_in("assessment", draft, button, page=page)
            self.assertEqual(set(self.back(first)), {"Sent"})
            states = self.back(second)
            self.assertEqual(
                sorted(states), ["Sent", "Somebody changed it: choose a text"]
            )
            second.click("main a[href^='#both']")
            second.wait_for_selector("main .both")
            both = second.inner_text("main .both")
            self.assertIn("From the first phone", both)
            self.assertIn("From the second phone", both)
            second.click("main p button.main")
            second.wait_for_selector("main ul.list")
            self.assertEqual(set(self.drain(second)), {"Sent"})
        self.env.invalidate_all()
        self.assertEqual(
            sorted(self.case.note_ids.mapped("text")),
            ["From the first phone", "From the second phone"],
        )
        self.assertEqual(self.case.assessment_ids.summary, "From the second phone")

    # -- a wrong clock -----------------------------------------------------------------
    def taken_into_use_before(self):
        self.env.cr.execute(
            "UPDATE remediation_device"
            " SET create_date = create_date - interval '9 days'"
        )
        self.env.invalidate_all()

    def test_a_clock_that_is_wrong_by_a_year(self):
        for wrong in (-YEAR, YEAR):
            with self.subTest(wrong=wrong):
                self.clock(wrong, f"Written {wrong}")

    def clock(self, wrong, text):
        page = self._phone()
        real = time.time()
        page.clock.install(time=real + wrong)
        with self.offline(page):
            self.taken_into_use_before()
            self.note(text, page)
            # Two hours later, by this clock.
            page.clock.set_fixed_time(real + wrong + 7200)
            self.assertEqual(set(self.back(page)), {"Sent"})
            page.context.close()
        self.env.invalidate_all()
        note = self.case.note_ids.filtered(lambda one: one.text == text)
        self.assertAlmostEqual(note.date.timestamp(), real - 7200, delta=300)

    def test_a_clock_that_is_put_right_while_entries_wait(self):
        for wrong in (-YEAR, YEAR):
            page = self._phone()
            page.clock.install(time=time.time() + wrong)
            text = f"Written {wrong}"
            with self.offline(page):
                self.note(text, page)
                page.clock.set_fixed_time(time.time())
                page.reload()
                page.wait_for_selector("#pin")
                self.open_pin(page)
                page.wait_for_selector("nav.tabs:not([hidden])")
                self.assertEqual(set(self.back(page)), {"Sent"})
                page.context.close()
            self.env.invalidate_all()
            note = self.case.note_ids.filtered(lambda one, t=text: one.text == t)
            self.assertAlmostEqual(
                note.date, fields.Datetime.now(), delta=timedelta(minutes=5)
            )

    # -- a forgotten PIN ---------------------------------------------------------------
    def test_a_forgotten_pin_warns_of_what_waits(self):
        asked, answers = [], [False, True]

        def answer(dialog):
            asked.append(dialog.message)
            dialog.accept() if answers.pop(0) else dialog.dismiss()

        self.page.remove_listener("dialog", self.accept)
        self.page.on("dialog", answer)
        with self.offline() as page:
            self.note("Behind the PIN")
            page.reload()
            page.wait_for_selector("#pin")
            self.assertIn("To Send (1)", page.inner_text("main"))
            page.click("main button.link")
            page.wait_for_timeout(300)
            self.assertTrue(page.locator("#pin").count(), "still locked")
            self.open_pin()
            page.wait_for_selector("nav.tabs:not([hidden])")
            self.assertEqual(len(page.evaluate(ENTRIES, PIN)), 1, "nothing was lost")
            page.reload()
            page.wait_for_selector("#pin")
            page.click("main button.link")
            page.wait_for_selector("#again")
        self.assertEqual(len(asked), 2)
        self.assertIn("1 entries wait and were not sent", asked[0])
