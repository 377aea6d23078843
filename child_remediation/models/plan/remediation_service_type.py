from odoo import fields, models

ACTION_DOMAINS = [
    ("education", "Education"),
    ("vocational", "Vocational Training"),
    ("health", "Health"),
    ("psychosocial", "Psychosocial"),
    ("legal_documents", "Legal Documents"),
    ("cash", "Cash Transfer"),
    ("livelihood", "Livelihood"),
    ("savings_group", "Savings Group"),
    ("family_mediation", "Family Mediation"),
    ("protection", "Protection"),
    ("food", "Food"),
    ("sibling_support", "Sibling Support"),
    ("site_action", "Action at the Site"),
]


class ServiceType(models.Model):
    """The catalogue of services that a plan draws on. Coordinators maintain it."""

    _name = "remediation.service.type"
    _description = "Service Type"
    _rules_of = "remediation.in.company.or.none"
    _order = "domain, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    domain = fields.Selection(ACTION_DOMAINS, required=True)
    company_id = fields.Many2one("res.company", index=True)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "Two services cannot share a code."
    )
