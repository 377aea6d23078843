from datetime import timedelta

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import Form, tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestDeliveryEntry(RemediationCommon):
    """One service to many children, entered at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.env["remediation.service.type"].create(
            {"name": "School Fees", "code": "TEST-FEES", "domain": "education"}
        )
        cls.cases = cls.env["remediation.case"]
        for _number in range(3):
            case = cls._new_case(site_id=cls.site.id)
            cls._active_plan(case)
            cls.cases |= case
        cls.without_plan = cls._new_case(site_id=cls.site.id)
        cls.elsewhere = cls._new_case(site_id=cls.farm.id)
        cls.not_own = cls._new_case(cls.manager_2, site_id=cls.site.id)

    def _entry(self, **vals):
        form = Form(
            self.env["remediation.delivery.entry.wizard"].with_user(self.worker)
        )
        form.service_type_id = self.fees
        form.quantity = 2
        form.unit = "term"
        form.cost = 15.0
        for name, value in vals.items():
            form[name] = value
        return form

    def _deliveries(self):
        return self.env["remediation.service.delivery"].search(
            [("case_id", "in", self.cases.ids)]
        )

    def test_children_of_a_site_are_listed_and_entered_at_once(self):
        entry = self._entry(site_id=self.site).save()
        self.assertEqual(
            entry.line_ids.case_id,
            (self.cases | self.without_plan).with_user(self.worker),
            "own open cases of the site, no others",
        )
        self.assertEqual(entry.given_count, 3)
        self.assertEqual(entry.total_cost, 45.0)
        entry.line_ids.filtered("is_given")[0].cost = 20.0
        entry.action_save()
        deliveries = self._deliveries()
        self.assertEqual(deliveries.case_id, self.cases)
        self.assertEqual(sum(deliveries.mapped("cost")), 50.0)
        self.assertEqual(set(deliveries.mapped("quantity")), {2.0})
        self.assertEqual(
            set(self.cases.plan_action_ids.mapped("state")), {"in_progress"}
        )
        # Entered again by mistake: nothing is proposed for that day.
        again = self._entry(site_id=self.site).save()
        self.assertFalse(again.given_count)
        again.line_ids.write({"is_given": True})
        with self.assertRaisesRegex(UserError, "that day already"):
            again.action_save()
        self.assertEqual(len(self._deliveries()), 3)

    @whole
    def test_a_row_that_cannot_be_entered_says_why_and_nothing_is_saved(self):
        entry = self._entry(site_id=self.site).save()
        codes = self.cases.mapped("name")
        lines = entry.line_ids.sorted(lambda line: line.case_id.id)
        lines[0].quantity = 0
        lines[1].cost = -1.0
        entry.line_ids.filtered(
            lambda line: line.case_id.id == self.without_plan.id
        ).is_given = True
        with self.assertRaises(UserError) as caught:
            entry.action_save()
        text = str(caught.exception)
        self.assertIn(f"{codes[0]}: Quantity is more than zero.", text)
        self.assertIn(f"{codes[1]}: Cost cannot be negative.", text)
        self.assertIn(f"{self.without_plan.name}: no open action", text)
        self.assertFalse(self._deliveries())
        late = self._entry(
            site_id=self.site, date=self.today + timedelta(days=1)
        ).save()
        self.assertEqual(
            set(late.line_ids.case_id.ids), {*self.cases.ids, self.without_plan.id}
        )
        with self.assertRaisesRegex(UserError, "Date lies in the future"):
            late.action_save()
        with self.assertRaisesRegex(UserError, "Tick"):
            self._entry().save().action_save()

    def test_children_of_a_school(self):
        school = self.env["remediation.institution"].create({"name": "EP Kapata"})
        enrolments = self.env["remediation.education.enrolment"].create(
            [
                {
                    "case_id": case.id,
                    "institution_id": school.id,
                    "date_start": self.today - timedelta(days=100),
                }
                for case in self.cases
            ]
        )
        enrolments[0].write(
            {"date_end": self.today - timedelta(days=1), "state": "dropped"}
        )
        entry = self._entry(institution_id=school).save()
        self.assertEqual(entry.line_ids.case_id.ids, self.cases[1:].ids)

    @whole
    def test_statements_do_not_grow_with_the_rows(self):
        def cost(number):
            entry = self._entry(site_id=self.site).save()
            entry.line_ids[number:].is_given = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            entry.action_save()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        one = cost(1)
        self._deliveries().with_user(self.worker).action_cancel("Measured")
        self.assertLess(cost(3), one + 12)

    @whole
    def test_a_service_on_a_closed_case_asks_to_reopen_it(self):
        case = self.cases[0]
        action = case.plan_action_ids
        case._unprotected().write({"closed_on": fields.Datetime.now()})
        vals = {"plan_action_id": action.id}
        deliveries = self.env["remediation.service.delivery"]
        with self.assertRaisesRegex(UserError, "ask the supervisor"):
            deliveries.with_user(self.worker).create(vals)
        with self.assertRaises(RedirectWarning) as caught:
            deliveries.with_user(self.supervisor).create(vals)
        self.assertIn("reopen", str(caught.exception.args[0]))
        self.assertEqual(
            caught.exception.args[1],
            self.env.ref("remediation_base.remediation_step_window_action").id,
        )
        with self.assertRaisesRegex(UserError, "closed"):
            self.env["remediation.plan.action"].with_user(self.worker).create(
                {
                    "case_id": case.id,
                    "domain": "health",
                    "description": "At once",
                    "is_urgent": True,
                }
            )
