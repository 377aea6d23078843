from odoo import api, fields, models

from .case import STAGES


class CaseStageLog(models.Model):
    """From, to, when and because of which record; durations and funnels read it."""

    _name = "remediation.case.stage.log"
    _description = "Stage Change"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "changed_on desc, id desc"

    from_stage = fields.Selection(STAGES, readonly=True)
    to_stage = fields.Selection(STAGES, required=True, readonly=True)
    changed_on = fields.Datetime(required=True, readonly=True)
    changed_by_id = fields.Many2one("res.users", required=True, readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @api.depends("from_stage", "to_stage")
    def _compute_display_name(self):
        labels = dict(self._fields["to_stage"]._description_selection(self.env))
        for log in self:
            log.display_name = (
                f"{labels.get(log.from_stage, '–')} → {labels[log.to_stage]}"
            )
