from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestNewForms(TransactionCase):
    """*New* opens an empty form, or says in a sentence why there is none."""

    def test_every_form_opens_empty(self):
        self.env.company.country_id = self.env.ref("base.cd")
        product = {
            module.name
            for module in self.env["ir.module.module"].search(
                [("state", "=", "installed"), ("author", "ilike", "Child Remediation")]
            )
        }
        views = self.env["ir.ui.view"].search([("type", "=", "form")])
        xmlids = views.get_external_id()
        names = {
            view.model
            for view in views
            if xmlids[view.id].split(".")[0] in product and view.model in self.env
        }
        names = {name for name in names if self._has_new(name)}
        self.assertGreater(len(names), 60)
        for name in sorted(names):
            with self.subTest(model=name):
                try:
                    with self.cr.savepoint():
                        Form(self.env[name])
                except UserError as error:
                    self.assertTrue(str(error))

    def _has_new(self, name):
        arch = self.env[name].get_view(view_type="form")["arch"]
        return etree.fromstring(arch).get("create", "1") not in ("0", "False", "false")
