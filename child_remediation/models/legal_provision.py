from odoo import api, fields, models
from odoo.exceptions import UserError

from .site import SITE_TYPES


class LegalProvision(models.Model):
    """One age, number of hours or hazardous place, with the law that says so."""

    _name = "remediation.legal.provision"
    _description = "Legal Provision"
    _order = "framework_id, key, site_type"

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

    def _check_framework_is_draft(self):
        if self.framework_id.filtered(lambda f: f.state != "draft"):
            raise UserError(
                self.env._(
                    "A framework in force does not change: make a new version and edit "
                    "that."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        provisions = super().create(vals_list)
        provisions._check_framework_is_draft()
        return provisions

    def write(self, vals):
        self._check_framework_is_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._check_framework_is_draft()
