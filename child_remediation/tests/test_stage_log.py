from odoo.tests import tagged

from .common import RemediationCommon


@tagged("post_install", "-at_install", "whole")
class TestStageLog(RemediationCommon):
    """One row for each change of the stage, by whatever way it changed."""

    def _rows(self, case):
        self.env.cr.flush()
        return self.env["remediation.case.stage.log"].search(
            [("case_id", "=", case.id)], order="id"
        )

    def test_a_case_that_is_registered_has_one_row(self):
        case = self._new_case()
        row = self._rows(case)
        self.assertEqual((row.from_stage, row.to_stage), (False, "registered"))
        self.assertEqual((row.res_model, row.res_id), (case._name, case.id))

    def test_a_stage_that_any_code_writes_is_logged_once(self):
        case = self._new_case()
        self.assertEqual(len(self._rows(case)), 1)
        for stage in ("planning", "monitoring"):
            case._unprotected().write({"stage": stage})
            self.assertEqual(self._rows(case)[-1].to_stage, stage)
        self.assertEqual(len(self._rows(case)), 3)
        self.assertEqual(self._rows(case)[-1].from_stage, "planning")

    def test_a_fact_that_any_code_writes_is_logged_once(self):
        case = self._new_case()
        self._rows(case)
        case._unprotected().write({"first_contact_on": self.today})
        self.assertEqual(self._rows(case)[1:].mapped("to_stage"), ["first_contact"])

    def test_there_and_back_in_one_transaction_is_no_change(self):
        case = self._new_case()
        self._rows(case)
        case._unprotected().write({"hold_on": "2026-01-02 10:00:00"})
        self.assertEqual(case.stage, "on_hold")
        case._unprotected().write({"hold_on": False})
        self.assertEqual(case.stage, "registered")
        self.assertEqual(len(self._rows(case)), 1)

    def test_two_steps_of_one_transaction_are_one_change(self):
        case = self._new_case()
        self._rows(case)
        case._unprotected().write({"first_contact_on": self.today})
        self.assertEqual(case.stage, "first_contact")
        case._unprotected().write({"hold_on": "2026-01-02 10:00:00"})
        rows = self._rows(case)
        self.assertEqual(
            (rows[-1].from_stage, rows[-1].to_stage), ("registered", "on_hold")
        )
        self.assertEqual(len(rows), 2)

    def test_what_is_rolled_back_was_no_change(self):
        case = self._new_case()
        self._rows(case)
        savepoint = self.env.cr.savepoint()
        case._unprotected().write({"first_contact_on": self.today})
        self.assertEqual(case.stage, "first_contact")
        savepoint.close(rollback=True)
        self.assertEqual(len(self._rows(case)), 1)

    def test_the_row_names_who_and_because_of_which_record(self):
        case = self._new_case()
        case._unprotected().write({"first_contact_on": self.today})
        self._rows(case)
        assessment = (
            self.env["remediation.assessment"]
            .with_user(self.worker)
            .create({"case_id": case.id, "present": "Mother"})
        )
        row = self._rows(case)[-1]
        self.assertEqual(row.to_stage, "assessment")
        self.assertEqual(row.changed_by_id, self.worker)
        self.assertEqual((row.res_model, row.res_id), (assessment._name, assessment.id))

    def test_many_cases_are_logged_in_few_statements(self):
        cases = self.env["remediation.case"].concat(
            *(self._new_case() for _n in "12345")
        )
        self.env.cr.flush()
        cases._unprotected().write({"first_contact_on": self.today})
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env.cr.flush()
        self.assertLess(self.env.cr.sql_log_count - before, 8)
        for case in cases:
            self.assertEqual(self._stage_log(case), ["registered", "first_contact"])
