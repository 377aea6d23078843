from odoo import api, fields, models

from .remediation_case import RISK_LEVELS

DEADLINE_KINDS = [
    ("first_contact", "First Contact"),
    ("assessment", "Assessment"),
    ("plan", "Plan"),
    ("visit", "Visit"),
    ("review", "Plan Review"),
    ("post_closure", "Check after Closure"),
    ("placement_panel", "Panel after Placement"),
    ("action", "Action of the Plan"),
]

#: Kinds whose day does not depend on the risk level, so that no policy sets them.
DATED_KINDS = ("post_closure", "placement_panel", "action")


class DeadlinePolicy(models.Model):
    """Hours allowed for a step at each risk level, per programme where it differs.

    Coordinators maintain it. The defaults are proposals (domain rules §3.4).
    """

    _name = "remediation.deadline.policy"
    _description = "Deadline Policy"
    _rules_of = "remediation.in.company.or.none"
    _order = "kind, programme_id, id"
    _check_company_auto = True

    kind = fields.Selection(DEADLINE_KINDS, required=True)
    programme_id = fields.Many2one(
        "remediation.programme",
        index=True,
        check_company=True,
        help="Empty: for every programme without a line of its own.",
    )
    hours_high = fields.Integer(required=True)
    hours_medium = fields.Integer(required=True)
    hours_low = fields.Integer(required=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )

    _hours_positive = models.Constraint(
        "CHECK (hours_high > 0 AND hours_medium > 0 AND hours_low > 0)",
        "A deadline allows at least one hour.",
    )
    _one_per_kind = models.UniqueIndex(
        "(kind, COALESCE(programme_id, 0), COALESCE(company_id, 0))",
        "This step has a policy for that programme already.",
    )

    @api.depends("programme_id")
    def _compute_company_id(self):
        for policy in self:
            policy.company_id = policy.programme_id.company_id or policy.company_id

    @api.depends("kind", "programme_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for policy in self:
            programme = policy.programme_id.name
            label = kinds.get(policy.kind, "")
            policy.display_name = f"{label} ({programme})" if programme else label

    @api.model
    def _allowances(self, cases, kinds):
        """Return ``{(case, kind): hours}``; one query whatever the number of cases."""
        # sudo: policies are settings; whoever opens a deadline need not read them.
        policies = self.sudo().search([("kind", "in", kinds)])
        table = {}
        for policy in policies:
            table[policy.kind, policy.programme_id.id, policy.company_id.id] = {
                risk: policy[f"hours_{risk}"] for risk, _label in RISK_LEVELS
            }
        result = {}
        for case in cases:
            programme, company = case.programme_id.id, case.company_id.id
            for kind in kinds:
                for key in (
                    (kind, programme, company),
                    (kind, programme, False),
                    (kind, False, company),
                    (kind, False, False),
                ):
                    if key in table:
                        result[case, kind] = table[key][case.risk_level or "high"]
                        break
        return result
