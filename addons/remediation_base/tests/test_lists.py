import inspect

from odoo import models
from odoo.fields import One2many
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestLists(TransactionCase):
    def test_core_still_reads_as_the_replacement_was_written_for(self):
        self.assertEqual(
            list(inspect.signature(models.BaseModel._search).parameters),
            [
                "self",
                "domain",
                "offset",
                "limit",
                "order",
                "active_test",
                "bypass_access",
            ],
        )
        self.assertEqual(
            list(inspect.signature(models.BaseModel._fetch_query).parameters),
            ["self", "query", "fields"],
        )
        self.assertEqual(
            list(inspect.signature(One2many.read).parameters), ["self", "records"]
        )
