"""What was found open in comparable systems is tried here, one test for each."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cash_transfer.tests.common import CashCommon

LOGGERS = (
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
)


@tagged("post_install", "-at_install")
class TestPeerHoles(CashCommon):
    def _refused(self, function, errors=UserError):
        with (
            self.assertRaises(errors),
            mute_logger(*LOGGERS),
            self.env.cr.savepoint(),
        ):
            function()
            self.env.flush_all()

    # -- rights on a case file -------------------------------------------------
    def test_peers_a_worker_deletes_a_colleagues_case_and_what_is_below(self):
        """A rule with "delete: no" had let everybody delete."""
        case = self._new_case(self.manager_2)
        records = [
            case,
            self._active_plan(case),
            self._visit(case),
            self.env["remediation.note"].create({"case_id": case.id, "text": "x"}),
            self._approved_assessment(case),
            case.plan_ids.action_ids[:1],
            self._new_consent(case),
            case.beneficiary_id,
            case.household_id,
        ]
        for record in records:
            for user in (self.worker, self.worker_2, self.supervisor, self.coordinator):
                self._refused(record.with_user(user).unlink, AccessError)

    def test_peers_a_worker_reads_and_edits_a_colleagues_assessment(self):
        case = self._new_case(self.manager_2)
        assessment = self._approved_assessment(case)
        theirs = assessment.with_user(self.worker)
        self._refused(lambda: theirs.read(["summary"]), AccessError)
        self._refused(lambda: theirs.write({"summary": "x"}), AccessError)
        self.assertFalse(theirs.search([("id", "=", assessment.id)]))
        scores = assessment.score_ids.with_user(self.worker)
        self._refused(lambda: scores.write({"score": "1"}), AccessError)

    def test_peers_a_worker_approves_his_own_plan_straight_from_draft(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case)
        for user in (self.worker, self.supervisor_2, self.coordinator):
            self._refused(self._seen(plan, user).action_approve)
        plan.action_submit()
        self._refused(self._seen(plan, self.worker).action_approve)
        # Nor as the supervisor who wrote it.
        own = self._new_case(self.manager_2)
        self._approved_assessment(own)
        mine = (
            self.env["remediation.plan"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": own.id,
                    "goal": "School",
                    "caregiver_member_id": self._caregiver(own).id,
                    "caregiver_agreed_on": self.today,
                    "child_assent": "yes",
                    "child_assent_on": self.today,
                    "target_date": self.today + timedelta(days=300),
                    "payer": "ngo",
                    "income_replacement": "none",
                    "income_replacement_reason": "x",
                    "action_ids": [(0, 0, self._planned_action("education"))],
                }
            )
        )
        mine.action_submit()
        self._refused(self._seen(mine, self.supervisor).action_approve)

    def test_peers_a_viewer_reads_a_confidential_note(self):
        """There is no tick that only promises: a reader of rows reads no note."""
        case = self._new_case()
        note = (
            self.env["remediation.note"]
            .with_user(self.worker)
            .create({"case_id": case.id, "text": "x"})
        )
        for user in (self.monitor, self.auditor, self.plain_user, self.admin_like):
            self._refused(lambda u=user: note.with_user(u).read(["text"]), AccessError)

    def test_peers_what_a_stage_asks_for_is_asked(self):
        """Stages promised an assessment and an approval that nobody checked."""
        case = self._new_case()
        for stage in ("planning", "in_remediation", "monitoring", "closed"):
            self._refused(
                lambda s=stage: case.with_user(self.worker).write({"stage": s}),
                AccessError,
            )
        self._refused(
            lambda: self._seen(self._new_plan(case), self.supervisor).action_approve()
        )
        self.assertEqual(case.stage, "registered")

    def test_peers_a_group_that_may_edit_has_the_right_to(self):
        """A group described as "view and edit" had no line of rights at all."""
        case = self._new_case()
        for user in (self.worker, self.supervisor, self.coordinator):
            case.with_user(user).write({"survivor_reason": user.login})
            self.assertEqual(case.survivor_reason, user.login)

    def test_peers_a_revision_of_a_plan_keeps_its_actions(self):
        case = self._new_case()
        plan = self._active_plan(case, actions=("education", "health"))
        plan.with_user(self.worker).action_revise()
        revised = case.plan_ids.sorted("version")[-1]
        self.assertNotEqual(revised, plan)
        self.assertEqual(
            sorted(revised.action_ids.mapped("domain")), ["education", "health"]
        )

    def test_peers_a_worker_of_one_company_in_anothers_cases(self):
        """Cases had no rule of company: the worker's id alone decided."""
        case = self._new_case(self.manager_company_b)
        self.worker_company_b.write(
            {"company_ids": [(6, 0, self.company.ids)], "company_id": self.company.id}
        )
        theirs = case.with_user(self.worker_company_b).with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertFalse(theirs.search([("id", "=", case.id)]))
        self._refused(lambda: theirs.read(["name"]), AccessError)

    # -- rights without a group ------------------------------------------------
    def test_peers_the_public_reads_secrets_and_writes_settings(self):
        """A line of rights without a group is everybody's."""
        product = self.env["ir.module.module"].search(
            [
                ("state", "=", "installed"),
                ("author", "=", "Child Remediation contributors"),
            ]
        )
        lines = self.env["ir.model.access"].search([("group_id", "=", False)])
        ours = self.env["ir.model.data"].search(
            [
                ("model", "=", "ir.model.access"),
                ("module", "in", product.mapped("name")),
                ("res_id", "in", lines.ids),
            ]
        )
        self.assertFalse(ours.mapped("complete_name"))
        for user in (
            self.env.ref("base.public_user"),
            self.portal_manager,
            self.plain_user,
        ):
            settings = self.env["ir.config_parameter"].with_user(user)
            self._refused(lambda s=settings: s.search_read([]), AccessError)
            self._refused(
                lambda s=settings: s.set_param("database.secret", "x"), AccessError
            )

    def test_peers_public_and_portal_change_a_programme(self):
        programme = self.env["remediation.programme"].create({"name": "Programme"})
        for user in (
            self.env.ref("base.public_user"),
            self.portal_manager,
            self.portal_provider,
            self.portal_observer,
            self.plain_user,
        ):
            for records in (programme, self.scheme, self.grant):
                theirs = records.with_user(user)
                self._refused(lambda t=theirs: t.write({"name": "x"}), UserError)
                self._refused(theirs.unlink, AccessError)
                self._refused(lambda t=theirs: t.create({"name": "x"}), AccessError)

    def test_peers_every_employee_lists_the_children(self):
        """Children were contacts: names and days of birth for all who sign in."""
        case = self._new_case()
        child = case.beneficiary_id
        self.assertNotIn("res.partner", child._inherits)
        partners = self.env["res.partner"].with_user(self.plain_user)
        for text in ("Amani", "Hidden", "Mama Secret", child.name):
            self.assertFalse(partners.search([("name", "ilike", text)]))
            self.assertFalse(partners.name_search(text))
        for name in ("remediation.beneficiary", "remediation.household.member"):
            model = self.env[name].with_user(self.plain_user)
            self._refused(lambda m=model: m.search_read([]), AccessError)

    def test_peers_limits_by_role_hold_for_counts_groups_and_names(self):
        """Limits put into one way of reading left the others open."""
        for manager in (self.manager, self.manager_2, self.manager_other):
            self._new_case(manager)
        for user in (
            self.worker,
            self.worker_2,
            self.worker_other,
            self.supervisor_other,
            self.portal_manager,
        ):
            for name in ("remediation.case", "remediation.beneficiary"):
                model = self.env[name].with_user(user)
                seen = model.search([])
                self.assertEqual(model.search_count([]), len(seen))
                groups = model.formatted_read_group([], ["user_id"], ["__count"])
                self.assertEqual(sum(g["__count"] for g in groups), len(seen))
                self.assertEqual(
                    {i for i, _label in model.name_search("", limit=None)},
                    set(seen.ids),
                )
                read = model.web_search_read([], {"display_name": {}}, limit=500)
                self.assertEqual({r["id"] for r in read["records"]}, set(seen.ids))

    # -- money -----------------------------------------------------------------
    def test_peers_a_worker_writes_amounts_and_approves(self):
        entitlement = self._new_entitlement(approve=False)
        as_worker = entitlement.with_user(self.worker)
        self._refused(lambda: as_worker.write({"state": "approved"}), AccessError)
        as_worker.action_propose()
        self._refused(self._seen(as_worker).action_approve)
        self._refused(lambda: as_worker.write({"amount": 5000}))

    def test_peers_only_who_meets_the_condition_is_due(self):
        """A condition that five of ten met made ten entitlements."""
        due = self._new_entitlement() | self._new_entitlement()
        not_due = self._new_entitlement(approve=False)
        cycle = self._new_cycle()
        lines = cycle.line_ids
        self.assertEqual(lines.entitlement_id, due)
        self.assertNotIn(not_due, lines.entitlement_id)

    def test_peers_an_amount_below_the_maximum_stays_as_it_is(self):
        """A comparison the wrong way round paid the maximum to everybody."""
        self._refused(lambda: self._new_entitlement(amount=999), AccessError)
        self.scheme.write(
            {"amount_rule": "income", "income_percent": 100, "income_cap": 100}
        )
        self.assertEqual(self.scheme._first_amount(30), 30)
        self.assertEqual(self.scheme._first_amount(300), 100)
        self.scheme.write({"amount_rule": "fixed", "amount": 12})
        entitlement = self._new_entitlement()
        cycle = self._new_cycle()
        plan = self._lock(self._new_plans(cycle)[:1])
        self.assertEqual(entitlement.amount, 12)
        self.assertEqual(cycle.line_ids.mapped("amount_due"), [12])
        self.assertEqual(plan.line_ids.mapped("amount_due"), [12])

    def test_peers_a_payment_cancelled_in_the_books_is_not_overlooked(self):
        """Funding of a released plan cannot be cancelled behind its back."""
        plan = self._paid_plan(count=1, state="instructed")
        payments = self.env["account.payment"].search(
            [("payment_plan_ids", "in", plan.ids)]
        )
        self.assertTrue(payments)
        for step in ("action_draft", "action_cancel"):
            payment = payments[:1]
            self._refused(lambda p=payment, s=step: getattr(p, s)())
        self.assertNotIn(payments[:1].state, ("draft", "canceled"))

    def test_peers_sending_really_makes_the_instruction(self):
        """The step called "send" did nothing."""
        plan = self._paid_plan(count=2, state="instructed")
        self.assertEqual(plan.state, "instructed")
        self.assertEqual(set(plan.line_ids.mapped("status")), {"sent"})
        content = plan.with_user(self.releaser).file_content
        self.assertTrue(content, "what the provider gets")

    # -- writing several at once, refusing ---------------------------------------
    def test_peers_writing_many_children_gives_each_their_own(self):
        """Values changed inside a loop gave every child the last one's."""
        cases = [self._new_case(), self._new_case()]
        children = cases[0].beneficiary_id | cases[1].beneficiary_id
        children[0].write({"first_name": "Baraka", "last_name": "One"})
        children[1].write({"first_name": "Furaha", "last_name": "Two"})
        children.with_user(self.worker).write({"last_grade": "4"})
        self.assertEqual(children.mapped("last_grade"), ["4", "4"])
        self.assertEqual(children.mapped("first_name"), ["Baraka", "Furaha"])
        keys = children.mapped("search_name")
        self.assertNotEqual(keys[0], keys[1])
        self.assertNotIn("Furaha".casefold(), keys[0].casefold())
