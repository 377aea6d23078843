from odoo import api, fields, models
from odoo.exceptions import UserError


class CaseFundingWizard(models.TransientModel):
    """Ask who pays for cases from a day on (R53)."""

    _name = "remediation.case.funding.wizard"
    _description = "Set the Funder Shares"

    case_ids = fields.Many2many("remediation.case", string="Cases", required=True)
    date_from = fields.Date(required=True)
    line_ids = fields.One2many("remediation.case.funding.wizard.line", "wizard_id")
    total = fields.Float(compute="_compute_total", string="Sum of the Shares (%)")

    @api.depends("line_ids.share")
    def _compute_total(self):
        for wizard in self:
            wizard.total = sum(wizard.line_ids.mapped("share"))

    def action_apply(self):
        """Set the shares; the rights and the rule are those of the case's
        ``action_set_funding``."""
        self.ensure_one()
        if len(self.line_ids.funder_id) < len(self.line_ids):
            raise UserError(self.env._("Name each funder once."))
        self.case_ids.action_set_funding(
            self.date_from, {line.funder_id.id: line.share for line in self.line_ids}
        )
        return {"type": "ir.actions.act_window_close"}


class CaseFundingWizardLine(models.TransientModel):
    """One funder's share."""

    _name = "remediation.case.funding.wizard.line"
    _description = "Funder Share to Set"

    wizard_id = fields.Many2one(
        "remediation.case.funding.wizard", required=True, ondelete="cascade"
    )
    funder_id = fields.Many2one("res.partner", required=True)
    share = fields.Float(required=True, string="Share (%)", digits=(5, 2))
