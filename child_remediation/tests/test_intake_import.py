import base64
import io

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from odoo.addons.remediation_base.tests.books import with_dimension
from odoo.addons.remediation_base.tests.whole import whole
from odoo.addons.remediation_base.tools import sheets

from . import hub_sheet
from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestIntakeImport(RemediationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.depot = cls.env["remediation.site"].create(
            {"name": "Ore depots", "site_type": "depot"}
        )
        cls.headers = [
            "Reference",
            "Sex",
            "First Name",
            "Age",
            "Site",
            "Hours per Week",
        ]
        cls.good = ["R1", "girl", "Amani", 12, "KAPATA mine SITE", 50]

    def _wizard(self, headers, rows, kind="xlsx", user=None):
        write = sheets.write_xlsx if kind == "xlsx" else sheets.write_csv
        return (
            self.env["remediation.intake.import"]
            .with_user(user or self.worker)
            .create(
                {
                    "file": base64.b64encode(write(headers, rows)),
                    "file_name": f"intake.{kind}",
                }
            )
        )

    def _checked(self, headers, rows, kind="xlsx", user=None):
        wizard = self._wizard(headers, rows, kind, user)
        wizard.action_read()
        wizard.action_check()
        return wizard

    @whole
    def test_r58_trafficking_and_the_money_of_exploitation_are_read(self):
        headers = [
            *("Reference", "Sex", "What the Child Does", "Currency"),
            *("Recruited or Moved for Exploitation", "Works Off a Debt"),
            *("Wage Promised", "Debt Claimed", "Owed To"),
        ]
        row = ["R1", "girl", "Carries ore", "USD", "Oui", "no", 50, 120.5, "recruteur"]
        wizard = self._checked(headers, [row])
        self.assertEqual(wizard.wrong_count, 0, wizard.line_ids.mapped("problems"))
        wizard.action_import()
        work = wizard.case_ids.work_situation_ids
        self.assertEqual((work.is_trafficked, work.is_bonded), ("yes", "no"))
        self.assertEqual((work.pay_promised, work.debt_amount), (50, 120.5))
        self.assertEqual(work.debt_holder, "recruiter")
        self.assertEqual(work.classification, "wfcl")
        row[4] = "maybe so"
        row[0] = "R2"
        self.assertIn(
            "neither yes nor no", self._checked(headers, [row]).line_ids.problems
        )

    def test_reported_05_a_sheet_that_says_a_wrong_size_is_read_whole(self):
        rows = [[f"R{number}", *self.good[1:]] for number in range(8)]
        for size in ("A1", "A1:F4"):
            wizard = self._wizard(self.headers, rows)
            content = base64.b64decode(wizard.file)
            wizard.file = base64.b64encode(with_dimension(content, size))
            wizard.action_read()
            wizard.action_check()
            self.assertEqual((wizard.new_count, wizard.wrong_count), (8, 0), size)

    @whole
    def test_published_cases_go_through_xlsx_and_csv(self):
        site_of = {
            "Kapata mine site, Kolwezi": "Kapata mine site",
            "ore depots, Kolwezi": "Ore depots",
            "local mine, Kapata": "Kapata mine site",
        }.get
        for kind in ("xlsx", "csv"):
            wizard = self._checked(hub_sheet.HEADERS, hub_sheet.rows(site_of), kind)
            self.assertEqual(wizard.wrong_count, 0, wizard.line_ids.mapped("problems"))
            if kind == "xlsx":
                self.assertEqual(wizard.new_count, 3)
                wizard.action_import()
                self.assertEqual(wizard.imported_count, 3)
            else:
                # The same children again: known, not doubled.
                self.assertEqual(wizard.known_count, 3)
                wizard.action_import()
                self.assertEqual(wizard.imported_count, 0)
        children = self.env["remediation.beneficiary"].search(
            [("external_ref", "like", "sheet:%")]
        )
        self.assertEqual(len(children), 3)
        by_name = {child.nickname: child.case_ids for child in children}
        mmj = by_name["MMJ"].work_situation_ids
        self.assertEqual((mmj.hours_week, mmj.pay, mmj.started_age), (50, 60, 11))
        self.assertEqual(mmj.currency_id.name, "USD")
        self.assertEqual(by_name["MMJ"].classification, "hazardous")
        mip = by_name["MIP"].work_situation_ids
        self.assertEqual((mip.days_week, mip.time_start, mip.time_end), (6, 6, 17))
        self.assertEqual(mip.hours_effective, 66)
        self.assertEqual(mip.started_year, 2021)
        davu = by_name["Davu"]
        self.assertEqual(davu.beneficiary_id.age_estimated, 12)
        self.assertEqual(davu.work_situation_ids.hours_week, 0)
        for case in by_name.values():
            self.assertEqual(case.stage, "registered")
            self.assertEqual(case.user_id, self.worker)
            self.assertFalse(case.beneficiary_id.birth_date)
            self.assertEqual(len(case.household_id.member_ids), 1)
            self.assertIn("childrights-business.org", case.note_ids.text)

    @whole
    def test_each_wrong_row_says_why_and_nothing_is_imported(self):
        tomorrow = fields.Date.add(self.today, years=1).isoformat()
        headers = [
            *self.headers,
            "Birth Date",
            "Identified On",
            "Currency",
            "To (time of day)",
        ]
        wrong = {
            "sex": ["A", "child", "x", 12, "", 1, "", "", "", ""],
            "no sex": ["A2", "", "x", 12, "", 1, "", "", "", ""],
            "age 18": ["B", "f", "x", 18, "", 1, "", "", "", ""],
            "age text": ["C", "f", "x", "douze", "", 1, "", "", "", ""],
            "half age": ["D", "f", "x", 12.5, "", 1, "", "", "", ""],
            "site": ["E", "f", "x", 12, "Nowhere", 1, "", "", "", ""],
            "hours": ["F", "f", "x", 12, "", 169, "", "", "", ""],
            "birth": ["G", "f", "x", 12, "", 1, "31/02/2014", "", "", ""],
            "unborn": ["H", "f", "x", "", "", 1, tomorrow, "", "", ""],
            "future": ["I", "f", "x", 12, "", 1, "", tomorrow, "", ""],
            "contradiction": ["J", "f", "x", 12, "", 1, "2022-01-01", "", "", ""],
            "currency": ["K", "f", "x", 12, "", 1, "", "", "XXZ", ""],
            "time": ["L", "f", "x", 12, "", 1, "", "", "", "26:00"],
            "no reference": ["", "f", "x", 12, "", 1, "", "", "", ""],
            "twice": ["R1", "f", "x", 12, "", 1, "", "", "", ""],
        }
        rows = [[*self.good, "", "", "", ""], *wrong.values()]
        wizard = self._checked(headers, rows)
        self.assertEqual((wizard.new_count, wizard.wrong_count), (1, len(wrong)))
        for line in wizard.line_ids[1:]:
            self.assertTrue(line.problems, line.summary)
        self.assertIn("row 2", wizard.line_ids[-1].problems)
        with self.assertRaisesRegex(UserError, "nothing was imported"):
            wizard.action_import()
        self.assertFalse(
            self.env["remediation.beneficiary"].search([("external_ref", "=", "R1")])
        )
        wizard.skip_bad = True
        wizard.action_import()
        self.assertEqual(wizard.imported_count, 1)
        headers, rejected = sheets.read(base64.b64decode(wizard.rejected))
        self.assertEqual(headers[-1], "Why")
        self.assertEqual(len(rejected), len(wrong))
        self.assertTrue(all(cells[-1] for _n, cells in rejected))

    def test_rejected_csv_starts_no_formula(self):
        evil = ["=cmd|' /C calc'!A0", "f", "@SUM(1)", 30, "", 1]
        wizard = self._checked(self.headers, [evil], "csv")
        self.assertEqual(wizard.wrong_count, 1)
        text = base64.b64decode(wizard.rejected).decode("utf-8-sig")
        for cell in text.splitlines()[1].split(";"):
            self.assertFalse(cell.strip('"').startswith(sheets.FORMULA), cell)

    def test_formula_does_not_reach_the_database(self):
        row = ["R9", "f", "=HYPERLINK(1)", 12, "", 1]
        wizard = self._checked(self.headers, [row], "csv")
        wizard.action_import()
        self.assertEqual(wizard.case_ids.beneficiary_id.first_name, "HYPERLINK(1)")

    def test_columns_are_mapped_in_both_languages_and_by_hand(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        wizard = self._wizard(
            ["external_ref", "SEX", "Prénom inconnu"], [["Z", "m", "a"]]
        )
        wizard.action_read()
        self.assertEqual(
            wizard.column_ids.mapped("target"), ["external_ref", "sex", False]
        )
        wizard.column_ids[2].target = "first_name"
        wizard.action_check()
        self.assertEqual(wizard.new_count, 1)
        wizard.column_ids[2].target = "sex"
        with self.assertRaises(UserError):
            wizard.action_check()
        wizard.column_ids[2].target = False
        wizard.column_ids[0].target = False
        with self.assertRaisesRegex(UserError, "Reference"):
            wizard.action_check()

    def test_template_can_be_imported(self):
        wizard = self.env["remediation.intake.import"].with_user(self.worker).create({})
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.template)))
        headers = [cell.value for cell in book.worksheets[0][1]]
        row = ["T1", "female", *[None] * (len(headers) - 2)]
        wizard = self._checked(headers, [row])
        self.assertEqual(wizard.new_count, 1)
        self.assertTrue(all(wizard.column_ids.mapped("target")))

    def test_unreadable_files_get_a_sentence(self):
        for content in (b"", b"PK\x03\x04 broken", b"\x00\x01\x02"):
            wizard = (
                self.env["remediation.intake.import"]
                .with_user(self.worker)
                .create({"file": base64.b64encode(content), "file_name": "x.xlsx"})
            )
            with self.assertRaises(UserError):
                wizard.action_read()

    def test_known_child_of_another_worker_is_not_shown_nor_doubled(self):
        other = self._new_case(self.manager_other)
        other.beneficiary_id.external_ref = "R1"
        wizard = self._checked(self.headers, [self.good])
        self.assertEqual(wizard.known_count, 1)
        wizard.action_import()
        self.assertFalse(wizard.case_ids)

    def test_import_is_seen_by_its_owner_alone(self):
        wizard = self._checked(self.headers, [self.good])
        for user in (self.worker_2, self.coordinator):
            with self.assertRaises(AccessError):
                wizard.with_user(user).read(["file"])
            with self.assertRaises(AccessError):
                wizard.line_ids.with_user(user).read(["summary"])
        for user in (self.monitor, self.plain_user, self.portal_manager):
            with self.assertRaises(AccessError):
                self.env["remediation.intake.import"].with_user(user).create({})

    @whole
    def test_batch_costs_little_per_child(self):
        rows = [[f"N{i}", "f", f"x{i}", 12, "Kapata mine site", 20] for i in range(60)]
        self._checked(self.headers, rows[:1]).action_import()
        wizard = self._checked(self.headers, rows)
        before = self.cr.sql_log_count
        wizard.action_import()
        self.env.flush_all()
        self.assertEqual(wizard.imported_count, 59)
        self.assertLess((self.cr.sql_log_count - before) / 59, 6)


