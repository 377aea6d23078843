from odoo import api, fields, models

from .remediation_assessment_score import ASSESSMENT_DOMAINS

#: Score from which a domain is a need, and the actions that answer it, by domain.
NEED = 3
ANSWERS = {
    "safety": ("protection",),
    "work": ("site_action", "livelihood"),
    "education": ("education", "vocational"),
    "health": ("health",),
    "psychosocial": ("psychosocial",),
    "care": ("family_mediation",),
    "income": ("cash", "livelihood", "savings_group"),
    "documents": ("legal_documents",),
    "site": ("site_action",),
}


class Plan(models.Model):
    """What the form of a plan shows beside its own facts."""

    _inherit = "remediation.plan"

    household_id = fields.Many2one(related="case_id.household_id")
    needs = fields.Json(
        compute="_compute_needs",
        help="What the approved assessment found, worst first, and what answers it; "
        "then what the programme's plans start with.",
    )

    @api.model
    def default_get(self, fields):
        """Propose the only caregiver there is; whether they agreed is asked."""
        values = super().default_get(fields)
        case = self.env["remediation.case"].browse(values.get("case_id"))
        if "caregiver_member_id" in fields and case:
            caregivers = case.household_id.member_ids.filtered(
                lambda member: member.is_caregiver and not member.is_deceased
            )
            if len(caregivers) == 1:
                values["caregiver_member_id"] = caregivers.id
        return values

    @api.depends(
        "case_id.assessment_ids.state",
        "case_id.assessment_ids.score_ids",
        "case_id.programme_id.plan_service_ids",
    )
    @api.depends_context("uid", "lang")
    def _compute_needs(self):
        """``[{label, score, answers: [[domain of an action, label, service's id]]}]``.

        It proposes and fills in nothing: an action is there once somebody adds it.
        """
        order = [domain for domain, _label in ASSESSMENT_DOMAINS]
        actions = dict(
            self.env["remediation.plan.action"]
            ._fields["domain"]
            ._description_selection(self.env)
        )
        for plan in self:
            scores = plan.case_id.assessment_ids.filtered(
                lambda assessment: assessment.state == "approved"
            ).score_ids.filtered(lambda line: line.score and int(line.score) >= NEED)
            plan.needs = [
                {
                    "label": line.display_name,
                    "score": line.score,
                    "answers": [
                        [key, actions[key], False] for key in ANSWERS[line.domain]
                    ],
                }
                for line in scores.sorted(
                    lambda line: (-int(line.score), order.index(line.domain))
                )
            ]
            programme = plan.case_id.programme_id
            if programme.plan_service_ids:
                plan.needs += [
                    {
                        "label": programme.name,
                        "score": "",
                        "answers": [
                            [service.domain, service.name, service.id]
                            for service in programme.plan_service_ids
                        ],
                    }
                ]
