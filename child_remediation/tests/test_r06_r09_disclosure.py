from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.child_remediation.models.case.remediation_case_disclosure import (
    FREE_TEXT,
    FULL_KEYS,
    ITEM_FIELDS,
    SCHOOL_KEYS,
)

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestDisclosure(RemediationCommon):
    """One place says what a receiver may get."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.training = cls.env["remediation.service.type"].create(
            {"name": "Training", "code": "T-VOC", "domain": "vocational"}
        )
        cls.health = cls.env["remediation.service.type"].create(
            {"name": "Health", "code": "T-HEA", "domain": "health"}
        )

    def _item(self, *keys):
        items = self.env["remediation.disclosure.item"]
        for key in keys:
            items |= self.env.ref(f"child_remediation.disclosure_item_{key}")
        return [Command.set(items.ids)]

    def _keys(self, receiver, data_set="full", service=None):
        keys = self.case._disclosure_keys(receiver, data_set, service or self.health)
        return keys[self.case.id]

    def _rank(self, receiver):
        return self.case._disclosure_ranks(receiver)[self.case.id]

    def test_r06_nothing_without_services_and_sharing_consent(self):
        org = self.partner_org
        self.assertEqual(self._rank(org), 0)
        self._new_consent(self.case)
        self.assertEqual(self._rank(org), 0)
        self._new_consent(self.case, "share_with_org", data_set="service")
        self.assertEqual(self._rank(org), 2)
        self.assertEqual(self.case._disclosure_consented(org, "service"), self.case)
        self.assertFalse(self.case._disclosure_consented(org, "full"))

    def test_r06_a_later_no_ends_sharing_with_whom_it_names(self):
        self._new_consent(self.case)
        self._new_consent(self.case, "share_with_org", data_set="full")
        self._new_consent(
            self.case,
            "share_with_org",
            answer="no",
            organisation_ids=[Command.set(self.partner_org.ids)],
        )
        self.assertEqual(self._rank(self.partner_org), 0)
        self.assertEqual(self._rank(self.partner_org_b), 3)
        self._new_consent(self.case, answer="no")
        self.assertEqual(self._rank(self.partner_org_b), 0)

    def test_r07_a_receiver_finishes_for_fourteen_days_and_no_more(self):
        last = self.today + timedelta(days=5)
        consents = self._new_consent(self.case, valid_until=last)
        consents |= self._new_consent(self.case, "share_with_org")
        org = self.partner_org
        for days, may in ((5, True), (6, True), (19, True), (20, False)):
            with freeze_time(self.today + timedelta(days=days)):
                self.env["remediation.consent"]._cron_expire()
                self.assertEqual(self.case._disclosure_may_finish(org), may, days)
                self.assertEqual(self._rank(org) > 0, days <= 5, days)
        self.assertEqual(
            self.case._disclosure_finish_by(org), last + timedelta(days=14)
        )

    def test_r07_after_a_withdrawal_nobody_finishes(self):
        self._new_consent(self.case)
        share = self._new_consent(self.case, "share_with_org")
        self.assertTrue(self.case._disclosure_may_finish(self.partner_org))
        share.with_user(self.worker).action_withdraw("no more")
        self.assertFalse(self.case._disclosure_may_finish(self.partner_org))

    def test_r08_a_school_gets_the_same_few_things_whatever_is_asked(self):
        self.assertEqual(self._keys(self.partner_org), FULL_KEYS)
        self.assertEqual(
            self._keys(self.partner_org, service=self.training), SCHOOL_KEYS
        )
        minimum = self._keys(self.partner_org, "minimum", self.training)
        self.assertLess(set(minimum), set(SCHOOL_KEYS))
        self.assertNotIn("last_name", minimum)
        # A health check by the school's nurse is still a package for a school.
        nurse = self.env["res.partner"].create(
            {"name": "Nurse", "parent_id": self.partner_org_b.id}
        )
        self.env["remediation.institution"].create(
            {"name": "School", "partner_id": self.partner_org_b.id}
        )
        for receiver in (self.partner_org_b, nurse):
            self.assertEqual(self._keys(receiver), SCHOOL_KEYS)
        for key in ("reason", "risk_level", "classification", "goal", "area"):
            self.assertNotIn(key, SCHOOL_KEYS)

    def test_r08_what_is_withheld_from_one_is_told_to_another(self):
        self._new_consent(
            self.case,
            withhold_item_ids=self._item("caregiver_phone", "first_name"),
            withhold_from_ids=[Command.set(self.partner_org.ids)],
        )
        self.assertNotIn("caregiver_phone", self._keys(self.partner_org))
        self.assertIn("caregiver_phone", self._keys(self.partner_org_b))
        hidden = self.case._disclosure_hidden(self.partner_org)[self.case.id]
        self.assertEqual(hidden["remediation.household.member"], {"phone"})
        self.assertIn("photo", hidden["remediation.beneficiary"])
        self.assertFalse(self.case._disclosure_hidden(self.partner_org_b)[self.case.id])

    def test_r08_withheld_from_everybody_but_the_holder(self):
        case = self.case = self._new_case(self.manager_portal)
        consent = self._new_consent(
            case, withhold_item_ids=self._item("risk_level"), valid_until=self.today
        )
        self.assertNotIn("risk_level", self._keys(self.partner_org_b))
        self.assertIn("risk_level", self._keys(self.partner_org))
        self.assertEqual(case._disclosure_withheld(), {case.id: {"risk_level"}})
        consent.with_user(self.portal_manager).sudo().action_withdraw("over")
        self.assertNotIn(
            "risk_level", self._keys(self.partner_org_b), "withheld for good"
        )

    def test_r08_a_sheet_leaves_out_what_is_withheld_from_anybody(self):
        self._new_consent(
            self.case,
            withhold_item_ids=self._item("risk_level", "contact_name"),
            withhold_from_ids=[Command.set(self.partner_org.ids)],
        )
        report = self.env["ir.actions.report"].with_user(self.worker)
        for name in ("report_case_transfer", "report_case_conference"):
            page, _kind = report._render_qweb_html(
                f"child_remediation.{name}", self.case.ids
            )
            page = page.decode()
            self.assertIn(self.case.name, page)
            self.assertNotIn("Risk", page)
            self.assertNotIn(self.manager.display_name, page)

    def test_r08_the_case_does_not_go_to_whom_something_is_withheld_from(self):
        self._new_consent(
            self.case,
            withhold_item_ids=self._item("first_name"),
            withhold_from_ids=[Command.set(self.partner_org.ids)],
        )
        case = self.case.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "not told everything"):
            case.action_assign(self.manager_portal.id)
        case.action_assign(self.manager_portal_other.id)
        case.action_assign(self.manager_portal.id, override_reason="Nobody else near")
        self.assertEqual(self.case.user_id, self.portal_manager)

    def test_r08_every_item_is_mapped_to_fields_that_exist(self):
        items = self.env["remediation.disclosure.item"].search([])
        self.assertEqual(set(items.mapped("key")), set(ITEM_FIELDS))
        for models in [*ITEM_FIELDS.values(), FREE_TEXT]:
            for model, names in models.items():
                self.assertLessEqual(set(names), set(self.env[model]._fields), model)
        # Whatever can be in a package can be withheld, but for the request itself.
        self.assertEqual(set(FULL_KEYS) - set(ITEM_FIELDS), {"service"})

    def test_r09_only_who_agreed_to_reporting_is_reportable(self):
        agreed, refused, silent = (self._new_case() for _number in range(3))
        self._new_consent(agreed, "reporting")
        self._new_consent(refused, "reporting")
        self._new_consent(refused, "reporting", answer="no")
        cases = agreed | refused | silent
        self.assertEqual(cases._disclosure_reportable(), agreed)
        # Asked for somebody who reads no consent, the answer is the same.
        self.assertEqual(cases.with_user(self.monitor)._disclosure_reportable(), agreed)

    def test_r09_reportable_is_one_query_for_a_batch(self):
        cases = self.env["remediation.case"]
        for _number in range(12):
            case = self._new_case()
            self._new_consent(case, "reporting")
            cases |= case
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(cases._disclosure_reportable(), cases)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 6)
