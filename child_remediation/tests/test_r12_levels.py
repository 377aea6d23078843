from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestLevels(RemediationCommon):
    """What makes a worker junior or accredited, and everything that only looks it."""

    def _training(self, manager=None, **vals):
        manager = manager or self.manager_2
        return (
            self.env["remediation.training"]
            .with_user(self.supervisor)
            .create({"case_manager_id": manager.id, "topic": "case_management", **vals})
        )

    def _examination(self, **vals):
        return self._training(
            **{
                "is_examination": True,
                "examiner_id": self.coordinator.partner_id.id,
                "trainer_id": self.supervisor.partner_id.id,
                "score": 100,
                **vals,
            }
        )

    def _undone(self, act):
        """What ``act`` returns or raises; the database is as before."""
        savepoint = self.cr.savepoint()
        try:
            return act()
        finally:
            savepoint.rollback()
            self.env.invalidate_all()

    # -- examinations ------------------------------------------------------------
    def test_r12_what_is_no_passed_examination_makes_no_junior(self):
        self.manager_2._unprotected().level = "trainee"
        yesterday = self.today - timedelta(days=1)
        tries = {
            "nothing": lambda: None,
            "a training": self._training,
            "of another topic": lambda: self._examination(topic="interviewing"),
            "of another worker": lambda: self._examination(
                case_manager_id=self.manager.id
            ),
            "over": lambda: self._examination(
                date=self.today - timedelta(days=9), valid_until=yesterday
            ),
            **{
                f"a score of {score}": lambda score=score: self._examination(
                    score=score
                )
                for score in (0, 1, 59, 59.99)
            },
            "a pass mark of one's own": lambda: self._examination(score=1, pass_mark=0),
            "a result of one's own": lambda: self._examination(
                score=1, result="passed"
            ),
        }
        manager = self.manager_2.with_user(self.supervisor)
        for name, make in tries.items():
            with self.subTest(name):

                def act(make=make):
                    try:
                        make()
                    except (AccessError, UserError):
                        return  # refused where it was entered
                    with self.assertRaisesRegex(UserError, "examination"):
                        manager.action_pass_examination()

                self._undone(act)
        self._examination(score=60)
        manager.action_pass_examination()
        self.assertEqual(manager.level, "junior")

    @whole
    @mute_logger("odoo.sql_db")
    def test_r12_what_cannot_be_an_examination_is_refused(self):
        trainer = self.env["res.partner"].create({"name": "Who trained"})
        self._training(trainer_id=trainer.id)
        for name, vals in {
            "nobody examined": {"examiner_id": False},
            "the trainer": {"examiner_id": self.supervisor.partner_id.id},
            "the trainer of another day": {
                "examiner_id": trainer.id,
                "trainer_id": False,
            },
            "the worker": {"examiner_id": self.worker_2.partner_id.id},
            "tomorrow": {"date": self.today + timedelta(days=1)},
        }.items():
            with self.subTest(name), self.assertRaises(ValidationError):
                with self.cr.savepoint():
                    self._examination(**vals)
        # Nor does the examiner become the trainer afterwards.
        self._examination()
        for vals in ({}, {"is_examination": True, "score": 9}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._training(
                    trainer_id=self.coordinator.partner_id.id,
                    examiner_id=vals and self.supervisor_2.partner_id.id,
                    **vals,
                )
        # What was recorded wrongly before the rule closes the worker to nothing else.
        self.env.flush_all()
        self.cr.execute(
            "UPDATE remediation_training SET trainer_id = examiner_id"
            " WHERE is_examination AND case_manager_id = %s",
            [self.manager_2.id],
        )
        self.env.invalidate_all()
        self.assertTrue(self._training(topic="interviewing"))

    @whole
    def test_r12_an_examination_stays_as_it_was_recorded(self):
        failed, plain = self._examination(score=0), self._training()
        self.assertEqual(failed.result, "failed")
        for field, value in {
            "score": 100,
            "topic": "interviewing",
            "is_examination": False,
            "examiner_id": self.supervisor_2.partner_id.id,
            "trainer_id": False,
            "date": self.today - timedelta(days=9),
            "pass_mark": 0,
            "result": "passed",
        }.items():
            for door in ("write", "web_save"):
                with self.subTest(field, door=door):
                    with self.assertRaises(UserError), self.cr.savepoint():
                        if door == "write":
                            failed.write({field: value})
                        else:
                            failed.web_save({field: value}, {})
        # A training does not become an examination that was passed with nothing.
        with self.assertRaises(UserError), self.cr.savepoint():
            plain.write(
                {
                    "is_examination": True,
                    "examiner_id": self.coordinator.partner_id.id,
                    "score": 0,
                }
            )
        self.assertFalse(plain.result)

    def test_r11_what_is_no_training_clears_nobody(self):
        """Each thing that is not a safeguarding training in force on the day."""
        yesterday = self.today - timedelta(days=1)
        self.manager_2.training_ids.unlink()
        for name, vals in {
            "another topic": {},
            "over": {
                "topic": "safeguarding",
                "date": self.today - timedelta(days=9),
                "valid_until": yesterday,
            },
            "a failed examination": {
                "topic": "safeguarding",
                "is_examination": True,
                "examiner_id": self.coordinator.partner_id.id,
                "score": 1,
            },
        }.items():
            with self.subTest(name):
                savepoint = self.cr.savepoint()
                self._training(**vals)
                self.assertTrue(self.manager_2._problems_to_hold())
                savepoint.rollback()
                self.env.invalidate_all()
        self._training(topic="safeguarding")
        self.assertFalse(self.manager_2._problems_to_hold())

    @whole
    def test_r11_a_check_of_tomorrow_is_none(self):
        with self.assertRaises(ValidationError):
            self.env["remediation.vetting"].with_user(self.supervisor).create(
                {
                    "case_manager_id": self.manager_2.id,
                    "date": self.today + timedelta(days=1),
                }
            )

    # -- levels ------------------------------------------------------------------
    @whole
    def test_r12_nobody_becomes_more_by_being_suspended_and_restored(self):
        manager = self.manager_2.with_user(self.supervisor)
        levels = self.manager_2._fields["level"].get_values(self.env)
        after = dict.fromkeys(levels, "junior") | {
            "applicant": "applicant",
            "trainee": "trainee",
        }
        ends = {
            "suspended": lambda: manager.action_suspend("A complaint"),
            "expired": self.manager_2._expire,
            "both": lambda: (
                self.manager_2._expire(),
                manager.action_suspend("A complaint"),
            ),
        }
        for level in set(levels) - {"suspended", "expired"}:
            for name, end in ends.items():
                with self.subTest(level, end=name):

                    def act(level=level, end=end):
                        self.manager_2._unprotected().level = level
                        end()
                        manager.action_restore()
                        self.assertEqual(manager.level, after[level])
                        with self.assertRaises(AccessError):
                            manager.level_before = "accredited"

                    self._undone(act)

    @whole
    def test_r11_who_loses_the_right_to_case_work_loses_the_cases(self):
        """By the login, by the group, by what a group implies."""
        role = self.env.ref("child_remediation.group_case_worker")
        over = self.env["res.groups"].create(
            {"name": "Over it", "implied_ids": [Command.link(role.id)]}
        )
        other = self._new_case(self.manager)
        for name, take in {
            "login": lambda: self.worker_2.write(
                {"group_ids": [Command.unlink(role.id)]}
            ),
            "group": lambda: role.write(
                {"user_ids": [Command.unlink(self.worker_2.id)]}
            ),
            "implied": lambda: over.write({"implied_ids": [Command.clear()]}),
        }.items():
            with self.subTest(name):

                def act(name=name, take=take):
                    if name == "implied":
                        self.worker_2.group_ids += over
                        self.worker_2.group_ids -= role
                    case = self._new_case(self.manager_2)
                    self.assertFalse(self.manager_2._problems_to_hold())
                    take()
                    self.assertEqual(case.user_id, self.supervisor)
                    self.assertFalse(case.case_manager_id)
                    self.assertEqual(other.user_id, self.worker)
                    self.assertIn(self.supervisor, case.activity_ids.user_id)
                    with self.assertRaisesRegex(UserError, "no right to case work"):
                        other.with_user(self.supervisor).action_assign(
                            self.manager_2.id, override_reason="Nobody else is near"
                        )

                self._undone(act)

    @whole
    def test_r12_each_kind_of_criterion_keeps_the_level_away(self):
        """Accreditation has criteria as data: one line of each kind, unmet and met."""
        criteria = self.env["remediation.level.criterion"]
        criteria.search([]).active = False
        manager = self.manager_2.with_user(self.supervisor)
        met = {
            "training": (
                {"topic": "interviewing"},
                lambda: self._training(topic="interviewing"),
            ),
            "examination": (
                {"topic": "case_management", "number": 80},
                lambda: self._examination(score=80),
            ),
            "days": (
                {"number": 30},
                lambda: self.manager_2._unprotected().write(
                    {"junior_since": self.today - timedelta(days=30)}
                ),
            ),
            "cases": ({"number": 1}, lambda: self._new_case(self.manager_2)),
            "visits": (
                {"number": 1},
                lambda: self._visit(self._new_case(self.manager_2)),
            ),
        }
        self.assertEqual(set(met), set(criteria._fields["kind"].get_values(self.env)))
        for kind, (vals, meet) in met.items():
            with self.subTest(kind):

                def act(kind=kind, vals=vals, meet=meet):
                    self.manager_2._unprotected().write(
                        {"level": "junior", "junior_since": self.today}
                    )
                    criteria.with_user(self.coordinator).create(
                        {"level": "accredited", "kind": kind, **vals}
                    )
                    with self.assertRaises(UserError), self.cr.savepoint():
                        manager.action_accredit()
                    self.assertEqual(manager.level, "junior")
                    meet()
                    manager.action_accredit()
                    self.assertEqual(manager.level, "accredited")

                self._undone(act)

    # -- plans -------------------------------------------------------------------
    def _people_of_the_family(self, case):
        members = self.env["remediation.household.member"]
        return {
            name: members.create(
                {
                    "household_id": case.household_id.id,
                    "relationship": "father",
                    "is_caregiver": True,
                    "age": 40,
                    **facts,
                }
            )
            for name, facts in {
                "a dead father": {"is_deceased": True},
                "suspected of harm": {"is_suspected_of_harm": "yes"},
                "a brother of nine": {"relationship": "sibling", "age": 9},
                "an aunt who does not care for the child": {
                    "relationship": "aunt_uncle",
                    "is_caregiver": False,
                },
                "who left": {"active": False},
            }.items()
        }

    @whole
    def test_r17_who_may_not_decide_agrees_to_no_plan(self):
        case = self._new_case()
        self._approved_assessment(case)
        for name, member in self._people_of_the_family(case).items():
            with self.subTest(name), self.assertRaises(UserError):
                with self.cr.savepoint():
                    self._new_plan(case, caregiver_member_id=member.id).action_submit()

    def test_r17_a_plan_is_whole_when_it_is_approved_not_only_when_submitted(self):
        """Everything that may become empty between the two."""
        for end in ("action_cancel", "action_refuse", "action_not_available"):
            with self.subTest(end):

                def act(end=end):
                    case = self._new_case()
                    self._approved_assessment(case)
                    plan = self._new_plan(case)
                    plan.action_submit()
                    getattr(plan.action_ids.with_user(self.worker), end)("Not now")
                    with self.assertRaisesRegex(UserError, "at least one action"):
                        self._seen(plan, self.supervisor_2).action_approve()

                self._undone(act)
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(
            case, income_replacement=False, income_replacement_reason=False
        )
        plan.action_submit()
        self.env["remediation.work.situation"].with_user(self.worker).create(
            {"case_id": case.id, "works": "yes"}
        )
        with self.assertRaisesRegex(UserError, "income"):
            self._seen(plan, self.supervisor_2).action_approve()
        other = self._new_case()
        self._approved_assessment(other)
        plan = self._new_plan(other)
        plan.action_submit()
        self._caregiver(other).is_suspected_of_harm = "yes"
        with self.assertRaisesRegex(UserError, "suspected"):
            self._seen(plan, self.supervisor_2).action_approve()

    @whole
    def test_r20_each_replacement_of_income_needs_an_action_that_helps(self):
        kinds = self.env["remediation.plan"]._fields["income_replacement"]
        for kind in set(kinds.get_values(self.env)) - {"none"}:
            with self.subTest(kind):

                def act(kind=kind):
                    case = self._new_case()
                    plan = self._new_plan(case, income_replacement=kind)
                    with self.assertRaisesRegex(UserError, "replaces the income"):
                        plan.action_submit()

                self._undone(act)

    # -- what only looks like help -------------------------------------------------
    @whole
    def test_r24_siblings_are_asked_for_until_an_action_helps_them(self):
        case = self._new_case()
        self.env["remediation.household.member"].create(
            {
                "household_id": case.household_id.id,
                "relationship": "sibling",
                "age": 9,
                "in_school": "no",
            }
        )
        plan = self._active_plan(case, ("sibling_support", "education"))
        action = plan.action_ids.filtered(lambda a: a.domain == "sibling_support")
        self.assertFalse(case.sibling_prompt)
        for end in ("action_cancel", "action_refuse", "action_not_available"):
            with self.subTest(end):

                def act(end=end):
                    getattr(action.with_user(self.worker), end)("Not now")
                    # As the next request reads it.
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertTrue(case.sibling_prompt)

                self._undone(act)
        action.with_user(self.worker).action_done("In school")
        self.assertFalse(case.sibling_prompt)

    def test_r21_a_panel_is_three_people(self):
        mine = {"member_user_id": self.supervisor.id}
        doctor, teacher = {"member_name": "Doctor"}, {"member_name": "Teacher"}
        panels = {
            "one person three times": [mine, mine, mine],
            "one named twice": [mine, doctor, {"member_name": " doctor "}],
            "a user by name too": [
                mine,
                doctor,
                {"member_name": self.supervisor.name.upper()},
            ],
            "an empty line": [mine, doctor, {}],
            "a blank name": [mine, doctor, {"member_name": "  "}],
            "one who has not declared": [mine, doctor, dict(teacher, conflict=False)],
            "one with a conflict": [mine, doctor, dict(teacher, conflict="declared")],
            "one with a conflict more": [
                mine,
                doctor,
                teacher,
                {"member_name": "Uncle", "conflict": "declared"},
            ],
        }
        for name, members in [*panels.items(), ("three", [mine, doctor, teacher])]:
            with self.subTest(name):
                decision = self._decision(self._new_case(), members)
                if name == "three":
                    self._seen(decision).action_decide()
                else:
                    with self.assertRaisesRegex(UserError, "(?i)member"):
                        self._seen(decision).action_decide()

    def _decision(self, case, members):
        return (
            self.env["remediation.best.interest.decision"]
            .create(
                {
                    "case_id": case.id,
                    "trigger": "separation",
                    "child_heard": "yes",
                    "decision": "Stays with the aunt.",
                    "option_ids": [
                        Command.create({"option": option}) for option in "AB"
                    ],
                    "panel_member_ids": [
                        Command.create({"conflict": "none", **member})
                        for member in members
                    ],
                }
            )
            .with_user(self.supervisor)
        )
