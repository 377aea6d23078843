from odoo import fields, models


class CaseFirstContactWizard(models.TransientModel):
    """Ask for the day on which the child was met."""

    _name = "remediation.case.first.contact.wizard"
    _description = "Record First Contact"

    case_id = fields.Many2one("remediation.case", required=True)
    day = fields.Date(
        string="Child Met On", required=True, default=fields.Date.context_today
    )

    def action_apply(self):
        """Record; the rights are those of ``action_record_first_contact``."""
        self.ensure_one()
        self.case_id.action_record_first_contact(self.day)
        return {"type": "ir.actions.act_window_close"}
