from odoo.tests import tagged

from .common import SurvivorCommon


@tagged("post_install", "-at_install")
class TestBadInput(SurvivorCommon):
    """What people do not know stays unknown, in the file and in every total."""

    def test_a_person_who_knows_neither_birth_year_nor_name_nor_country(self):
        case = self._new_case(self.manager_trace, age=0, members=False)
        case.beneficiary_id.write({"first_name": False, "last_name": False})
        self.assertTrue(case.display_name)
        self.assertFalse(case.is_adult)
        step = self._make("movement", case, kind="recruitment")
        self.assertFalse(step.country_id)
        self.assertEqual(case.with_user(self.trace_worker).route_line, "Unknown")
        self._decided(case)
        self.assertEqual(case.survivor_status, "confirmed")

    def test_r10_unknown_is_no_sign_and_no_absence_of_one(self):
        for _number in range(12):
            case = self._new_case(self.manager_trace, members=False)
            self._make("money.account", case, kind="bank", pin_known_by="unknown")
            self._make("money.transfer", case, direction="for_exploiter")
        totals = self.env["remediation.red.flag"].with_user(self.tracer).create({})
        rows = totals._suppressed_rows()
        rows += totals._suppressed_crossed(
            "remediation.money.transfer", "direction", "means"
        )
        counted = [row["survivors"] for row in rows]
        self.assertFalse(any(counted))

    def test_r58_an_answer_that_was_not_given_is_none_of_the_four(self):
        case = self._new_case(self.manager_trace)
        situation = self._make("work.situation", case, works="yes")
        for name in ("is_trafficked", "is_bonded", "documents_retained"):
            self.assertFalse(situation[name])  # not asked
            situation[name] = "unknown"
            self.assertEqual(situation[name], "unknown")
        self.assertNotEqual(situation.classification, "wfcl")
        situation.is_bonded = "yes"
        self.assertEqual(situation.classification, "wfcl")

    def test_a_debt_in_a_currency_without_rate_is_kept_as_it_was_said(self):
        currency = self.env["res.currency"].create({"name": "XQY", "symbol": "q"})
        debt = self._make(
            "survivor.debt",
            self._new_case(self.manager_trace),
            purpose="travel",
            amount=70.0,
            currency_id=currency.id,
        )
        self.assertEqual((debt.amount, debt.currency_id), (70.0, currency))
