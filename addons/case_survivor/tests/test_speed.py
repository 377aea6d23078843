from lxml import etree

from odoo.tests import tagged

from .common import SurvivorCommon

#: What opening the whole form of a case may ask of the database.
SQL_LIMIT = 30


def form_spec(model, arch):
    """How the web client reads the fields of a view, lists inside a form too."""
    spec = {}
    depth = len(arch.xpath("ancestor-or-self::field"))
    for node in arch.iterfind(".//field"):
        field = model._fields.get(node.get("name"))
        if field is None or len(node.xpath("ancestor::field")) > depth:
            continue
        spec[field.name] = {}
        if field.type == "many2one":
            spec[field.name] = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many"):
            rows = node.find("list")
            comodel = model.env[field.comodel_name]
            spec[field.name] = {
                "fields": {} if rows is None else form_spec(comodel, rows)
            }
    return spec


@tagged("post_install", "-at_install")
class TestSpeed(SurvivorCommon):
    """A case with five steps of a route, ten transfers and three matters, as the web
    client reads the whole form."""

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

    def _opened(self):
        case = self.case.with_user(self.trace_worker).with_context(
            lang="en_US", tz="Africa/Lubumbashi", allowed_company_ids=self.company.ids
        )
        arch = etree.fromstring(case.get_view(view_type="form")["arch"])
        return case, form_spec(case, arch)

    def test_the_whole_form_opens_within_its_limit(self):
        case, spec = self._opened()
        for _number in range(2):  # rights and translations are known from here
            case.web_read(spec)
            self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        [values] = case.web_read(spec)
        statements = self.env.cr.sql_log_count - before
        self.assertEqual(len(values["movement_ids"]), 5)
        self.assertEqual(values["movement_ids"][4]["place"], "Town 4")
        self.assertEqual(len(values["money_transfer_ids"]), 10)
        self.assertEqual(values["money_transfer_ids"][9]["amount"], 19.0)
        self.assertEqual(len(values["legal_matter_ids"]), 3)
        self.assertLessEqual(statements, SQL_LIMIT)

    def test_lists_read_at_once_are_the_lists_that_core_reads(self):
        case, _spec = self._opened()
        lists = case._lists_of(case._fields.values())
        allowed = [f for f in lists if case._has_field_access(f, "read")]
        self.assertGreater(len(allowed), 20)
        for user in (self.trace_worker, self.supervisor, self.tracer, self.monitor):
            mine = case.with_user(user)
            self.env.invalidate_all()
            left = mine._read_lists(allowed)
            for field in allowed:
                if field not in left:
                    at_once = field._get_cache(mine.env).get(mine.id)
                    field._invalidate_cache(mine.env)
                    field.read(mine)
                    self.assertEqual(
                        at_once, field._get_cache(mine.env).get(mine.id), field
                    )
