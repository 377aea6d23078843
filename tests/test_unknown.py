from lxml import etree

from odoo.tests import TransactionCase, tagged

WIDGETS = {"integer": "remediation_known", "float": "remediation_known_float"}


@tagged("post_install", "-at_install")
class TestUnknown(TransactionCase):
    """A number that nobody knows is a dash on every screen, never a 0."""

    def test_numbers_that_may_be_unknown_are_shown_so_in_every_view(self):
        wrong, seen = set(), 0
        views = self.env["ir.ui.view"].search(
            [("mode", "=", "primary"), ("type", "in", ("form", "list", "kanban"))]
        )
        for view in views:
            if view.model not in self.env:
                continue
            arch = etree.fromstring(view.get_combined_arch())
            for field, node in self._fields_of(arch, self.env[view.model]):
                model = self.env[field.model_name]
                if field.name not in getattr(model, "_zero_is_unknown", ()):
                    continue
                seen += 1
                if node.get("widget") == WIDGETS[field.type]:
                    continue
                if node.get("invisible") or node.get("column_invisible") == "1":
                    continue  # it is not shown where it is unknown, or never
                wrong.add(f"{view.xml_id or view.name}: {field}")
        self.assertGreater(seen, 20)
        self.assertEqual(wrong, set())

    def _fields_of(self, node, model):
        """Yield each field of a view with the model that its place shows."""
        for child in node.iterchildren("*"):
            field = child.tag == "field" and model._fields.get(child.get("name"))
            if field:
                yield field, child
            inner = (
                self.env[field.comodel_name] if field and field.relational else model
            )
            # A kanban declares fields before its card shows them.
            if node.tag != "kanban" or child.tag != "field":
                yield from self._fields_of(child, inner)
