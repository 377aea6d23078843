from odoo.tests import TransactionCase, tagged

AUTHOR = "Child Remediation contributors"


@tagged("post_install", "-at_install")
class TestRequiredComputed(TransactionCase):
    def test_what_is_required_and_computed_is_there_when_a_row_is_made(self):
        """A form leaves out what it shows for reading alone: the row is made without
        it, and the database refuses a row that waits for its value."""
        installed = self.env["ir.module.module"].search([("state", "=", "installed")])
        ours = installed.filtered(lambda module: module.author == AUTHOR)
        ours = {*ours.mapped("name")}
        late, seen = [], 0
        for name, model in self.env.registry.items():
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if not ({*field._modules} & ours and field.required):
                    continue
                if field.store and field.compute and field.column_type:
                    seen += 1
                    if not field.precompute and not field.default:
                        late.append(f"{name}.{field.name}")
        self.assertGreater(seen, 5)
        self.assertFalse(late, "they need precompute=True")
