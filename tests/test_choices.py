"""What a form offers to choose from."""

from odoo.tests import TransactionCase, tagged

AUTHOR = "Child Remediation contributors"


@tagged("post_install", "-at_install")
class TestChoices(TransactionCase):
    def test_no_choice_waits_for_what_comes_from_it(self):
        """With ``check_company`` the web client offers records of the record's company
        alone. Where that company comes from the choice, a new record has none, and
        nothing is offered: nobody could ever fill in the form."""
        installed = self.env["ir.module.module"].search([("author", "=", AUTHOR)])
        ours = set(installed.filtered(lambda m: m.state == "installed").mapped("name"))
        self.assertIn("child_remediation", ours)
        stuck = []
        for name, model in self.env.registry.items():
            company = model._fields.get("company_id")
            if model._original_module not in ours or not company or not company.related:
                continue
            link = model._fields[company.related.split(".")[0]]
            if getattr(link, "check_company", False):
                stuck.append(f"{name}.{link.name}")
        self.assertEqual(stuck, [])
