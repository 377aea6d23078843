from odoo import api, fields, models


class DuplicateMergeWizard(models.TransientModel):
    """Choose what remains of two children that are one."""

    _name = "remediation.duplicate.merge.wizard"
    _description = "Merge Two Children"

    duplicate_id = fields.Many2one(
        "remediation.duplicate", required=True, readonly=True
    )
    beneficiary_ids = fields.Many2many(
        "remediation.beneficiary", compute="_compute_choices"
    )
    open_case_ids = fields.Many2many("remediation.case", compute="_compute_choices")
    kept_id = fields.Many2one(
        "remediation.beneficiary", string="Child to Keep", required=True
    )
    open_case_id = fields.Many2one("remediation.case", string="Case That Stays Open")
    funder_id = fields.Many2one("res.partner", string="Funder from Today")
    share = fields.Float(string="Share (%)", default=100.0)
    other_funder_id = fields.Many2one("res.partner", string="Second Funder")
    reason = fields.Char()

    @api.depends("duplicate_id")
    def _compute_choices(self):
        for wizard in self:
            children = wizard.duplicate_id.beneficiary_id | wizard.duplicate_id.other_id
            wizard.beneficiary_ids = children
            cases = children.case_ids.filtered(lambda case: not case.closed_on)
            wizard.open_case_ids = cases if len(cases) > 1 else False

    def action_merge(self):
        """Merge; rights and refusals are those of ``action_merge`` of the pair."""
        self.ensure_one()
        shares = {}
        if self.funder_id:
            shares[self.funder_id.id] = self.share
        if self.other_funder_id and self.share < 100:
            shares[self.other_funder_id.id] = 100 - self.share
        self.duplicate_id.action_merge(
            self.kept_id.id,
            open_case_id=self.open_case_id.id,
            shares=shares or None,
            reason=self.reason,
        )
        return {"type": "ir.actions.act_window_close"}
