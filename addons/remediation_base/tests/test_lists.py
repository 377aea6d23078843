import inspect

from odoo import models
from odoo.fields import One2many
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestLists(TransactionCase):
    def test_core_still_reads_as_the_replacement_was_written_for(self):
        self.assertEqual(
            str(inspect.signature(models.BaseModel._search)),
            "(self, domain: 'DomainType', offset: 'int' = 0, limit: 'int | None' = None,"
            " order: 'str | None' = None, *, active_test: 'bool' = True,"
            " bypass_access: 'bool' = False) -> 'Query'",
        )
        self.assertEqual(
            list(inspect.signature(models.BaseModel._fetch_query).parameters),
            ["self", "query", "fields"],
        )
        self.assertEqual(
            list(inspect.signature(One2many.read).parameters), ["self", "records"]
        )
