from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestRemembered(TransactionCase):
    """What one test changes, the next does not find remembered. It runs twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.env["res.users"].create({"name": "One", "login": "remembered"})
        cls.view = cls.env.ref("base.view_partner_tree")

    def _remembered(self):
        partners = self.env["res.partner"].with_user(self.user)
        return (
            self.env["ir.config_parameter"].get_param("remembered"),
            self.user.has_group("base.group_partner_manager"),
            partners.has_access("create"),
            partners.search_count([("name", "=", "Not to be seen")]),
            'decoration-bf="1"'
            in self.env["res.partner"].get_view(self.view.id, "list")["arch"],
        )

    def _change_and_ask(self):
        asked = self._remembered()
        self.env["res.partner"].create({"name": "Not to be seen"})
        self.env["ir.config_parameter"].set_param("remembered", "yes")
        self.user.group_ids += self.env.ref("base.group_partner_manager")
        arch = '<list position="attributes"><attribute name="decoration-bf">1'
        self.view.create(
            {
                "name": "remembered",
                "model": "res.partner",
                "inherit_id": self.view.id,
                "arch": f"{arch}</attribute></list>",
            }
        )
        changed = self._remembered()
        self.assertEqual(asked, (False, False, False, 0, False))
        self.assertEqual(changed, ("yes", True, True, 1, True))

    def test_once(self):
        self._change_and_ask()

    def test_once_more(self):
        self._change_and_ask()

    def _name_and_find(self):
        made = self.env["res.partner"].create({"name": "By an external id"})
        self.env["ir.model.data"].create(
            {
                "module": "remembered",
                "name": "partner",
                "model": made._name,
                "res_id": made.id,
            }
        )
        self.assertEqual(self.env.ref("remembered.partner"), made)

    def test_a_name_is_given(self):
        self._name_and_find()

    def test_a_name_is_given_again(self):
        self._name_and_find()
