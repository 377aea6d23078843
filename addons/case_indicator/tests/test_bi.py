from datetime import date

from odoo.tests import tagged

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

from ..models.remediation_bi import ROLE
from ..tools import bi
from .common import IndicatorCommon


@tagged("post_install", "-at_install")
class TestBi(IndicatorCommon):
    """The schema that analysis tools read (R10)."""

    def _rows(self, query, *params):
        self.env.cr.execute(query, params)
        return self.env.cr.fetchall()

    def test_r10_the_columns_are_those_that_are_listed(self):
        found = set(
            self._rows(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'bi'"
            )
        )
        listed = {
            (name, column)
            for name, (_words, _source, columns) in bi.views(THRESHOLD).items()
            for column in columns
        }
        self.assertEqual(found, listed)

    def test_r10_no_column_comes_from_what_identifies(self):
        """Every column that a view reads, compared with the rights of the fields."""
        models = {
            model._table: model
            for model in self.env.values()
            if not model._abstract and not model._transient
        }
        read = self._rows(
            "SELECT DISTINCT table_name, column_name"
            "  FROM information_schema.view_column_usage WHERE view_schema = 'bi'"
        )
        self.assertGreater(len(read), 30)
        for table, column in read:
            model = models[table]
            field = model._fields.get(column)
            self.assertFalse(getattr(model, "_remediation_sensitive", False), table)
            self.assertNotIn("case_id", model._fields, table)
            self.assertFalse(field and field.groups, f"{table}.{column}")
            self.assertNotIn(column, ("counted_ids", "whole_ids", "create_uid"))

    def test_r10_figures_are_told_as_a_report_tells_them(self):
        self._build()
        run = self._run()
        self._run(date(2025, 1, 1), date(2025, 2, 28), "Two months")
        report = self.env["remediation.donor.report"].create(
            {"name": "Q", "run_id": run.id}
        )
        self.env.flush_all()
        rows = {
            row[0]: row[1:]
            for row in self._rows(
                "SELECT measure, counted_low, counted_high, whole_low, whole_high,"
                " value FROM bi.figures WHERE run = %s AND broken_down_by = 'all'",
                run.id,
            )
        }
        looked_at = 0
        for figure in run.total_ids:
            key = figure.measure_id.key
            told = report._told(figure)
            with self.subTest(measure=key):
                if told is None:
                    self.assertNotIn(key, rows)
                    continue
                low, high, whole_low, whole_high, value = rows[key]
                if "part" in told:
                    self.assertEqual([low, high], told["part"])
                if "whole" in told:
                    self.assertEqual([whole_low, whole_high], told["whole"])
                if "value" in told:
                    self.assertAlmostEqual(float(value), told["value"], 6)
                else:
                    self.assertIsNone(value)
                looked_at += 1
        self.assertGreater(looked_at, 40)
        groups = self._rows(
            "SELECT DISTINCT broken_down_by FROM bi.figures"
            " WHERE broken_down_by <> 'all'"
        )
        self.assertLessEqual({row[0] for row in groups}, set(bi.BROKEN_DOWN))
        small = self._rows(
            "SELECT count(*) FROM bi.figures WHERE broken_down_by <> 'all'"
            " AND counted_high > 0 AND counted_low < %s",
            THRESHOLD,
        )
        self.assertEqual(small, [(0,)])

    def test_r10_a_run_that_is_not_final_is_not_read(self):
        runs = self.env["remediation.indicator.run"].with_user(self.coordinator)
        run = runs.create(
            {"name": "Draft", "date_from": "2025-01-01", "date_to": "2025-03-31"}
        )
        self.env.flush_all()
        self.assertFalse(self._rows("SELECT 1 FROM bi.runs WHERE run = %s", run.id))

    def test_r10_the_role_reads_the_views_and_nothing_else(self):
        """The rights that PostgreSQL knows of, over all tables and all of its own; a
        role that every server has stands for that of the tools."""
        role = "pg_signal_backend"
        rights = """
            SELECT n.nspname, c.relname, has_table_privilege(%(role)s, c.oid, 'SELECT'),
                   has_table_privilege(%(role)s, c.oid, 'INSERT, UPDATE, DELETE')
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname IN ('public', 'bi')
        """
        self.env.cr.execute(rights, {"role": role})
        before = {row[:2] for row in self.env.cr.fetchall() if row[2] or row[3]}
        self.env["remediation.bi"]._grant(role)
        self.env.cr.execute(rights, {"role": role})
        rows = self.env.cr.fetchall()
        self.assertGreater(len(rows), 100)
        read = {row[:2] for row in rows if row[2]} - before
        self.assertEqual(read, {("bi", name) for name in bi.views(THRESHOLD)})
        self.assertFalse([row for row in rows if row[3] and row[:2] not in before])
        self.assertFalse([name for schema, name in before if schema == "bi"])
        may = self._rows("SELECT has_schema_privilege(%s, 'bi', 'CREATE')", role)
        self.assertEqual(may, [(False,)])

    def test_r10_the_right_is_given_to_the_role_of_the_documentation(self):
        """Where the role is there, a new view of an update is read too."""
        self.env["remediation.bi"].init()
        there = self._rows("SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE)
        for name in bi.views(THRESHOLD) if there else ():
            self.assertEqual(
                self._rows(
                    "SELECT has_table_privilege(%s, %s, 'SELECT')", ROLE, f"bi.{name}"
                ),
                [(True,)],
            )
        names = self._rows("SELECT count(*) FROM pg_views WHERE schemaname = 'bi'")
        self.assertEqual(names, [(len(bi.views(THRESHOLD)),)])
