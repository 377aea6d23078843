from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestEducation(RemediationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school = cls.env["remediation.institution"].create({"name": "EP Kapata"})
        cls.case = cls._new_case()

    def _enrol(self, **vals):
        return (
            self.env["remediation.education.enrolment"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": self.case.id,
                    "institution_id": self.school.id,
                    "date_start": date(2025, 9, 1),
                    **vals,
                }
            )
        )

    def _attend(self, enrolment, month, **vals):
        return (
            self.env["remediation.attendance"]
            .with_user(self.worker)
            .create({"enrolment_id": enrolment.id, "month": month, **vals})
        )

    def test_attendance_rate_and_months_without_school_days(self):
        enrolment = self._enrol()
        row = self._attend(
            enrolment,
            date(2025, 10, 17),
            days_open=20,
            days_present=15,
            days_excused=2,
            days_unexcused=3,
            longest_absence=2,
        )
        self.assertEqual(row.month, date(2025, 10, 1))
        self.assertEqual(row.case_id, self.case)
        self.assertAlmostEqual(row.rate, 0.75)
        holidays = self._attend(enrolment, date(2026, 8, 1))
        self.assertTrue(holidays.not_applicable)
        self.assertAlmostEqual(enrolment.attendance_rate, 0.75)

    def test_the_rate_of_a_group_is_of_its_days(self):
        enrolment = self._enrol()
        self._attend(enrolment, date(2025, 10, 1), days_open=20, days_present=20)
        self._attend(enrolment, date(2025, 11, 1), days_open=5, days_present=0)
        self._attend(enrolment, date(2025, 12, 1))
        attendance = self.env["remediation.attendance"].with_user(self.worker)
        mine = [("enrolment_id", "=", enrolment.id)]
        ((rate,),) = attendance._read_group(mine, aggregates=["rate:avg"])
        self.assertAlmostEqual(rate, 20 / 25)
        by_month = attendance._read_group(
            mine, ["month:month"], ["rate:avg"], order="month:month"
        )
        self.assertEqual([rate for _month, rate in by_month], [1.0, 0.0, False])

    def test_attendance_refuses_what_cannot_be(self):
        enrolment = self._enrol(date_end=date(2026, 6, 30), state="completed")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self._attend(
                    enrolment,
                    date(2025, 10, 1),
                    days_open=20,
                    days_present=18,
                    days_unexcused=3,
                )
        with self.assertRaises(ValidationError):
            self._attend(enrolment, date(2025, 10, 1), days_open=-1)
        for month in (date(2025, 8, 1), date(2026, 7, 1), date(2099, 1, 1)):
            with self.assertRaises(ValidationError):
                self._attend(enrolment, month, days_open=1)

    def test_enrolments_do_not_overlap(self):
        first = self._enrol()
        with self.assertRaises(ValidationError):
            self._enrol(date_start=date(2026, 9, 1))
        first.write({"date_end": date(2026, 8, 31), "state": "completed"})
        self._enrol(date_start=date(2026, 9, 1))

    def test_a_whole_class_is_entered_at_once_and_corrected(self):
        enrolment = self._enrol(level="5")
        other = self._enrol_other(level="5")
        entry = (
            self.env["remediation.attendance.entry.wizard"]
            .with_user(self.worker)
            .create(
                {
                    "institution_id": self.school.id,
                    "level": "5",
                    "month": date(2025, 10, 1),
                    "days_open": 20,
                }
            )
        )
        self.assertEqual(entry.line_ids.enrolment_id, enrolment | other)
        with self.assertRaises(UserError):
            entry.action_save()
        line = entry.line_ids.filtered(lambda row: row.enrolment_id == enrolment)
        line.write({"is_entered": True, "days_present": 18, "days_unexcused": 2})
        entry.action_save()
        self.assertEqual(enrolment.attendance_ids.days_present, 18)
        self.assertFalse(other.attendance_ids, "an empty line is not an absence")
        line.days_present = 17
        entry.action_save()
        self.assertEqual(enrolment.attendance_ids.days_present, 17)

    def test_a_class_lists_the_own_children_alone(self):
        own = self._enrol(level="5")
        case = self._new_case(self.manager_2)
        self.env["remediation.education.enrolment"].create(
            {
                "case_id": case.id,
                "institution_id": self.school.id,
                "level": "5",
                "date_start": date(2025, 9, 1),
            }
        )
        form = Form(
            self.env["remediation.attendance.entry.wizard"].with_user(self.worker)
        )
        form.institution_id = self.school
        form.month = date(2025, 10, 1)
        entry = form.save()
        self.assertEqual(entry.line_ids.enrolment_id.ids, own.ids)

    def _enrol_other(self, **vals):
        case = self._new_case()
        return self._enrol(case_id=case.id, **vals)

    def test_former_worker_sees_no_attendance(self):
        row = self._attend(self._enrol(), date(2025, 10, 1), days_open=20)
        self.case.with_user(self.supervisor).action_assign(self.manager_2.id)
        self.env.invalidate_all()
        self.assertFalse(row.with_user(self.worker).has_access("read"))
        self.assertTrue(row.with_user(self.worker_2).has_access("write"))
        with self.assertRaises(AccessError):
            row.with_user(self.worker_2).unlink()
