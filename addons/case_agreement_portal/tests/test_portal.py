from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.case_agreement.tests.common import AgreementCommon

URL = "/my/remediation/agreements"


@tagged("post_install", "-at_install")
class TestPortal(AgreementCommon, HttpCase):
    """A payer sees its own agreements, in its tier, and nothing of a child."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # portal_observer works for partner_org_b
        cls.agreement = cls._approved_agreement(
            payers_see="totals",
            party_ids=[
                cls._party("purchaser", cls.partner_org_b, 60.0, ceiling=4321.0),
                cls._party("operator", cls.factory, 40.0),
            ],
        )
        cls.child = cls._approved_child(cls.agreement)
        cls.foreign = cls._approved_agreement()

    def test_a_payer_sees_its_agreement_and_nothing_of_a_child(self):
        self.authenticate("portal_observer", "portal_observer")
        page = self.url_open(URL)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.agreement.name, page.text)
        self.assertIn("4,321", page.text)
        self.assertIn("Fewer than 11", page.text)
        self.assertNotIn(self.foreign.name, page.text)
        self.assertNotIn("Factory", page.text)
        case = self.child.case_id
        child = case.beneficiary_id
        for word in (case.name, child.name, child.first_name, child.last_name):
            self.assertNotIn(word, page.text)

    def test_the_agreement_gives_the_tier(self):
        values = self._values()
        self.assertEqual(values["children"], "Fewer than 11")
        self.agreement.sudo()._unprotected().payers_see = "payments"
        self.assertFalse(self._values()["children"])

    def _values(self):
        agreements = self.env["remediation.agreement"].with_user(self.portal_observer)
        [values] = agreements.portal_agreements()
        return values

    def test_nobody_else_reads_it(self):
        for login in ("portal_manager", "portal_provider", "portal_reporter"):
            with self.subTest(who=login):
                self.authenticate(login, login)
                self.assertEqual(self.url_open(URL).status_code, 404)
                user = getattr(self, login)
                with self.assertRaises(AccessError):
                    self.env["remediation.agreement"].with_user(
                        user
                    ).portal_agreements()
        self.authenticate(None, None)
        response = self.url_open(URL, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_a_payer_has_no_right_to_a_record(self):
        """By remote calls, the portal's own user reads no model of an agreement."""
        for record in (
            self.agreement,
            self.agreement.party_ids[:1],
            self.child,
            self.child.cost_ids,
            self.child.case_id,
        ):
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(
                    record.with_user(self.portal_observer).has_access(operation),
                    (record, operation),
                )

    # -- before a call -----------------------------------------------------------------
    def _tell(self, day):
        mails = self.env["mail.mail"].search([])
        with freeze_time(f"{day} 12:00:00"):
            self.env["remediation.agreement.party"]._cron_tell_payers()
        return self.env["mail.mail"].search([]) - mails

    def test_a_payer_is_told_of_its_next_call_once_by_code_alone(self):
        party = self.agreement.party_ids.filtered(lambda p: p.role == "purchaser")
        day = party._call_day()
        self.assertEqual(
            day, self.agreement.date_start - timedelta(days=self.agreement.notice_days)
        )
        self.assertFalse(self._tell(day - timedelta(days=15)))
        mail = self._tell(day - timedelta(days=14))
        self.assertEqual(mail.email_to, self.portal_observer.email_formatted)
        text = f"{mail.subject} {mail.body_html}"
        self.assertIn(self.agreement.name, text)
        self.assertIn(URL, text)
        case = self.child.case_id
        child = case.beneficiary_id
        for word in (
            *(case.name, child.name, child.first_name, child.last_name),
            *("4,321", "4321", self.agreement.currency_id.symbol),
        ):
            self.assertNotIn(word, text.replace(self.agreement.name, ""), word)
        self.assertFalse(self._tell(day - timedelta(days=13)), "it was told before")

    def test_a_payer_hears_of_each_call(self):
        party = self.agreement.party_ids.filtered(lambda p: p.role == "purchaser")
        self.assertTrue(self._tell(party._call_day()))
        first = party.told_of
        month, units = party._months()[0]
        self.env["remediation.agreement.call"]._unprotected().create(
            party._prepare_call("call", units / 100, month, month)
        )
        # Without an invoice it counts as cancelled.
        self.assertFalse(self._tell(party._call_day()))
        self.assertEqual(party.told_of, first)

    def test_who_stopped_is_told_nothing(self):
        party = self.agreement.party_ids.filtered(lambda p: p.role == "purchaser")
        day = party._call_day()
        party.with_user(self.coordinator).action_stop("2026-09-01", "Left")
        self.assertFalse(self._tell(day))
