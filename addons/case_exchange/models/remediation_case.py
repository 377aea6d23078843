from odoo import api, fields, models
from odoo.fields import Domain


class Case(models.Model):
    _inherit = "remediation.case"
    _counted_lists = {"external_reference_count": "external_reference_ids"}

    external_reference_ids = fields.One2many(
        "remediation.external.reference", "case_id", string="Old Numbers"
    )
    external_reference_count = fields.Integer(compute="_compute_list_counts")

    @api.model
    def _search_display_name(self, operator, value):
        """Find a case by the number it had in a former system too."""
        domain = super()._search_display_name(operator, value)
        if (
            isinstance(value, str)
            and value.strip()
            and operator in ("ilike", "like", "=ilike", "=")
            and self.env["remediation.external.reference"].has_access("read")
        ):
            domain = Domain(domain) | Domain(
                "external_reference_ids.external_id", operator, value
            )
        return domain

    def action_open_references(self):
        """Open the old numbers of this case. For whoever reads the case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Old Numbers"),
            "res_model": "remediation.external.reference",
            "views": [(False, "list")],
            "domain": [("case_id", "=", self.id)],
        }
