import json
from datetime import timedelta

from lxml import html
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .test_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalApp(PortalCommon):
    """The portal as an app of a phone: bar, today, the child's page, messages."""

    def page(self, path):
        return html.fromstring(self.get(path).text)

    def bar(self, login):
        self.authenticate(login, login)
        return [
            (link.get("href"), link.text_content().strip())
            for link in self.page("/my/remediation").xpath("//nav[@class='tabs']/a")
        ]

    def test_the_bar_has_the_pages_of_the_role(self):
        self.assertEqual(
            self.bar("portal_manager"),
            [
                ("/my/remediation", "Today"),
                ("/my/remediation/cases", "Children"),
                ("/my/remediation/danger", "Report"),
                ("/my/remediation/messages", "Messages"),
            ],
        )
        self.assertEqual(
            [name for _path, name in self.bar("portal_reporter")],
            ["Today", "Report", "My Reports"],
        )
        self.assertEqual(
            [name for _path, name in self.bar("school_user")],
            ["Today", "Received", "Attendance"],
        )
        for login in ("portal_manager", "portal_reporter", "school_user"):
            for path, _name in self.bar(login):
                self.get(path)

    def test_it_can_be_installed_and_does_not_say_what_it_is_for(self):
        self.authenticate(None, None)
        page = html.fromstring(self.get("/report-concern").text)
        (path,) = page.xpath("//link[@rel='manifest']/@href")
        answer = self.get(path)
        self.assertEqual(answer.headers["Content-Type"], "application/manifest+json")
        app = json.loads(answer.text)
        self.assertEqual(app["start_url"], "/my/remediation")
        self.assertEqual(app["display"], "standalone")
        self.assertNotIn("child", answer.text.lower())
        for icon in app["icons"]:
            with file_open(icon["src"].lstrip("/"), "rb") as handle:
                size = Image.open(handle).size
            self.assertEqual("{}x{}".format(*size), icon["sizes"])

    def test_the_organisation_is_on_every_page(self):
        self.authenticate("portal_manager", "portal_manager")
        page = self.page("/my/remediation")
        (brand,) = page.xpath("//header//a[@class='brand']")
        self.assertEqual(brand.text_content().strip(), self.company.name)
        self.assertFalse(brand.xpath(".//img"), "core's own logo is nobody's")
        self.company.logo = self.picture()
        (brand,) = self.page("/my/remediation").xpath("//header//a[@class='brand']")
        (source,) = brand.xpath(".//img/@src")
        self.assertTrue(self.get(source).headers["Content-Type"].startswith("image/"))
        (exit_link,) = page.xpath("//header//a[@data-exit]/@href")
        self.assertEqual(exit_link, self.company.referral_exit_url)

    def test_the_size_of_the_text_stays_on_this_phone(self):
        self.authenticate("portal_manager", "portal_manager")
        self.assertEqual(self.page("/my/remediation").get("data-text"), "normal")
        self.get("/my/remediation/text-size/largest", 303)
        self.assertEqual(self.page("/my/remediation").get("data-text"), "largest")
        self.get("/my/remediation/text-size/huge", 303)
        self.assertEqual(self.page("/my/remediation").get("data-text"), "largest")

    def test_today_opens_the_form_that_is_due(self):
        self.case.beneficiary_id.write({"first_name": "Zawadi", "sex": "female"})
        self.authenticate("portal_manager", "portal_manager")
        page = self.page("/my/remediation")
        found = page.xpath(f"//a[contains(@href, '/case/{self.case.name}/contact')]")
        self.assertEqual(len(found), 1)
        words = " ".join(found[0].text_content().split())
        self.assertIn("First Contact", words)
        self.assertIn("Female", words)
        self.assertIn(self.city.name, words)
        self.assertNotIn("Zawadi", words)
        self.get(found[0].get("href"))

    def test_r71_today_does_not_say_what_the_family_withheld(self):
        self.case.beneficiary_id.sex = "female"
        of_manager = self.env["remediation.case"].with_user(self.portal_manager)
        said = {line["who"] for line in of_manager.portal_due()}
        self.assertEqual(said, {f"Female · {self.case.age} · {self.city.name}"})
        items = self.env["remediation.disclosure.item"].search([])
        self._consent(
            self.case,
            "services",
            withhold_item_ids=[Command.set(items.ids)],
            withhold_from_ids=[Command.set(self.partner_org.ids)],
        )
        self.assertEqual({line["who"] for line in of_manager.portal_due()}, {""})

    def test_what_fits_what_is_due_comes_first(self):
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{self.case.name}"
        path = "//details[@id='deeds']//a/@href"
        deeds = self.page(url).xpath(path)
        self.assertEqual(deeds[0], f"{url}/contact")
        for deed in deeds:
            self.get(deed)
        self.case.with_user(self.portal_manager).portal_first_contact()
        deeds = self.page(url).xpath(path)
        self.assertEqual(deeds[0], f"{url}/assessment")
        self.assertNotIn(f"{url}/contact", deeds)

    def test_the_page_tells_what_happened_the_newest_first(self):
        case = self.case.with_user(self.portal_manager)
        case.portal_first_contact()
        case.portal_add_note({"text": "Nobody was at home"})
        self.authenticate("portal_manager", "portal_manager")
        page = self.page(f"/my/remediation/case/{self.case.name}")
        history = page.xpath("//details[@id='history']//strong/text()")
        self.assertCountEqual(history, ["Note", "First Contact", "Case opened"])
        self.assertEqual(history[-1], "Case opened")
        told = case._portal_history()
        self.assertEqual(told, sorted(told, key=lambda x: x["day"], reverse=True))

    def test_messages_are_of_the_holder_alone(self):
        for case in (self.case, self.other_case):
            assessment = self.env["remediation.assessment"].create(
                {"case_id": case.id, "present": "Mother"}
            )
            # As the supervisor left it; how one is sent back has tests of its own.
            assessment._unprotected().write({"rejection_comment": f"See {case.name}"})
        self.authenticate("portal_manager", "portal_manager")
        page = self.page("/my/remediation/messages")
        words = page.xpath("//main")[0].text_content()
        self.assertIn(f"See {self.case.name}", words)
        self.assertNotIn(self.other_case.name, words)
        (link,) = page.xpath(f"//a[contains(@href, '{self.case.name}')]/@href")
        self.assertTrue(link.endswith("/assessment"))
        for login in ("portal_reporter", "school_user", "portal_observer"):
            self.authenticate(login, login)
            with mute_logger("odoo.http"):
                self.get("/my/remediation/messages", 404)
            user = self.env["res.users"].search([("login", "=", login)])
            with self.assertRaises(AccessError):
                self.env["remediation.case"].with_user(user).portal_messages()

    def test_answers_leave_the_messages_after_thirty_days(self):
        self._consent(self.case)
        referral = self._referral(self.case, user=self.coordinator)
        referral.action_send()
        self._received(referral, self.school_user).portal_accept()
        messages = self.env["remediation.case"].with_user(self.portal_manager)
        self.assertEqual(messages.portal_messages()["answers"], referral)
        self.authenticate("portal_manager", "portal_manager")
        words = self.page("/my/remediation/messages").xpath("//main")[0].text_content()
        self.assertIn("Accepted", words)
        old = fields.Datetime.now() - timedelta(days=31)
        referral._unprotected().write({"answered_on": old})
        self.assertFalse(messages.portal_messages()["answers"])
