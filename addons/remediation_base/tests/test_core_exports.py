import csv
import io
import json

import openpyxl

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

TYPED = ("=1+1", " =1+1", "+1", "-1", "@SUM(1)", "{=1+1}", "\t=1+1")


@tagged("post_install", "-at_install")
class TestCoreExports(HttpCase):
    """R30 holds for the files that Odoo itself makes of lists and pivots."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(
            cls.env, "core_reader", groups="base.group_user,base.group_allow_export"
        )
        cls.typed = cls.env["res.partner"].create([{"name": name} for name in TYPED])
        cls.typed.category_id = [
            Command.link(category.id)
            for category in cls.env["res.partner.category"].create(
                [{"name": name} for name in TYPED]
            )
        ]

    def _export(self, kind, groupby=()):
        self.authenticate("core_reader", "core_reader")
        answer = self.url_open(
            f"/web/export/{kind}",
            data={
                "data": json.dumps(
                    {
                        "model": "res.partner",
                        "fields": [
                            {"name": name, "label": f"={name}", "type": kind}
                            for name, kind in (
                                ("name", "char"),
                                ("id", "integer"),
                                ("category_id/name", "char"),
                            )
                        ],
                        "ids": self.typed.ids,
                        "domain": [],
                        "import_compat": False,
                        "groupby": list(groupby),
                        "context": {},
                    }
                ),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(answer.status_code, 200)
        return answer.content

    def _assert_no_formula(self, content, at_least):
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
        self.assertFalse([cell.value for cell in cells if cell.data_type == "f"])
        texts = [cell.value for cell in cells if isinstance(cell.value, str)]
        self._assert_texts(texts, at_least)

    def _assert_texts(self, texts, at_least):
        typed = [text for text in texts if "1" in text or "name" in text]
        self.assertGreaterEqual(len(typed), at_least)
        for text in typed:
            self.assertNotIn(text.strip()[:1], "=+-@{", text)

    def test_r30_a_list_exported_by_odoo_holds_no_formula(self):
        self._assert_no_formula(self._export("xlsx"), 2 * len(TYPED))
        rows = csv.reader(io.StringIO(self._export("csv").decode()))
        self._assert_texts([cell for row in rows for cell in row], 2 * len(TYPED))

    def test_r30_a_grouped_list_exported_by_odoo_holds_no_formula(self):
        for groupby in (["name"], ["category_id"], ["category_id", "name"]):
            with self.subTest(groupby=groupby):
                content = self._export("xlsx", groupby)
                self._assert_no_formula(content, 3 * len(TYPED))

    def test_r30_a_pivot_exported_by_odoo_holds_no_formula(self):
        self.authenticate("core_reader", "core_reader")
        titles = [{"title": name, "width": 1, "height": 1} for name in TYPED]
        answer = self.url_open(
            "/web/pivot/export_xlsx",
            data={
                "data": json.dumps(
                    {
                        "title": "Partners",
                        "model": "res.partner",
                        "measure_count": 1,
                        "col_group_headers": [titles],
                        "measure_headers": [
                            {"title": name, "is_bold": False} for name in TYPED
                        ],
                        "rows": [
                            {"title": name, "indent": 0, "values": [{"value": -3}]}
                            for name in TYPED
                        ],
                    }
                ),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(answer.status_code, 200)
        self._assert_no_formula(answer.content, 3 * len(TYPED))
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        values = [cell.value for row in sheet.iter_rows() for cell in row]
        self.assertEqual(values.count(-3), len(TYPED), "numbers stay numbers")
