from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING
from odoo.addons.remediation_base.tools.words import say_pair


class ComplaintRespondent(models.Model):
    """Whom a complaint is against: a site, a company, a financier. Supervisors of the
    complaint enter it. What is about a person passes to the safeguarding officer."""

    _name = "remediation.complaint.respondent"
    _description = "Respondent of a Complaint"
    _inherit = ["remediation.complaint.owned"]
    _order = "complaint_id, id"

    _decided_by = "complaint_id"
    _open_fields = {"new": EVERYTHING, "assigned": EVERYTHING}

    kind = fields.Selection(
        [
            ("site", "Site"),
            ("company", "Company"),
            ("financier", "Financier"),
            ("staff", "Staff of the Organisation"),
            ("authority", "Authority"),
        ],
        required=True,
    )
    site_id = fields.Many2one(
        "remediation.site", index="btree_not_null", check_company=True
    )
    partner_id = fields.Many2one("res.partner", string="Who", index="btree_not_null")
    heard_on = fields.Date(help="Day on which they were heard.")
    response = fields.Text(string="What They Say")

    @api.depends("complaint_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            row.display_name = say_pair(
                self.env, row.complaint_id.name, kinds.get(row.kind, "")
            )
