from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING

ASSESSMENT_DOMAINS = [
    ("safety", "Safety"),
    ("work", "Work"),
    ("education", "Education"),
    ("health", "Health"),
    ("psychosocial", "Psychosocial"),
    ("care", "Care and Family"),
    ("income", "Income"),
    ("documents", "Documents"),
    ("site", "Site"),
]


class AssessmentScore(models.Model):
    """One domain of an assessment, scored 1 (good) to 4 (severe)."""

    _name = "remediation.assessment.score"
    _description = "Assessment Domain Score"
    _inherit = ["remediation.case.owned"]
    _order = "assessment_id, id"

    _frozen_fields = frozenset({"assessment_id"})
    _decided_by = "assessment_id"
    _open_fields = {"draft": EVERYTHING}

    assessment_id = fields.Many2one(
        "remediation.assessment", required=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    domain = fields.Selection(ASSESSMENT_DOMAINS, required=True)
    score = fields.Selection(
        [("1", "1 – Good"), ("2", "2 – Fair"), ("3", "3 – Poor"), ("4", "4 – Severe")]
    )
    comment = fields.Char()

    _one_per_domain = models.UniqueIndex(
        "(assessment_id, domain)", "Each domain is scored once."
    )

    @api.depends("assessment_id")
    def _compute_case_id(self):
        for line in self:
            line.case_id = line.assessment_id.case_id

    @api.depends("domain")
    @api.depends_context("lang")
    def _compute_display_name(self):
        domains = dict(self._fields["domain"]._description_selection(self.env))
        for line in self:
            line.display_name = domains.get(line.domain, "")

    def _is_empty(self):
        """A domain that the form offers and nobody scored (R81)."""
        return not self.score and not (self.comment or "").strip()
