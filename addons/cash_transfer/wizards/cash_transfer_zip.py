import base64

from odoo import fields, models


class CashTransferZipWizard(models.TransientModel):
    """The instruction file in a ZIP that only a password opens (R38)."""

    _name = "cash.transfer.zip.wizard"
    _description = "Protected Instruction File"

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    password = fields.Char(
        help="At least 12 characters; tell it to the provider by another way."
    )
    file_name = fields.Char(readonly=True)
    file_content = fields.Binary(readonly=True, attachment=False)

    def action_confirm(self):
        """Make the ZIP; the password is not kept."""
        self.ensure_one()
        name, data = self.plan_id._get_zip(self.password)
        self.write(
            {
                "file_name": name,
                "file_content": base64.b64encode(data),
                "password": False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
