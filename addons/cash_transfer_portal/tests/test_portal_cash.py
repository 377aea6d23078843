from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestPortalCash(CashCommon, HttpCase):
    """R45 on the portal, through the real pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager_portal, site_id=cls.site.id)

    def _values(self, **extra):
        return {
            "scheme_id": self.scheme.id,
            "member_id": self._caregiver(self.case).id,
            "provider_id": self.provider.id,
            "number": "+243812345678",
            "justification": "The mother has lost her stall.",
            **extra,
        }

    def test_r45_portal_case_manager_proposes_and_sees_the_account_masked(self):
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{self.case.name}/cash"
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        self.url_open(
            url, data=dict(self._values(), csrf_token=http.Request.csrf_token(self))
        )
        entitlement = self.env["cash.transfer.entitlement"].search(
            [("case_id", "=", self.case.id)]
        )
        self.assertEqual(entitlement.state, "proposed")
        self.assertEqual(entitlement.proposed_by_id, self.portal_manager)
        page = self.url_open(url).text
        self.assertIn("•••678", page)
        self.assertNotIn("812345678", page)
        self._seen(entitlement.payee_id, self.supervisor).action_approve()
        self._seen(entitlement.payee_id.method_ids, self.supervisor).action_approve()
        self._seen(entitlement, self.supervisor).action_approve()
        self.assertEqual(entitlement.state, "approved")

    def test_r45_portal_sees_why_not_paid(self):
        entitlement = self._new_portal_entitlement()
        plan = self._to(self._new_plans(self._new_cycle()), "instructed")
        self._report(
            plan,
            [{"payment": plan.line_ids.name, "amount": 0, "reason": "wrong_number"}],
        )
        support = self.case.with_user(self.portal_manager).portal_cash()
        self.assertEqual(support[0]["code"], entitlement.name)
        self.assertEqual(support[0]["payments"][0]["why"], "Wrong Number")
        with self.assertRaises(AccessError):
            plan.line_ids.with_user(self.portal_manager).read(["amount_due"])

    def _new_portal_entitlement(self):
        self.case.with_user(self.portal_manager).portal_propose_cash(self._values())
        entitlement = self.env["cash.transfer.entitlement"].search(
            [("case_id", "=", self.case.id)]
        )
        payee = entitlement.payee_id
        self._seen(payee, self.supervisor).action_approve()
        self._seen(payee.method_ids, self.supervisor).action_approve()
        self._seen(entitlement, self.supervisor).action_approve()
        return entitlement

    def test_only_the_holder_proposes(self):
        for user in (
            self.portal_manager_other,
            self.portal_supervisor,
            self.portal_reporter,
            self.portal_provider,
        ):
            with self.assertRaises(AccessError):
                self.case.with_user(user).portal_propose_cash(self._values())
        self.case.case_manager_id.user_id.flush_recordset()

    def test_values_are_a_whitelist(self):
        mine = self.case.with_user(self.portal_manager)
        stranger = self._caregiver(self._new_case())
        for values in (
            self._values(member_id=stranger.id),
            self._values(scheme_id=10**9),
            self._values(provider_id="x"),
            self._values(justification=""),
            self._values(number=""),
        ):
            with self.assertRaises(UserError):
                mine.portal_propose_cash(values)
        code = mine.portal_propose_cash(
            self._values(state="active", amount=99999, company_id=self.company_b.id)
        )
        entitlement = self.env["cash.transfer.entitlement"].search(
            [("name", "=", code)]
        )
        self.assertEqual((entitlement.state, entitlement.amount), ("proposed", 30))

    def test_portal_has_no_write_right(self):
        entitlement = self._new_portal_entitlement().with_user(self.portal_manager)
        for step in (
            lambda: entitlement.write({"justification": "x"}),
            lambda: entitlement.copy(),
            lambda: entitlement.unlink(),
            lambda: entitlement.action_cancel("x"),
            lambda: entitlement.payee_id.method_ids.read(["number"]),
            lambda: entitlement.env["cash.transfer.payee"].create(
                {"case_id": self.case.id, "member_id": self._caregiver(self.case).id}
            ),
        ):
            with self.assertRaises(AccessError):
                step()
