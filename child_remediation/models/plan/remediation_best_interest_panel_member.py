from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING


class BestInterestPanelMember(models.Model):
    """A member of a panel, with the declaration of interest (R21)."""

    _name = "remediation.best.interest.panel.member"
    _description = "Best-Interest Panel Member"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "id"

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
    # "member_user_id": user_id is the holder of the case on every case-owned model.
    member_user_id = fields.Many2one("res.users", string="User")
    member_name = fields.Char(string="Name and Function")
    conflict = fields.Selection(
        [("none", "No Conflict of Interest"), ("declared", "Has a Conflict")],
        string="Declaration",
    )
    conflict_note = fields.Char()

    @api.depends("decision_id")
    def _compute_case_id(self):
        for member in self:
            member.case_id = member.decision_id.case_id

    @api.depends("case_id.name")
    def _compute_display_name(self):
        """A code: labels are read whoever may read the words (R72)."""
        for record in self:
            record.display_name = record.case_id.name
