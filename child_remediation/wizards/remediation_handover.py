from odoo import api, fields, models

from ..models.case.remediation_handover import HANDOVER_DAYS


class HandoverWizard(models.TransientModel):
    """Let a former worker read a case for some days. The case checks the right."""

    _name = "remediation.handover.wizard"
    _description = "Grant a Handover"

    case_id = fields.Many2one("remediation.case", required=True)
    former_ids = fields.Many2many("res.users", compute="_compute_former_ids")
    reader_id = fields.Many2one(
        "res.users",
        string="Former Worker",
        required=True,
        domain="[('id', 'in', former_ids)]",
    )
    days = fields.Integer(required=True, default=HANDOVER_DAYS)
    reason = fields.Char()

    @api.depends("case_id")
    def _compute_former_ids(self):
        for wizard in self:
            wizard.former_ids = wizard.case_id._former_holders()

    def action_apply(self):
        """Grant it; the rights are those of ``remediation.case``."""
        self.ensure_one()
        self.case_id.action_grant_handover(self.reader_id.id, self.days, self.reason)
        return {"type": "ir.actions.act_window_close"}
