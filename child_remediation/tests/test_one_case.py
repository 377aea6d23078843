from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import RemediationCommon


@tagged("post_install", "-at_install", "whole")
class TestOneCase(RemediationCommon):
    """A row that names its case and a record of a case cannot name two cases."""

    def test_r27_every_case_that_follows_from_a_link_is_checked_against_it(self):
        found = 0
        for name, model in self.env.items():
            if model._abstract or not hasattr(model, "_links_within_case"):
                continue
            field = model._fields["case_id"]
            if not field.compute:
                continue
            found += 1
            links = self.env.registry.field_depends[field]
            self.assertTrue(links, name)
            for link in links:
                link = link.partition(".")[0]
                self.assertIn(link, model._links_within_case(), name)
                self.assertTrue(
                    any(
                        {"case_id", link} <= set(method._constrains)
                        for method in model._constraint_methods
                    ),
                    f"{name}.{link}",
                )
        self.assertGreater(found, 5)

    def test_r27_a_month_of_attendance_goes_to_the_case_of_its_enrolment(self):
        own, other = self._new_case(), self._new_case()
        enrolment = self.env["remediation.education.enrolment"].create(
            {
                "case_id": own.id,
                "institution_id": self.env["remediation.institution"]
                .create({"name": "A school"})
                .id,
                "date_start": self.today.replace(day=1),
            }
        )
        attendance = self.env["remediation.attendance"].with_user(self.worker)
        vals = {"enrolment_id": enrolment.id, "month": self.today, "days_open": 1}
        with self.assertRaises(ValidationError):
            attendance.create({**vals, "case_id": other.id})
        month = attendance.create(vals)
        self.assertEqual(month.case_id, own)
