import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tools import sheets

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestFirstDay(RemediationCommon):
    """Inviting people with their duties, and accepting the law, each by whose duty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "bureau@example.org"
        cls.admin = cls.env.ref("base.user_admin")
        cls.env["ir.mail_server"].create({"name": "Out", "smtp_host": "localhost"})

    def _invite(self, rows, user=None):
        """An invitation with the rows of a sheet."""
        content = sheets.write_csv(
            ["Name", "E-mail", "Language", "Duties"], rows, encoding="utf-8"
        )
        invite = (
            self.env["remediation.people.invite"]
            .with_user(user or self.admin)
            .create({"file": base64.b64encode(content), "file_name": "people.csv"})
        )
        invite.action_read()
        return invite

    def test_sheet_invites_all_with_their_duties(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        invite = self._invite(
            [
                [
                    "Ada One",
                    "Ada@Example.org",
                    "fr",
                    "Supervisor; Safeguarding Officer",
                ],
                ["Ben Two", "ben@example.org", "English", "case worker"],
            ]
        )
        self.assertFalse(invite.problem_count, invite.line_ids.mapped("problem_text"))
        invite.action_invite()
        ada = self.env["res.users"].search([("login", "=", "ada@example.org")])
        self.assertTrue(ada.has_group("child_remediation.group_supervisor"))
        self.assertTrue(ada.has_group("child_remediation.group_safeguarding"))
        self.assertFalse(ada.has_group("child_remediation.group_coordinator"))
        self.assertEqual((ada.lang, ada.share), ("fr_FR", False))
        mails = self.env["mail.mail"].search([("email_to", "ilike", "ada@example.org")])
        self.assertTrue(mails or ada.partner_id.signup_type)
        # A sensitive right given by this door too is told (R74).
        alerts = self.env["remediation.grant.alert"].search([("user_id", "=", ada.id)])
        self.assertIn(
            self.env.ref("child_remediation.group_safeguarding"), alerts.group_id
        )

    def test_one_wrong_row_and_nobody_is_invited(self):
        before = self.env["res.users"].search_count([])
        known = self.worker.login
        self.worker.login = "worker@example.org"
        invite = self._invite(
            [
                ["Right One", "right@example.org", "", "Case Worker"],
                ["", "no name", "", ""],
                ["Twice", "twice@example.org", "", "Case Worker"],
                ["Twice", "TWICE@example.org", "", "Case Worker"],
                ["Known", "worker@example.org", "", "Case Worker"],
                ["Strange", "s@example.org", "Klingon", "Case Worker, Pilot"],
                [
                    "Both",
                    "b@example.org",
                    "",
                    "Safeguarding Officer, Safeguarding Alternate",
                ],
            ]
        )
        told = dict(zip(range(7), invite.line_ids.mapped("problem_text"), strict=True))
        self.assertFalse(told[0])
        for number, words in (
            (1, "Write the name."),
            (1, "Write one e-mail address."),
            (1, "Choose at least one duty."),
            (2, "two rows"),
            (3, "two rows"),
            (4, "signs in already"),
            (5, "“Pilot”: no such duty."),
            (5, "“Klingon” is no language here"),
            (6, "two people"),
        ):
            self.assertIn(words, told[number])
        invite.action_invite()
        self.assertEqual(self.env["res.users"].search_count([]), before, known)

    def test_rights_that_are_not_offered_are_refused(self):
        """Neither an administrator's right nor a portal role goes by this door."""
        system = self.env.ref("base.group_system")
        portal = self.env.ref("child_remediation.group_portal_reporter")
        offered = self.env["remediation.people.invite"]._offered_duties()
        self.assertFalse(offered & (system | portal))
        for group in system | portal:
            invite = self._invite([["Eve", "eve@example.org", "", "Case Worker"]])
            invite.line_ids.duty_ids = [(4, group.id)]
            self.assertIn("own page", invite.line_ids.problem_text)
            invite.action_invite()
            self.assertFalse(
                self.env["res.users"].search([("login", "=", "eve@example.org")])
            )

    def test_only_who_gives_rights_invites(self):
        for user in (self.coordinator, self.supervisor, self.worker):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._invite([["Eve", "eve@example.org", "", "Case Worker"]], user)
        with self.assertRaisesRegex(AccessError, "Ask the administrator"):
            self.env["remediation.people.invite"].with_user(
                self.coordinator
            )._check_may_invite()

    def test_without_mail_nobody_is_invited(self):
        self.env["ir.mail_server"].search([]).unlink()
        invite = self._invite([["Eve", "eve@example.org", "", "Case Worker"]])
        with self.assertRaisesRegex(UserError, "Set up the mail first"):
            invite.action_invite()

    def test_country_proposes_and_the_administrator_saves(self):
        setup = self.env["remediation.organisation.setup"].with_user(self.admin)
        page = setup.new(
            {
                "name": "Lumière",
                "email": "a@b.org",
                "country_id": self.env.ref("base.cd"),
            }
        )
        self.assertEqual(page.currency_id.name, "CDF")
        self.assertEqual(page.tz, "Africa/Kinshasa")
        self.assertIn("fr", page.lang_ids.mapped("iso_code"))
        self.assertEqual(page.framework_id.country_id.code, "CD")
        with self.assertRaises(AccessError):
            setup.with_user(self.coordinator).create({"name": "X"})

    def test_a_country_proposes_the_languages_of_its_field_workers(self):
        setup = self.env["remediation.organisation.setup"].with_user(self.admin)
        for country, wanted in (
            ("cd", {"fr_FR", "sw"}),
            ("tz", {"sw"}),
            ("mz", {"pt_PT"}),
            ("ao", {"pt_AO"}),
            ("br", {"pt_BR"}),
            ("bo", {"es_BO"}),
            ("es", {"es_ES"}),
        ):
            with self.subTest(country=country):
                page = setup.new({"country_id": self.env.ref(f"base.{country}")})
                self.assertLessEqual(wanted, {*page.lang_ids.mapped("code")})

    def test_a_coordinator_accepts_the_law_that_applies(self):
        frameworks = self.env["remediation.legal.framework"]
        applies = frameworks._for_company(self.company)
        other = frameworks.search([("id", "!=", applies.id)], limit=1)
        with self.assertRaisesRegex(AccessError, "Ask a coordinator"):
            applies.with_user(self.supervisor).action_accept()
        with self.assertRaisesRegex(UserError, applies.name):
            other.with_user(self.coordinator).action_accept()
        applies.with_user(self.coordinator).action_accept()
        self.assertEqual(self.company.framework_accepted_id, applies)
        self.assertIn(self.coordinator.name, applies.acceptance_text)

    def test_a_coordinator_makes_organisations_and_touches_no_colleague(self):
        partners = self.env["res.partner"].with_user(self.coordinator)
        house = partners.create({"name": "House of Hope", "is_company": True})
        partners.create({"name": "Grace", "parent_id": house.id})
        house.name = "House of Joy"
        for partner in (
            self.worker.partner_id,
            self.admin.partner_id,
            self.company.partner_id,
        ):
            with self.subTest(partner=partner.name), self.assertRaises(AccessError):
                partner.with_user(self.coordinator).email = "mine@example.org"
        with self.assertRaises(AccessError):
            partners.create({"name": "Somebody"})
        with self.assertRaises(AccessError):
            house.unlink()
