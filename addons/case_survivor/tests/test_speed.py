import time

from lxml import etree

from odoo.tests import tagged

from .common import SurvivorCommon

#: What the pages of this module may add to the opening of a case.
SQL_LIMIT = 30


@tagged("post_install", "-at_install")
class TestSpeed(SurvivorCommon):
    """The pages of a survivor with five steps of a route, ten transfers and three
    matters, as the web client reads them with the form of the case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager_trace)
        for number in range(5):
            cls._make("movement", cls.case, kind="transit", place=f"Town {number}")
        for number in range(10):
            cls._make(
                "money.transfer",
                cls.case,
                direction="for_exploiter",
                amount=10.0 + number,
            )
        for _number in range(3):
            cls._matter(cls.case)
        cls._decided(cls.case)
        cls.env.flush_all()

    def _spec(self, model, arch):
        """How the web client reads the fields of a view."""
        spec = {}
        for node in arch.iterfind(".//field"):
            if node.xpath("ancestor::field"):
                continue
            field = model._fields.get(node.get("name"))
            if field is None:
                continue
            spec[field.name] = {}
            if field.type == "many2one":
                spec[field.name] = {"fields": {"display_name": {}}}
            elif field.type in ("one2many", "many2many"):
                rows = node.find("list")
                comodel = self.env[field.comodel_name]
                spec[field.name] = {
                    "fields": {} if rows is None else self._spec(comodel, rows)
                }
        return spec

    def test_the_pages_open_within_their_limit(self):
        case = self.case.with_user(self.trace_worker)
        arch = etree.fromstring(case.get_view(view_type="form")["arch"])
        spec = {
            name: fields
            for name, fields in self._spec(case, arch).items()
            if case._fields[name]._module == "case_survivor"
        }
        self.assertTrue(
            {"movement_ids", "money_transfer_ids", "legal_matter_ids"} <= spec.keys()
        )
        for _number in range(2):  # rights and translations are known from here
            case.web_read(spec)
            self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        start = time.monotonic()
        [values] = case.web_read(spec)
        seconds = time.monotonic() - start
        statements = self.env.cr.sql_log_count - before
        self.assertEqual(len(values["movement_ids"]), 5)
        self.assertEqual(len(values["money_transfer_ids"]), 10)
        self.assertEqual(len(values["legal_matter_ids"]), 3)
        self.assertLessEqual(statements, SQL_LIMIT, f"{seconds:.3f} s")
