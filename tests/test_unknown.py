import re

from lxml import etree

from odoo.tests import TransactionCase, tagged

WIDGETS = {
    "integer": {"remediation_known"},
    "float": {
        "remediation_known_float",
        "remediation_known_percentage",
        "remediation_known_time",
    },
}
BY = re.compile(r"'measured_by': '(\w+)'")
#: Rates, scores and means of ours: each has to say when it was measured.
MEASURES = re.compile(r"(^|_)(rate|score)$")
#: Where a 0 is one: it was counted, weighed or set.
MEASURED = {
    "remediation.duplicate.score": "how alike two children are, always computed",
    "referral.match.line.score": "how well a partner fits, always computed",
    "remediation.training.score": "of an examination, shown where there was one",
    "savings.ratio.women_rate": "shown as a text, which says where nothing divides it",
    "savings.cycle.charge_rate": "a setting of the group",
    "savings.group.charge_rate": "a setting of the group",
}
AUTHOR = "Child Remediation contributors"


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
                without = getattr(model, "_unknown_without", {}).get(field.name)
                if not without and field.name not in getattr(
                    model, "_zero_is_unknown", ()
                ):
                    continue
                seen += 1
                said = BY.search(node.get("options") or "")
                if node.get("widget") in WIDGETS[field.type] and without == (
                    said and said[1]
                ):
                    continue
                if node.get("invisible") or node.get("column_invisible") == "1":
                    continue  # it is not shown where it is unknown, or never
                wrong.add(f"{view.xml_id or view.name}: {field}")
        self.assertGreater(seen, 20)
        self.assertEqual(wrong, set())

    def test_each_rate_and_score_says_when_it_is_unknown(self):
        ours = self.env["ir.module.module"].search([("author", "=", AUTHOR)])
        silent = set()
        for model in self.env.values():
            if model._abstract or model._transient:
                continue
            for field in model._fields.values():
                if (
                    field.type in WIDGETS
                    and field._module in ours.mapped("name")
                    and MEASURES.search(field.name)
                    and field.name not in getattr(model, "_zero_is_unknown", ())
                    and field.name not in getattr(model, "_unknown_without", ())
                ):
                    silent.add(str(field))
        self.assertEqual(silent - MEASURED.keys(), set())

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
