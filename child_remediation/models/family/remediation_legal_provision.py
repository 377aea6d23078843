from odoo import fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING

from ..remediation_site import SITE_TYPES


class LegalProvision(models.Model):
    """One age, number of hours or hazardous place, with the law that says so."""

    _name = "remediation.legal.provision"
    _description = "Legal Provision"
    _inherit = ["remediation.protected.mixin"]
    _order = "framework_id, key, site_type"

    _decided_by = "framework_id"
    _open_fields = {"draft": EVERYTHING}

    framework_id = fields.Many2one(
        "remediation.legal.framework", required=True, index=True, ondelete="cascade"
    )
    key = fields.Selection(
        [
            ("min_age", "Minimum age for work"),
            ("light_age", "Minimum age for light work"),
            ("light_max_hours", "Most hours of light work per week"),
            ("hazard_age", "Minimum age for hazardous work"),
            ("max_hours", "Most hours per week below 18"),
            ("light_only_until", "Only light work until age"),
            ("consent_age", "Age of consent to services and sharing"),
            ("assent_age", "Age from which the child is asked too"),
            ("hazardous_site_type", "Hazardous place of work"),
        ],
        required=True,
    )
    value = fields.Float()
    site_type = fields.Selection(SITE_TYPES)
    citation = fields.Char(required=True, translate=True)
    is_verified = fields.Boolean(
        string="Verified by a lawyer",
        help="Unmarked: taken from a secondary source, to be confirmed by a lawyer.",
    )

    _one_per_key = models.UniqueIndex(
        "(framework_id, key) WHERE key <> 'hazardous_site_type'",
        "A framework says each age and number of hours once.",
    )
    _one_per_site_type = models.UniqueIndex(
        "(framework_id, site_type) WHERE key = 'hazardous_site_type'",
        "A framework names each kind of place once.",
    )
    _site_type_given = models.Constraint(
        "CHECK ((key = 'hazardous_site_type') = (site_type IS NOT NULL))",
        "Name the kind of place for a hazardous place of work, and only there.",
    )
