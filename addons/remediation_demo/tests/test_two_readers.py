from odoo.tests import TransactionCase, tagged

AUTHOR = "Child Remediation contributors"
TEXTS = ("char", "text", "html", "selection", "json")
#: Records of each model that are read.
FEW = 4


@tagged("post_install", "-at_install")
class TestTwoReaders(TransactionCase):
    """One message may go to people of two languages: each reads their own."""

    def test_what_is_said_to_one_reader_is_said_anew_to_the_next(self):
        installed = self.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "=", AUTHOR)]
        )
        ours = {*installed.mapped("name")}
        mixed, seen = [], 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or model._transient or not model._auto:
                continue
            computed = [
                field
                for field in model._fields.values()
                if field.compute
                and not field.store
                and field.type in TEXTS
                and ({*field._modules} & ours or model._original_module in ours)
            ]
            records = model.sudo().search([], limit=FEW) if computed else model
            for field in computed if records else ():
                english = records.with_context(lang="en_US")
                french = records.with_context(lang="fr_FR")
                self.env.invalidate_all()
                alone = [record[field.name] for record in french]
                self.env.invalidate_all()
                first = [record[field.name] for record in english]
                after = [record[field.name] for record in french]
                if alone != after:
                    mixed.append(f"{field} ({field.compute})")
                seen += alone != first
        self.assertFalse(mixed, "they need depends_context('lang')")
        self.assertGreater(seen, 60)
