from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import DUTIES, CashCommon


@tagged("post_install", "-at_install")
class TestCashDesk(CashCommon):
    """What stands on the first page of each duty."""

    def _sections(self, login):
        desk = self.env["remediation.desk"].with_user(getattr(self, login))
        return {section["key"]: section for section in desk.get_desk()["sections"]}

    def test_each_duty_sees_the_grants_that_run(self):
        for login in DUTIES:
            with self.subTest(login=login):
                titles = [
                    line["title"] for line in self._sections(login)["grants"]["lines"]
                ]
                self.assertEqual(titles, ["Grant A", "Grant B"])

    def test_r63_an_approver_sees_what_others_asked_for(self):
        grant = self.grant.with_user(self.releaser)
        grant.budget += 1
        self.assertIn(
            self.grant.id,
            [line["res_id"] for line in self._sections("approver")["changes"]["lines"]],
        )
        self.assertNotIn("changes", self._sections("releaser"))
        self.assertNotIn("changes", self._sections("officer"))

    def _inbox(self, login):
        self.env.invalidate_all()
        lines = self._sections(login)["decisions"]["lines"]
        return {(line["model"], line["res_id"]): line for line in lines}

    @whole
    def test_r18_support_and_payees_wait_in_the_supervisors_inbox(self):
        entitlement = self._new_entitlement(approve=False)
        key = (entitlement._name, entitlement.id)
        self.assertNotIn(key, self._inbox("supervisor"))
        entitlement.with_user(self.worker).action_propose()
        line = self._inbox("supervisor")[key]
        self.assertEqual(
            (line["approve"], line["send_back"]),
            ("action_approve", "action_send_back"),
        )
        self.assertEqual(line["case"], entitlement.case_id.id)
        self._seen(entitlement, self.supervisor).action_approve()
        self.assertNotIn(key, self._inbox("supervisor"))

    def test_r65_who_asked_for_a_change_does_not_find_it_in_the_inbox(self):
        entitlement = self._new_entitlement()
        entitlement.with_user(self.supervisor).action_suspend("Moved")
        entitlement.with_user(self.supervisor).action_resume()
        key = (entitlement._name, entitlement.id)
        self.assertNotIn(key, self._inbox("supervisor"))
        line = self._inbox("supervisor_2")[key]
        self.assertEqual(
            (line["approve"], line["send_back"]), ("action_agree", "action_decline")
        )
        # A cash approver, who sees no names, signs what they see.
        reader = entitlement.with_user(self.approver)
        reader.with_context(seen_hash=reader.content_hash).action_agree()
        self.assertEqual(entitlement.state, "active")

    def test_r31_an_exception_waits_for_a_second_person(self):
        case = self._new_case(site_id=self.site.id)
        payee = (
            self.env["cash.transfer.payee"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "kind": "member",
                    "member_id": self._caregiver(case).id,
                    "exception": "child_headed",
                    "best_interest_note": "She leads the household.",
                }
            )
        )
        key = (payee._name, payee.id)
        self.assertEqual(self._inbox("supervisor")[key]["approve"], "action_approve")
        self._seen(payee, self.supervisor).action_approve()
        self.assertNotIn(key, self._inbox("supervisor"))
        self.assertEqual(
            self._inbox("supervisor_2")[key]["approve"], "action_confirm_exception"
        )
