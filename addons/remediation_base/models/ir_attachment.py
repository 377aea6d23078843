from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    """The file of a field is written through its record, never beside it.

    Core keeps a binary field as an attachment and lets whoever may write the record
    make one: past what is protected, frozen or decided.
    """

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.context.get("default_res_field")
        for vals in vals_list:
            self._refuse_field_file(vals, vals.get("res_field", default))
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("res_field"):
            self._refuse_field_file(vals, vals["res_field"])
        return super().write(vals)

    @api.model
    def _refuse_field_file(self, vals, name):
        # As superuser, core writes the field itself.
        if not name or self.env.su:
            return
        model = vals.get("res_model", self.env.context.get("default_res_model"))
        if model is None or hasattr(self.env.get(model), "_get_protected_fields"):
            raise AccessError(
                self.env._("Add the file to its field: it is not attached beside it.")
            )
