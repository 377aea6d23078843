import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OfflineCommon


@tagged("post_install", "-at_install")
class TestClass(OfflineCommon):
    """The class of a school on a phone: a day is entered once, by codes alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.case | cls._new_case(cls.manager_portal)
        packages = [cls._accepted(case) for case in cls.cases]
        cls.codes = [package.name for package in packages]
        cls.first = cls.today.replace(day=1)

    @classmethod
    def _accepted(cls, case):
        """A referral that the school has accepted, as it finds it."""
        cls._consent(case, "services", "share_with_org")
        referral = cls._referral(case, user=cls.supervisor)
        referral.action_send()
        package = cls._received(referral, cls.school_user)
        package.portal_accept()
        return package

    def setUp(self):
        super().setUp()
        self.key = self.enrol("school_user")

    def packets(self, key=None):
        return self.call("packets", key=key or self.key)["packets"].values()

    def day(self, marks, day=None, **more):
        values = {"day": str(day or self.today), "marks": marks}
        return {**self.intent("attendance-day", {}), "values": values, **more}

    def months(self):
        self.env.invalidate_all()
        return self.env["remediation.attendance"].search(
            [("case_id", "in", self.cases.ids)], order="id"
        )

    def numbers(self, month):
        return tuple(
            month[f"days_{name}"]
            for name in ("open", "present", "excused", "unexcused")
        )

    def test_a_school_takes_its_class_along(self):
        taken = {one["code"]: one["class"] for one in self.packets()}
        self.assertEqual(set(taken), set(self.codes))
        self.assertIn("Amani", taken[self.codes[0]]["child"])
        self.assertEqual(taken[self.codes[0]]["marks"], {})
        self.send(self.key, self.day({self.codes[0]: "present"}))
        taken = {one["code"]: one["class"] for one in self.packets()}
        today = str(self.today)
        self.assertEqual(taken[self.codes[0]]["marks"], {today: "present"})

    def test_a_day_sent_three_times_counts_once(self):
        one, other = self.codes
        intent = self.day({one: "present", other: "unexcused"})
        for _again in range(3):
            self.assertEqual(self.send(self.key, intent), ["done"])
        self.assertEqual(
            [self.numbers(month) for month in self.months()],
            [(1, 1, 0, 0), (1, 0, 0, 1)],
        )
        self.assertEqual(set(self.months().mapped("source")), {"portal"})

    def test_a_day_that_is_corrected_counts_once(self):
        code = self.codes[0]
        for mark in ("present", "excused"):
            self.assertEqual(self.send(self.key, self.day({code: mark})), ["done"])
        self.assertEqual(self.numbers(self.months()), (1, 0, 1, 0))

    def test_days_add_up_to_the_month(self):
        code = self.codes[0]
        day = self.first - timedelta(days=3)
        for number, mark in enumerate(("present", "excused", "present")):
            intent = self.day({code: mark}, day=day + timedelta(days=number))
            self.assertEqual(self.send(self.key, intent), ["done"])
        month = self.months()
        self.assertEqual(month.month, day.replace(day=1))
        self.assertEqual(self.numbers(month), (3, 2, 1, 0))
        self.assertEqual(len(month.day_marks), 3)

    def test_a_month_that_was_entered_as_a_whole_is_not_counted_into(self):
        code = self.codes[0]
        package = self.env["remediation.referral.package"].with_user(self.school_user)
        own = package.search([("name", "=", code)])
        row = {"days_open": "1", "days_present": "0", "days_unexcused": "1"}
        package.portal_enter_attendance(str(self.today)[:7], {str(own.id): row})
        (answer,) = self.call(
            "send", key=self.key, intents=[self.day({code: "present"})]
        )["answers"]
        self.assertEqual(answer["state"], "refused")
        self.assertIn("entered as a whole", answer["say"])
        self.assertEqual(self.numbers(self.months()), (1, 0, 0, 1))

    def test_what_no_day_can_be_is_refused(self):
        code = self.codes[0]
        tomorrow = self.today + timedelta(days=1)
        for intent in (
            self.day({code: "present"}, day=tomorrow),
            self.day({code: "present"}, day=self.today - timedelta(days=500)),
            self.day({code: "present"}, day="no day"),
            self.day({code: "asleep"}),
            self.day({code: ["present"]}),
            self.day({code: {"a": 1}}),
            self.day({}),
            self.day("text"),
            self.day(None),
        ):
            with self.subTest(values=intent["values"]):
                self.assertEqual(self.send(self.key, intent), ["refused"])
        self.assertFalse(self.months())

    # -- refusals ----------------------------------------------------------------
    def test_another_s_class_is_neither_told_nor_written(self):
        clinic = self.enrol("clinic_user")
        self.assertFalse(list(self.packets(clinic)))
        intent = self.day({self.codes[0]: "present"})
        self.assertEqual(self.send(clinic, intent), ["refused"])
        manager = self.enrol("portal_manager")
        self.assertFalse([one for one in self.packets(manager) if one.get("class")])
        self.assertEqual(self.send(manager, intent), ["refused"])
        self.assertFalse(self.months())

    def test_one_foreign_child_refuses_the_day_as_a_whole(self):
        package = self.env["remediation.referral.package"].sudo()
        foreign = package.search([("name", "=", self.codes[1])])
        foreign._unprotected().write({"recipient_organisation_id": self.clinic.id})
        intent = self.day(dict.fromkeys(self.codes, "present"))
        self.assertEqual(self.send(self.key, intent), ["refused"])
        self.assertFalse(self.months())
        self.assertEqual({one["code"] for one in self.packets()}, {self.codes[0]})

    def test_a_forgotten_phone_waits_for_the_supervisor(self):
        self.device(self.key)._forgotten("lost")
        intent = self.day({self.codes[0]: "present"})
        self.assertEqual(self.send(self.key, intent), ["waiting"])
        self.assertFalse(self.months())
        submission = self.env["remediation.submission"].search(
            [("key", "=", intent["key"])]
        )
        self.assertEqual(submission.reason, "forgotten_phone")
        self.assertNotIn("Amani", json.dumps(submission.answers))

    def test_the_method_asks_by_itself(self):
        packages = self.env["remediation.referral.package"]
        marks = {self.codes[0]: "present"}
        for user in (self.clinic_user, self.portal_manager, self.worker):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                packages.with_user(user).portal_enter_day(str(self.today), marks)
        for user in (self.portal_manager, self.worker):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                packages.with_user(user).portal_class()
        self.assertEqual(packages.with_user(self.clinic_user).portal_class(), {})
        with self.assertRaises(UserError):
            packages.with_user(self.school_user).portal_enter_day(
                str(self.today), {self.codes[0]: "asleep"}
            )

    def test_what_was_said_of_days_is_not_written_beside(self):
        self.send(self.key, self.day({self.codes[0]: "present"}))
        month = self.months()
        with self.assertRaises(AccessError):
            month.with_user(self.supervisor).write({"day_marks": {}})
        now = fields.Date.to_string(self.today)
        self.assertEqual(month.day_marks, {now: "present"})
