import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tools.sheets import neutral

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestRatio(SavingsCommon):
    def _ratio(self):
        self.env.flush_all()
        return (
            self.env["savings.ratio"]
            .with_user(self.manager)
            .search([("group_id", "=", self.group.id)], order="quarter")
        )

    def test_ratios_of_a_quarter(self):
        self._meet(1, {1: {"loan_given": 1000}}, shares=2)
        self._meet(
            2, {5: {"attendance": "absent", "shares": 0, "social_in": 0}}, shares=2
        )
        row = self._ratio()
        self.assertEqual((row.members, row.women, row.meetings), (5, 5, 2))
        self.assertAlmostEqual(row.attendance, 9 / 10)
        self.assertEqual(row.retention, 1)
        self.assertEqual(row.savings, 9000)
        self.assertEqual(row.loan_cash, 8000)
        self.assertEqual(row.loans_outstanding, 1100)
        self.assertAlmostEqual(row.utilisation, 1100 / 9100)
        self.assertEqual(row.profit, 100)
        self.assertAlmostEqual(row.return_on_savings, 100 / 9000 * 365 / 14)
        self.assertEqual(row.par_text, "0.0 %")
        self.assertAlmostEqual(row.ever_borrowed, 0.2)
        self.assertEqual(row.savings_per_member, 1800)
        self.assertEqual(row.average_loan, 1000)
        self.assertEqual(row.share_out_projection, 9100)

    def test_zero_denominator_is_not_applicable(self):
        self._meet(1, shares=0)
        row = self._ratio()
        for name in ("par", "written_off", "return_on_savings", "average_loan"):
            self.assertEqual(row[f"{name}_text"], "n/a", name)
        self.assertEqual(row.attendance_text, "100.0 %")
        (value,) = (
            self.env["savings.ratio"]
            .with_user(self.manager)
            ._read_group([("group_id", "=", self.group.id)], [], ["par:avg"])[0]
        )
        self.assertFalse(value)

    def test_par_counts_late_loans(self):
        self._meet(1, {1: {"loan_given": 1000}}, shares=2)
        self._meet(14, {2: {"loan_given": 700}}, shares=2)
        row = self._ratio()[-1]
        self.assertAlmostEqual(row.par, 1400 / 2170)

    def test_groups_have_the_ratio_of_the_sums(self):
        self._meet(1, shares=1)
        other = self._new_group(members=15)
        cycle = self._new_cycle(other)
        self._meet(
            1,
            {
                n: {"attendance": "absent", "shares": 0, "social_in": 0}
                for n in range(1, 16)
            },
            cycle=cycle,
        )
        self.env.flush_all()
        rows = (
            self.env["savings.ratio"]
            .with_user(self.manager)
            ._read_group(
                [("group_id", "in", (self.group | other).ids)],
                ["agent_id"],
                ["attendance:avg", "group_id:count_distinct"],
            )
        )
        self.assertEqual(rows, [(self.agent.with_user(self.manager), 5 / 20, 2)])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_reads_ratios(self):
        self._meet(1)
        self.env.flush_all()
        ratios = self.env["savings.ratio"]
        self.assertTrue(ratios.with_user(self.agent).search([]))
        self.assertFalse(ratios.with_user(self.agent_other).search([]))
        for user in (self.case_worker, self.finance, self.plain_user):
            with self.assertRaises(AccessError):
                ratios.with_user(user).search([])
        row = ratios.with_user(self.agent).search([])
        with self.assertRaises(AccessError):
            row.read(["cost_per_member"])
        with self.assertRaises(AccessError):
            ratios.with_user(self.agent)._read_group([], [], ["cost_per_member:avg"])

    def test_r51_no_ratio_separates_caregivers(self):
        for name in self.env["savings.ratio"]._fields:
            for word in ("caregiver", "enrol", "case", "child"):
                self.assertNotIn(word, name)

    def test_quarterly_export(self):
        self.group.label = "=cmd|' /C calc'!A0"
        self._meet(1, {1: {"loan_given": 500}})
        self.env.flush_all()
        wizard = (
            self.env["savings.quarter.export"]
            .with_user(self.manager)
            .create({"quarter": "2026-02-15"})
        )
        wizard.action_export()
        self.assertEqual(wizard.file_name, "savings-groups-2026-Q1.xlsx")
        book = load_workbook(io.BytesIO(base64.b64decode(wizard.file)))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        self.assertGreaterEqual(len(rows[0]), 24 + 10)
        mine = next(row for row in rows[1:] if self.group.name in row[0])
        self.assertIn(2500, mine)
        self.assertNotIn("Furaha", str(rows))
        empty = self.env["savings.quarter.export"].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "No meeting was validated"):
            empty.create({"quarter": "2001-01-01"}).action_export()
        with self.assertRaises(AccessError):
            empty.with_user(self.agent).create({"quarter": "2026-02-15"})

    def test_r30_text_cells_are_neutral(self):
        for text in ("=1+1", "+243", "-5", "@x", "\tx"):
            self.assertEqual(neutral(text), f"'{text}")
        self.assertEqual(neutral("Tujenge"), "Tujenge")
