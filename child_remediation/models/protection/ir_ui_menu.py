from odoo import models


class Menu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Apps are for whoever installs them: core shows the list to everybody, with a
        button that asks for one."""
        hidden = super()._load_menus_blacklist()
        if not self.env.user.has_group("base.group_system"):
            hidden.append(self.env.ref("base.menu_management").id)
        return hidden
