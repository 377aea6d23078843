from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.case_agreement.tests.common import BillsCommon


@tagged("post_install", "-at_install")
class TestCostOfSupport(BillsCommon):
    """I24 of children for whom bills were posted, by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls.today.replace(day=1)
        cls.day = first - timedelta(days=10)
        cls.before = first - timedelta(days=40)

    def _numbers(self, key="i24_month"):
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create(
                {
                    "name": "Q",
                    "date_from": self.before.replace(day=1),
                    "date_to": self.today,
                }
            )
        )
        run.action_freeze()
        figure = run.total_ids.filtered(lambda one: one.measure_id.key == key)
        return round(figure.numerator, 2), figure.denominator

    def test_what_a_bill_charges_replaces_what_was_noted(self):
        """30 and 10 of one child in two months, 5 of another. An accountant corrects
        the bill of 35 to 42: it is divided 36 to 6."""
        one, other = self._case(), self._case()
        self._give(one, 30.0)
        self._give(other, 5.0)
        self._give(one, 10.0, date=self.before)
        self.assertEqual(self._numbers(), (45, 3))
        bill = self._draft()
        self.assertEqual(self._numbers(), (45, 3), "a draft charges nothing")
        bill.invoice_line_ids[:1].price_unit += 7
        bill.action_post()
        self.assertEqual(self._numbers(), (52, 3))
        self.assertEqual(self._numbers("i24_child"), (52, 2))
        self.env.invalidate_all()
        self.assertEqual((one.cost_services, other.cost_services), (36, 6))

    def test_a_credit_is_no_month_of_support(self):
        """What was given twice is cancelled and credited in the month after."""
        case = self._case()
        delivery = self._give(case, 30.0, date=self.before)
        self._draft(month=self.before).action_post()
        self.assertEqual(self._numbers(), (30, 1))
        delivery.with_user(case.user_id).action_cancel("Twice")
        self._draft().action_post()
        self.assertEqual(self._numbers(), (0, 0))

    def test_fees_of_a_school_cost_what_was_billed(self):
        case = self._case()
        institution = self.env["remediation.institution"].create(
            {"name": "School", "partner_id": self.school.id}
        )
        self.env["remediation.education.enrolment"].create(
            {
                "case_id": case.id,
                "institution_id": institution.id,
                "date_start": self.day,
                "fees": 55.5,
                "currency_id": self.company.currency_id.id,
            }
        )
        self.assertEqual(self._numbers(), (0, 0))
        self._draft().action_post()
        self.assertEqual(self._numbers(), (55.5, 1))
