from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AgreementCommon


@tagged("post_install", "-at_install")
class TestWork(AgreementCommon):
    """What takes the place of a child's work: a stipend, an adult's job, a promise, a
    safe task."""

    # -- R80 -----------------------------------------------------------------------
    def _earned(self, case, pay, period="month", **vals):
        self.env["remediation.work.situation"].create(
            {
                "case_id": case.id,
                "date": self.today - timedelta(days=30),
                "works": "yes",
                "pay": pay,
                "pay_period": period,
                "currency_id": self.usd.id,
                **vals,
            }
        )

    def _stipend(self, case, amount, **vals):
        return self._new_child(
            self._approved_agreement(),
            case,
            cost_ids=[
                Command.create(
                    {
                        "kind": "stipend",
                        "amount": amount,
                        "every": "month",
                        "date_from": "2026-09-01",
                        **vals,
                    }
                )
            ],
        )

    def test_r80_a_stipend_below_the_earnings_takes_a_reason(self):
        case = self._new_case()
        # 4 a day on 6 days a week are 104 a month
        self._earned(case, 4, "day", days_week=6)
        child = self._stipend(case, 103.99)
        with self.assertRaisesRegex(UserError, "104"):
            child.action_submit()
        child.cost_ids.floor_reason = "The family asked for school fees instead"
        child.action_submit()
        with self.assertRaises(AccessError):
            self._seen(child).action_approve()
        self._seen(child, self.supervisor).action_approve()
        self._stipend(self._copy_of(case), 104.0).action_submit()

    def _copy_of(self, case):
        other = self._new_case()
        self._earned(other, 4, "day", days_week=6)
        return other

    def test_r80_the_minimum_wage_is_the_floor_too(self):
        framework = (
            self.env["remediation.legal.framework"].sudo()._for_company(self.company)
        )
        framework._unprotected().write(
            {
                "minimum_wage": 5.0,
                "minimum_wage_period": "day",
                "currency_id": self.usd.id,
            }
        )
        child = self._stipend(self._new_case(), 129.99)
        with self.assertRaisesRegex(UserError, "130") as refused:
            child.action_submit()
        # What the child earned is not known: it is not named.
        self.assertNotIn("earned", str(refused.exception))
        child.cost_ids.amount = 130.0
        child.action_submit()

    # -- an adult's job ------------------------------------------------------------
    def _job(self, case, **vals):
        return (
            self.env["remediation.adult.job"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "member_id": self._caregiver(case).id,
                    "employer_id": self.factory.id,
                    "date_start": self.today,
                    **vals,
                }
            )
        )

    def test_an_adult_of_the_family_takes_the_job_and_another_looks(self):
        case = self._new_case()
        job = self._job(case)
        with self.assertRaises(AccessError):
            job.action_check()
        job.with_user(self.supervisor).action_check()
        self.assertEqual(
            (job.state, job.checked_by_id, job.checked_on),
            ("checked", self.supervisor, self.today),
        )
        with self.assertRaises(UserError):
            job.employer_id = self.ngo
        job.action_end(self.today, "Dismissed")
        self.assertEqual(job.state, "ended")

    def test_bad_input_no_child_and_no_stranger_takes_the_job(self):
        case, other = self._new_case(), self._new_case()
        with self.assertRaisesRegex(ValidationError, "own family"):
            self._job(case, member_id=self._caregiver(other).id)
        brother = self.env["remediation.household.member"].create(
            {
                "household_id": case.household_id.id,
                "relationship": "sibling",
                "age": 14,
            }
        )
        with self.assertRaisesRegex(ValidationError, "goes to an adult"):
            self._job(case, member_id=brother.id)
        # An age that nobody knows is no adult's, but of a parent or grandparent (R58).
        for relationship, allowed in (("aunt_uncle", False), ("grandparent", True)):
            with self.subTest(relationship):
                unknown = self.env["remediation.household.member"].create(
                    {
                        "household_id": case.household_id.id,
                        "relationship": relationship,
                    }
                )
                if allowed:
                    self.assertTrue(self._job(case, member_id=unknown.id))
                    continue
                with self.assertRaisesRegex(ValidationError, "goes to an adult"):
                    self._job(case, member_id=unknown.id)
        late = self._job(case, date_start=self.today + timedelta(days=9))
        with self.assertRaisesRegex(UserError, "not started"):
            late.with_user(self.supervisor).action_check()

    # -- a promise -----------------------------------------------------------------
    def _promise(self, case, days):
        return (
            self.env["remediation.job.promise"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "employer_id": self.factory.id,
                    "promised_on": self.today,
                    "date_due": self.today + timedelta(days=days),
                }
            )
        )

    def test_a_promise_is_brought_to_mind_once(self):
        case = self._new_case()
        soon, later = self._promise(case, 90), self._promise(case, 91)
        self.env["remediation.job.promise"]._cron_remind()
        self.env["remediation.job.promise"]._cron_remind()
        self.assertEqual(soon.reminded_on, self.today)
        self.assertFalse(later.reminded_on)
        kind = self.env.ref("case_agreement.mail_activity_type_job_promise")
        activities = case.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activities.user_id, case.user_id)
        self.assertEqual(activities.date_deadline, soon.date_due)
        self.assertEqual(activities.summary, case.name)

    def test_a_promise_is_kept_or_broken(self):
        case = self._new_case()
        kept, broken = self._promise(case, 10), self._promise(case, 10)
        kept.action_kept()
        broken.action_broken("The factory closed")
        self.assertEqual((kept.state, broken.state), ("kept", "broken"))
        with self.assertRaises(UserError):
            broken.action_kept()

    # -- a safe task ---------------------------------------------------------------
    def _move(self, age):
        case = self._new_case(age=age)
        case.beneficiary_id.age_recorded_on = self.today - relativedelta(months=1)
        return (
            self.env["remediation.task.move"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "date": self.today,
                    "task_before": "Underground",
                    "task_after": "Sorting in the shade",
                    "hours_after": 30,
                }
            )
        )

    def test_a_young_person_is_moved_to_a_safe_task(self):
        move = self._move(17)
        with self.assertRaises(AccessError):
            move.action_check()
        move.with_user(self.supervisor).action_check()
        self.assertEqual((move.state, move.checked_by_id), ("checked", self.supervisor))

    def test_bad_input_below_the_minimum_age_work_stops_instead(self):
        # in the country of these tests one may work from 16
        with self.assertRaisesRegex(ValidationError, "safe task"):
            self._move(15)
