from odoo import api, models
from odoo.exceptions import AccessError


class IrFilters(models.Model):
    """A filter on a child's data is its maker's alone: its name and words are free
    text, and as everybody's default it would hide cases from everybody (R72)."""

    _inherit = "ir.filters"

    @api.model_create_multi
    def create(self, vals_list):
        filters = super().create(vals_list)
        filters._check_own_on_sensitive()
        return filters

    def write(self, vals):
        result = super().write(vals)
        self._check_own_on_sensitive()
        return result

    def _check_own_on_sensitive(self):
        if self.env.su:
            return
        attachments = self.env["ir.attachment"]
        for one in self.sudo():  # sudo: for whom it is, whoever may list users
            if (
                attachments._is_sensitive_model(one.model_id)
                and one.user_ids != self.env.user
            ):
                raise AccessError(
                    self.env._("Keep a filter on children's data for yourself alone.")
                )
