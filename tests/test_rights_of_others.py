from odoo.tests import TransactionCase, tagged

from odoo.addons.child_remediation.tests.test_access import WIDENED

APP = "child_remediation"


@tagged("post_install", "-at_install")
class TestRightsOfOthers(TransactionCase):
    """Whoever installs another module gives nobody of the case work a right on its
    models, but for those that are tried alone too. So its access table holds without
    them, and is not gone through a second time with the app alone."""

    def test_r26_no_other_module_widens_what_a_role_of_the_case_work_may(self):
        module = self.env["ir.module.module"]._get(APP)
        needed = module.upstream_dependencies(exclude_states=("uninstalled",))
        below = {APP, *needed.mapped("name")}
        groups = self._named("res.groups", module=below)
        roles = self.env["res.groups"].browse(groups).all_implied_ids
        models = [
            name
            for name, model in self.env.registry.items()
            if model._original_module == APP and name not in WIDENED
        ]
        self.assertIn("remediation.case", models)
        given = []
        for kind in ("ir.model.access", "ir.rule"):
            lines = self.env[kind].search([("model_id.model", "in", models)])
            for record, owner in self._named(kind, ids=lines.ids).items():
                if owner not in below:
                    line = lines.browse(record)
                    given.append((owner, line, line[_groups_of(kind)]))
        for owner, line, to in given:
            with self.subTest(owner=owner, line=line.name):
                self.assertTrue(to, "it holds for everybody")
                self.assertFalse((to & roles).mapped("full_name"))

    def _named(self, model, module=(), ids=()):
        """{id of a record: the module that brought it}"""
        field, values = ("module", module) if module else ("res_id", ids)
        data = self.env["ir.model.data"].search(
            [("model", "=", model), (field, "in", [*values])]
        )
        return {line.res_id: line.module for line in data}


def _groups_of(kind):
    return "group_id" if kind == "ir.model.access" else "groups"
