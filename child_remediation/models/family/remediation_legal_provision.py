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
            ("min_age", "Minimum Age for Work"),
            ("light_age", "Minimum Age for Light Work"),
            ("light_max_hours", "Most Hours of Light Work per Week"),
            ("hazard_age", "Minimum Age for Hazardous Work"),
            ("max_hours", "Most Hours per Week Below 18"),
            ("light_only_until", "Only Light Work until Age"),
            ("consent_age", "Age of Consent to Services and Sharing"),
            ("assent_age", "Age from Which the Child Is Asked Too"),
            ("hazardous_site_type", "Hazardous Place of Work"),
        ],
        required=True,
    )
    value = fields.Float()
    site_type = fields.Selection(SITE_TYPES)
    citation = fields.Char(required=True, translate=True)
    is_verified = fields.Boolean(
        string="Verified by a Lawyer",
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
