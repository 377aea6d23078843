from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING


class BestInterestPart(models.AbstractModel):
    """A line of a best-interest decision, closed with it."""

    _name = "remediation.best.interest.part"
    _description = "Line of a Best-Interest Decision"
    _inherit = ["remediation.case.owned", "remediation.evidence"]

    _evidence_from = frozenset({"draft", "provisional"})

    _frozen_fields = frozenset({"decision_id"})
    _decided_by = "decision_id"
    _open_fields = {"draft": EVERYTHING, "provisional": EVERYTHING}

    decision_id = fields.Many2one(
        "remediation.best.interest.decision",
        required=True,
        index=True,
        ondelete="cascade",
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )

    @api.depends("decision_id")
    def _compute_case_id(self):
        for line in self:
            line.case_id = line.decision_id.case_id

    @api.depends("case_id.name")
    def _compute_display_name(self):
        """A code: labels are read whoever may read the words (R72)."""
        for record in self:
            record.display_name = record.case_id.name
