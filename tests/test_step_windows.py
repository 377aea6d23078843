from lxml import etree

from odoo.tests import TransactionCase, tagged

from odoo.addons.remediation_base.tools.steps import steps_of


@tagged("post_install", "-at_install")
class TestStepWindows(TransactionCase):
    def test_every_question_of_every_step_has_its_place_in_the_window(self):
        """As the web client asks: of the context it sends which step it is, no more."""
        asked = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract:
                continue
            for step in steps_of(model).values():
                if not step.asks:
                    continue
                with self.subTest(model=name, step=step.name):
                    window = self.env["remediation.step.window"].with_context(
                        step_view_ref=f"{name},{step.name}"
                    )
                    view = window.get_views([(False, "form")])["views"]["form"]
                    places = etree.fromstring(view["arch"]).xpath("//field/@name")
                    fields = window.fields_get(places)
                    self.assertGreaterEqual(len({*places}), len(step.asks))
                    for ask, place in zip(step.asks.values(), places, strict=False):
                        asked += 1
                        if fields[place]["type"] == "selection":
                            field = model._fields[ask.field]
                            shown = fields[place]["selection"]
                            self.assertTrue(shown or field.type == "many2one")
        self.assertGreater(asked, 50)
