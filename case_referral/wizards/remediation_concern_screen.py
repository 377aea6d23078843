from odoo import fields, models


class RemediationConcernScreen(models.TransientModel):
    """Asks why concerns lead to no case, or which one they repeat."""

    _name = "remediation.concern.screen"
    _description = "Screen Out a Concern"

    concern_ids = fields.Many2many("remediation.concern", required=True)
    reason = fields.Selection(
        selection=[
            ("no_child_labour", "No Child Labour"),
            ("adult", "Adult"),
            ("out_of_area", "Outside the Area"),
            ("duplicate", "Duplicate"),
            ("insufficient_info", "Not Enough Information"),
        ],
        required=True,
    )
    note = fields.Text()
    merge_into_id = fields.Many2one(
        comodel_name="remediation.concern", string="Same As"
    )

    def action_confirm(self):
        """Screen out or merge; the concern's methods check the right."""
        self.ensure_one()
        if self.reason == "duplicate" and self.merge_into_id:
            self.concern_ids.action_merge(self.merge_into_id.id)
        else:
            self.concern_ids.action_screen_out(self.reason, self.note)
        return {"type": "ir.actions.act_window_close"}
