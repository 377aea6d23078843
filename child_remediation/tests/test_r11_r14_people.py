from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestPeople(RemediationCommon):
    def test_r11_suspension_ends_sessions_and_passes_custody_at_once(self):
        case = self._new_case()
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.worker)
            .sudo()
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )
        self.assertTrue(key)
        self.manager.with_user(self.supervisor).action_suspend("A complaint")
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(case.case_manager_id)
        self.assertFalse(self.worker.active)
        self.assertFalse(
            self.env["res.users.apikeys"].search([("user_id", "=", self.worker.id)])
        )
        self.assertEqual(
            case.holder_log_ids.sorted("id").mapped("holder_user_id"),
            self.worker | self.supervisor,
        )
        self.manager.with_user(self.supervisor).action_restore()
        self.assertTrue(self.worker.active)
        self.assertEqual(case.user_id, self.supervisor)

    def _doors_that_end_a_login(self):
        """How a login or a worker's profile is switched off in Odoo."""
        worker = self.worker_2
        as_admin = worker.with_user(self.admin_like)
        return {
            "write": lambda: as_admin.write({"active": False}),
            "web_save": lambda: as_admin.web_save({"active": False}, {}),
            "archive": as_admin.action_archive,
            "portal": lambda: worker.with_user(worker).sudo()._deactivate_portal_user(),
            "profile": self.manager_2.with_user(self.supervisor).action_archive,
        }

    @whole
    def test_r11_reported_42_archiving_a_login_passes_custody_and_tells(self):
        assign = self.env.ref("child_remediation.mail_activity_type_assign")
        high = self._new_case(self.manager_2, risk_level="high")
        low = self._new_case(self.manager_2, risk_level="low")
        for name, door in self._doors_that_end_a_login().items():
            with self.subTest(door=name), self.cr.savepoint() as savepoint:
                if name == "portal":
                    self.worker_2.group_ids = self.env.ref(
                        "child_remediation.group_portal_case_manager"
                    )
                door()
                self.assertEqual((high | low).user_id, self.supervisor)
                self.assertFalse((high | low).case_manager_id)
                self.assertTrue(self.manager_2._problems_to_hold())
                if name != "profile":
                    self.assertEqual(self.manager_2.level, "suspended")
                    self.assertFalse(self.worker_2.active)
                tasks = self.env["mail.activity"].search(
                    [("activity_type_id", "=", assign.id)]
                )
                self.assertEqual(tasks.user_id, self.supervisor)
                due = {task.res_id: task.date_deadline for task in tasks}
                self.assertEqual(due[high.id], self.today)
                self.assertGreater(due[low.id], self.today)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_r11_archiving_a_portal_login_ends_its_keys(self):
        case = self._new_case(self.manager_portal)
        self.env["res.users.apikeys"].with_user(self.portal_manager).sudo()._generate(
            "rpc", "test", fields.Datetime.now() + timedelta(days=1)
        )
        self.portal_manager.with_user(self.admin_like).action_archive()
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(
            self.env["res.users.apikeys"].search(
                [("user_id", "=", self.portal_manager.id)]
            )
        )

    def test_r11_a_supervisor_who_goes_leaves_the_team_to_a_deputy(self):
        case = self._new_case(manager=False)
        self.team.on_call_user_id = self.supervisor
        self.supervisor.with_user(self.admin_like).action_archive()
        self.assertEqual(self.team.supervisor_id, self.supervisor_2)
        self.assertEqual(case.user_id, self.supervisor_2)
        self.assertEqual(self.team._on_call(), self.supervisor_2)
        self.assertEqual(
            case.holder_log_ids.sorted("id")[-1].holder_user_id, self.supervisor_2
        )

    def test_r11_a_team_without_heir_keeps_its_supervisor(self):
        with self.assertRaises(UserError) as refused:
            self.coordinator_company_b.with_user(self.admin_like).action_archive()
        self.assertIn("Elsewhere", str(refused.exception))
        self.assertTrue(self.coordinator_company_b.active)

    def test_r11_assigning_ends_the_task(self):
        case = self._new_case()
        self.manager.with_user(self.supervisor).action_suspend("A complaint")
        assign = self.env.ref("child_remediation.mail_activity_type_assign")
        tasks = [("activity_type_id", "=", assign.id), ("res_id", "=", case.id)]
        self.assertTrue(self.env["mail.activity"].search(tasks))
        self.assertIn("Assign a case manager", case.missing_html)
        case.with_user(self.supervisor).action_assign(self.manager_2.id)
        self.assertFalse(self.env["mail.activity"].search(tasks))

    def test_r13_caseloads_show_whoever_may_hold_cases(self):
        """Those of the supervisor's teams, without a case too; dropping a card on one
        takes the same step as everybody (R11–R14)."""
        case = self._new_case()
        free = self._new_manager(
            self._new_user("free_worker", "group_case_worker"),
            self.team,
            self.partner_org,
        )
        trainee = self._new_manager(
            self._new_user("trainee_worker", "group_case_worker"),
            self.team,
            self.partner_org,
            level="trainee",
        )
        cases = self.env["remediation.case"].with_user(self.supervisor)
        groups = cases.with_context(
            all_holders=True, read_group_expand=True
        ).web_read_group([("closed_on", "=", False)], ["case_manager_id"], ["__count"])[
            "groups"
        ]
        columns = {group["case_manager_id"][0] for group in groups}
        self.assertLessEqual({self.manager.id, free.id}, columns)
        self.assertNotIn(trainee.id, columns)
        foreign = self.manager.search([("team_id", "!=", self.team.id)])
        self.assertTrue(foreign)
        self.assertFalse(columns & set(foreign.ids))
        case.with_user(self.supervisor).action_assign(free.id)
        self.assertEqual(case.case_manager_id, free)
        with self.assertRaises(UserError):
            case.with_user(self.supervisor).action_assign(trainee.id)
        with self.assertRaises(UserError):
            case.with_user(self.supervisor).action_assign(0)
        with self.assertRaises(AccessError):
            case.with_user(self.worker).action_assign(self.manager.id)

    @whole
    def test_r11_the_list_after_a_lapsed_check_has_high_risk_first(self):
        self.supervisor.email = "s@example.org"
        cases = {
            risk: self._new_case(risk_level=risk) for risk in ("low", "medium", "high")
        }
        check = self.manager.vetting_ids._unprotected()
        check.expiry_date = self.today - timedelta(days=1)
        before = self.env["mail.mail"].search([])
        self.env["remediation.case.manager"]._cron_expire()
        body = (self.env["mail.mail"].search([]) - before).body_html
        places = [body.index(cases[risk].name) for risk in ("high", "medium", "low")]
        self.assertEqual(places, sorted(places))

    def test_r11_lapsed_check_passes_custody_and_warns_before(self):
        self.supervisor.email = "s@example.org"
        case = self._new_case()
        vetting = self.manager.vetting_ids._unprotected()
        # The change of address itself is told by mail.
        before = self.env["mail.mail"].search([])
        for days, count in ((61, 0), (60, 1), (30, 2), (0, 2), (-1, 3)):
            vetting.expiry_date = self.today + timedelta(days=days)
            self.env["remediation.case.manager"]._cron_expire()
            mails = self.env["mail.mail"].search([]) - before
            self.assertEqual(len(mails), count, f"{days} days before the end")
            holder = self.supervisor if days < 0 else self.worker
            self.assertEqual(case.user_id, holder)
        self.assertEqual(self.manager.level, "expired")
        self.assertIn(case.name, mails[-1:].body_html + mails[:1].body_html)
        self.assertNotIn("Amani", "".join(mails.mapped("body_html")))

    def test_r13_more_workers_than_the_ratio_warns(self):
        # Seven workers and two supervisors: within the ratio; without deputy, beyond.
        self.assertFalse(self.team.ratio_warning)
        self.team.deputy_ids = False
        for number in range(6 - self.team.worker_count):
            user = self._new_user(f"more_{number}", "group_case_worker")
            self._new_manager(user, self.team, self.company.partner_id)
        self.team.invalidate_recordset()
        self.assertTrue(self.team.ratio_warning)

    def test_r14_the_operators_people_and_relatives_do_not_hold_the_case(self):
        case = self._new_case(site_id=self.site.id)
        as_supervisor = case.with_user(self.supervisor)
        self.site.operator_id = self.partner_org
        with self.assertRaisesRegex(UserError, "operator"):
            as_supervisor.action_assign(
                self.manager_portal.id, override_reason="Nobody else"
            )
        case.related_manager_ids = self.manager_2
        with self.assertRaisesRegex(UserError, "related"):
            as_supervisor.action_assign(self.manager_2.id)
        as_supervisor.action_assign(
            self.manager_2.id, override_reason="Speaks the language; visits in pairs"
        )
        self.assertEqual(case.user_id, self.worker_2)

    def test_consent_of_an_employer_or_creditor_alone_does_not_suffice(self):
        case = self._new_case()
        self._caregiver(case).is_employer_or_creditor = True
        consent = self._new_consent(case)
        self.assertFalse(case._has_consent("services"))
        consent.with_user(self.supervisor).action_confirm()
        self.assertTrue(case._has_consent("services"))
        father = self.env["remediation.household.member"].create(
            {"household_id": case.household_id.id, "relationship": "father"}
        )
        self._new_consent(case, "photo", second_member_id=father.id)
        self.assertTrue(case._has_consent("photo"))

    def test_r03_trafficking_and_bondage_are_worst_forms(self):
        case = self._new_case(age=17)
        for field in ("is_trafficked", "is_bonded", "documents_retained"):
            situation = (
                self.env["remediation.work.situation"]
                .with_user(self.worker)
                .create(
                    {
                        "case_id": case.id,
                        "works": "yes",
                        "is_light_work": "yes",
                        "site_id": self.farm.id,
                        field: "yes",
                        "pay_promised": 50.0,
                        "pay_withheld": 50.0,
                    }
                )
            )
            self.assertEqual(case.classification, "wfcl")
            situation.write({field: False})
            self.assertEqual(case.classification, "permitted_light")
            self.assertEqual(len(situation.classification_ids), 2)

    # -- examinations and levels -----------------------------------------------
    def _examination(self, manager, score, **vals):
        return (
            self.env["remediation.training"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_manager_id": manager.id,
                    "topic": "case_management",
                    "is_examination": True,
                    "examiner_id": self.coordinator.partner_id.id,
                    "trainer_id": self.supervisor.partner_id.id,
                    "score": score,
                    **vals,
                }
            )
        )

    def test_r12_a_failed_examination_makes_no_junior(self):
        self.manager_2._unprotected().level = "trainee"
        manager = self.manager_2.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "examination"):
            manager.action_pass_examination()
        failed = self._examination(manager, 0)
        self.assertEqual(failed.result, "failed")
        with self.assertRaisesRegex(UserError, "examination"):
            manager.action_pass_examination()
        with self.assertRaises(UserError):
            failed.score = 100
        with self.assertRaises(AccessError):
            failed.pass_mark = 0
        self.assertEqual(self._examination(manager, 60).result, "passed")
        manager.action_pass_examination()
        self.assertEqual(manager.level, "junior")

    def test_r12_the_examiner_is_neither_trainer_nor_worker(self):
        for wrong in (
            self.env["res.partner"],
            self.supervisor.partner_id,
            self.worker_2.partner_id,
        ):
            with self.subTest(wrong.name), self.assertRaises(ValidationError):
                with self.cr.savepoint():
                    self._examination(self.manager_2, 90, examiner_id=wrong.id)

    def test_r12_accreditation_follows_the_criteria(self):
        self.manager_2._unprotected().write(
            {"level": "junior", "junior_since": self.today}
        )
        manager = self.manager_2.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "0 of 90 days"):
            manager.action_accredit()
        self.manager_2._unprotected().junior_since = self.today - timedelta(days=90)
        with self.assertRaisesRegex(UserError, "0 of 3 cases"):
            manager.action_accredit()
        for _case in range(3):
            self._new_case(self.manager_2)
        criteria = self.env["remediation.level.criterion"]
        extra = criteria.with_user(self.coordinator).create(
            {"level": "accredited", "kind": "visits", "number": 1}
        )
        with self.assertRaises(AccessError):
            extra.with_user(self.supervisor).number = 0
        with self.assertRaisesRegex(UserError, "0 of 1 visits"):
            manager.action_accredit()
        extra.active = False
        manager.action_accredit()
        self.assertEqual(manager.level, "accredited")

    # -- safety, age, reasons --------------------------------------------------
    def test_r16_the_alarm_is_answered_by_help_that_is_neither_off_nor_refused(self):
        case = self._new_case(risk_level="high")
        for end in ("action_cancel", "action_refuse", "action_not_available"):
            action = (
                self.env["remediation.plan.action"]
                .with_user(self.worker)
                .create(
                    {
                        "case_id": case.id,
                        "domain": "protection",
                        "description": "A night with the aunt",
                        "is_urgent": True,
                    }
                )
            )
            self.assertFalse(case.needs_safety_action)
            self.env["mail.activity"].search([("res_id", "=", case.id)]).unlink()
            getattr(action, end)("Nobody there")
            self.assertTrue(case.needs_safety_action, end)
            urgent = self.env.ref("child_remediation.mail_activity_type_urgent")
            self.assertTrue(
                self.env["mail.activity"].search(
                    [("res_id", "=", case.id), ("activity_type_id", "=", urgent.id)]
                ),
                end,
            )
        self.env["remediation.plan.action"].create(
            {
                "case_id": case.id,
                "domain": "protection",
                "description": "A night with the aunt",
                "is_urgent": True,
            }
        ).action_done("Moved to the aunt")
        self.assertFalse(case.needs_safety_action)

    def test_r02_an_unknown_or_disputed_age_warns(self):
        case = self._new_case(age=0)
        self.assertIn("age is unknown", case.with_user(self.worker).missing_html)
        child = case.beneficiary_id
        child.write({"age_estimated": 15})
        self.assertFalse(child._doubt_of_age())
        child.write({"birth_date": self.today - timedelta(days=365 * 11)})
        self.assertIn("in doubt", case.with_user(self.worker).missing_html)
        child.write({"birth_date": False, "age_confidence": "low"})
        self.assertIn("in doubt", case.with_user(self.worker).missing_html)

    def test_r03_the_reasons_name_all_that_apply(self):
        case = self._new_case(age=11)
        situation = self.env["remediation.work.situation"].create(
            {
                "case_id": case.id,
                "works": "yes",
                "site_id": self.site.id,
                "is_worst_form": "yes",
            }
        )
        self.assertEqual(situation.classification, "wfcl")
        self.assertEqual(
            situation.classification_reasons,
            "worst_form, hazardous_site_type, below_light_age",
        )
        situation.is_worst_form = "no"
        self.assertEqual(situation.classification, "hazardous")
        self.assertEqual(
            situation.classification_reasons, "hazardous_site_type, below_light_age"
        )

    # -- actions and deadlines -------------------------------------------------
    def test_r15_actions_of_a_plan_are_deadlines(self):
        case = self._new_case()
        plan = self._active_plan(case, ("education", "health"))
        deadlines = case.deadline_ids.filtered(lambda d: d.kind == "action")
        self.assertEqual(deadlines.plan_action_id, plan.action_ids)
        action = plan.action_ids[0]
        deadline = deadlines.filtered(lambda d: d.plan_action_id == action)
        self.assertEqual(
            case._day(deadline.date_due - timedelta(seconds=1)), action.date_due
        )
        self.assertNotEqual(case._day(deadline.date_due), action.date_due)
        action.with_user(self.worker).action_done("Enrolled")
        self.assertTrue(deadline.done_on)
        plan.with_user(self.worker).action_revise()
        other = deadlines - deadline
        self.assertFalse(other.done_on)
        self.assertEqual(other.plan_action_id.plan_id.version, 2)
        other.plan_action_id.with_user(self.worker).action_cancel("Not needed")
        self.assertTrue(other.done_on)

    def test_r15_urgent_help_with_a_day_is_due_before_there_is_a_plan(self):
        case = self._new_case()
        action = self.env["remediation.plan.action"].create(
            {
                "case_id": case.id,
                "domain": "food",
                "description": "Rice for two weeks",
                "is_urgent": True,
                "date_due": self.today,
            }
        )
        deadline = case.deadline_ids.filtered(lambda d: d.plan_action_id == action)
        self.assertEqual(deadline.date_due, case._end_of_day(self.today))
        action.date_due = self.today + timedelta(days=2)
        self.assertEqual(deadline.date_due, case._end_of_day(action.date_due))
        action.date_due = False
        self.assertTrue(deadline.done_on)

    # -- reopening -------------------------------------------------------------
    @whole
    def test_r23_reopening_asks_to_assign_by_risk(self):
        assign = self.env.ref("child_remediation.mail_activity_type_assign")
        for risk, days in (("high", 0), ("medium", 3), ("low", 7)):
            case = self._new_case(risk_level=risk)
            case._unprotected().write(
                {"closed_on": fields.Datetime.now(), "case_manager_id": False}
            )
            case.with_user(self.supervisor).action_reopen("Seen at work again")
            task = self.env["mail.activity"].search(
                [("res_id", "=", case.id), ("activity_type_id", "=", assign.id)]
            )
            self.assertEqual(task.user_id, self.supervisor)
            self.assertEqual(task.date_deadline, self.today + timedelta(days=days))
