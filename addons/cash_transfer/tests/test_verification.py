from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from ..tools import sampling
from .common import CashCommon


@tagged("post_install", "-at_install")
class TestVerification(CashCommon):
    """Sample after distribution, documents (R41, E24)."""

    def _verified(self, count=4):
        plan = self._paid_plan(count)
        self._report(
            plan, [{"payment": line.name, "amount": 30} for line in plan.line_ids]
        )
        verification = (
            self.env["cash.transfer.verification"]
            .with_user(self.reconciler)
            .create({"plan_id": plan.id, "margin": 20})
        )
        verification.action_draw()
        return plan, verification

    @whole
    def test_r41_sample_can_be_drawn_again_from_the_seed(self):
        plan, verification = self._verified()
        self.assertEqual(verification.population, 4)
        size = sampling.sample_size(4, "95", 0.2)
        drawn = sampling.draw(plan.line_ids.ids, size, verification.seed)
        answers = verification.with_env(self.env).answer_ids
        self.assertEqual(answers.line_id.ids, drawn)
        with self.assertRaises(UserError):
            verification.action_draw()
        with self.assertRaises(AccessError):
            verification.write({"seed": 1})

    def test_r41_child_working_or_fee_raises_a_task(self):
        _plan, verification = self._verified()
        answers = verification.with_env(self.env).answer_ids
        good, working, fee = answers[:3]
        good.with_user(self.worker).action_answer("yes", 30)
        working.with_user(self.worker).action_answer("yes", 30, child_working=True)
        fee.with_user(self.worker).action_answer("with_issues", 25, fee_asked=True)
        self.assertFalse(
            good.case_id.activity_ids.filtered(
                lambda a: "Verification" in (a.summary or "")
            )
        )
        for answer in (working, fee):
            task = answer.case_id.activity_ids.filtered(
                lambda a: "Verification" in (a.summary or "")
            )
            self.assertEqual(task.user_id, self.supervisor)
        verification.invalidate_recordset()
        self.assertEqual(
            (
                verification.answered_count,
                verification.fee_count,
                verification.working_count,
            ),
            (3, 1, 1),
        )
        with self.assertRaises(UserError):
            fee.with_user(self.worker).action_answer("yes")
        with self.assertRaises(AccessError):
            answers[3].with_user(self.worker_other).action_answer("yes")
        with self.assertRaises(AccessError):
            answers[3].with_user(self.officer).action_answer("yes")

    def test_r81_no_question_of_the_verification_is_answered_by_default(self):
        _plan, verification = self._verified()
        answer = verification.with_env(self.env).answer_ids[0]
        wizards = self.env["cash.transfer.answer.wizard"].with_user(self.worker)
        names = ("safe", "fee_asked", "child_working")
        self.assertFalse(any(wizards.default_get(list(names)).values()))
        said = {"answer_id": answer.id, "received": "yes", "amount_received": 30}
        for missing in names:
            given = {name: "yes" for name in names if name != missing}
            with self.assertRaisesRegex(UserError, "Ask whether"):
                wizards.create({**said, **given}).action_confirm()
        self.assertNotEqual(answer.state, "answered")
        wizards.create(
            {**said, "safe": "yes", "fee_asked": "no", "child_working": "no"}
        ).action_confirm()
        self.assertEqual((answer.safe, answer.fee_asked), (True, False))

    @whole
    def test_nothing_to_verify_before_payment(self):
        plan = self._paid_plan(1, "locked")
        with self.assertRaises(ValidationError):
            self.env["cash.transfer.verification"].create({"plan_id": plan.id})

    def test_documents_render_by_code(self):
        plan, _verification = self._verified(2)
        report = self.env["ir.actions.report"]

        def html(name, record, user):
            return (
                report.with_user(user)
                ._render_qweb_html(f"cash_transfer.{name}", record.ids)[0]
                .decode()
            )

        listing = html("report_payment_list", plan, self.officer)
        name = self._caregiver(plan.line_ids[0].entitlement_id.case_id).full_name
        self.assertIn(name, listing)
        self.assertIn(plan.line_ids[0].name, listing)
        self.assertIn(
            plan.line_ids[0].name,
            html("report_payment_certificate", plan.line_ids[0], self.officer),
        )
        for name, record in (
            ("report_plan_statement", plan),
            ("report_advance_statement", self.provider),
        ):
            for user in (self.reconciler, self.auditor):
                page = html(name, record, user)
                self.assertIn(plan.name, page)
                for secret in self.names:
                    self.assertNotIn(secret, page)
        with self.assertRaises(AccessError):
            html("report_payment_list", plan, self.auditor)
        with self.assertRaises(AccessError):
            html("report_payment_list", plan, self.worker)
