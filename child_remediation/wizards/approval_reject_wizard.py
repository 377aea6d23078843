from odoo import api, fields, models


class ApprovalRejectWizard(models.TransientModel):
    """Ask what has to change before something submitted is sent back."""

    _name = "remediation.approval.reject.wizard"
    _description = "Send Back"

    res_model = fields.Selection(selection="_selection_res_model", required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    comment = fields.Text(string="What Has to Change", required=True)

    @api.model
    def _selection_res_model(self):
        """The models that are submitted and approved, in this database."""
        mixin = self.env.registry["remediation.approval.mixin"]
        return [
            (name, model._description)
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    def action_apply(self):
        """Send back; the rights are those of the document's ``action_reject``."""
        self.ensure_one()
        self.env[self.res_model].browse(self.res_id).action_reject(self.comment)
        return {"type": "ir.actions.act_window_close"}
