from odoo import api, fields, models

from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.steps import EVERYTHING
from odoo.addons.remediation_base.tools.words import say_pair


class RemedyContributor(models.Model):
    """Who bears which part of a remedy; the parts make the whole to the last unit."""

    _name = "remediation.remedy.contributor"
    _description = "Contributor to a Remedy"
    _inherit = ["remediation.complaint.owned"]
    _order = "remedy_id, id"

    _decided_by = "remedy_id"
    _open_fields = {"planned": EVERYTHING}
    _frozen_fields = frozenset({"remedy_id"})

    remedy_id = fields.Many2one(
        "remediation.remedy", required=True, index=True, ondelete="restrict"
    )
    complaint_id = fields.Many2one(
        compute="_compute_complaint_id", store=True, precompute=True, readonly=False
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contributor", required=True, index=True
    )
    share = fields.Float(string="Share (%)", required=True)
    currency_id = fields.Many2one(related="remedy_id.currency_id")
    amount = fields.Monetary(compute="_compute_amount")

    _share_possible = models.Constraint(
        "CHECK (share > 0 AND share <= 100)", "A share lies above 0 and up to 100 %."
    )
    _once = models.UniqueIndex(
        "(remedy_id, partner_id)", "This contributor has a share already."
    )

    @api.depends("remedy_id")
    def _compute_complaint_id(self):
        for line in self:
            line.complaint_id = line.remedy_id.complaint_id

    @api.depends("complaint_id.name", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = say_pair(
                self.env, line.complaint_id.name, line.partner_id.name
            )

    @api.depends("share", "remedy_id.amount", "remedy_id.contributor_ids.share")
    def _compute_amount(self):
        """By the largest remainder; while the shares make less, less is divided."""
        for remedy in self.remedy_id:
            lines = remedy.contributor_ids
            weights = [round(line.share * 100) for line in lines]
            if not sum(weights):
                lines.amount = 0.0
                continue
            rest = max(10000 - sum(weights), 0)
            whole = Money.of(remedy.amount, remedy.currency_id)
            for line, part in zip(lines, whole.split([*weights, rest]), strict=False):
                line.amount = part.amount
        self.filtered(lambda line: not line.remedy_id).amount = 0.0