@tagged("post_install", "-at_install")
class TestSheets(BaseCase):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), max_size=5))
    @example([["", " =1+1", "\u2003@SUM(A1)"], ["=\u2003=1", "'\t-1", "- =1"]])
    def test_whatever_is_written_never_starts_a_formula(self, rows):
        text = sheets.write_csv(["a", "b", "c"], rows).decode("utf-8-sig")
        for _number, cells in sheets.tables(text.encode("utf-8-sig"))[0].rows:
            for cell in cells:
                self.assertFalse(sheets.is_formula(cell))
        for row in rows:
            for cell in row:
                self.assertFalse(sheets.is_formula(sheets.neutral(cell)))

    def test_dates_hours_and_numbers_as_people_write_them(self):
        self.assertEqual(str(sheets.as_date("03/04/2026")), "2026-04-03")
        self.assertEqual(str(sheets.as_date("2024-02-29")), "2024-02-29")
        with self.assertRaises(ValueError):
            sheets.as_date("29/02/2026")
        self.assertEqual(sheets.as_hour("6h30"), 6.5)
        self.assertEqual(sheets.as_hour("17:00"), 17)
        self.assertEqual(sheets.as_number("3,49"), 3.49)
        self.assertEqual(sheets.as_number("1 200"), 1200)
        for wrong in ("nan", "inf", "many"):
            with self.assertRaises(ValueError):
                sheets.as_number(wrong)
