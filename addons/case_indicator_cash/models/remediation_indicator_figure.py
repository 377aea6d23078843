from odoo import api, fields, models


class IndicatorFigure(models.Model):
    """Figures of money by the grant that paid."""

    _inherit = "remediation.indicator.figure"

    dimension = fields.Selection(
        selection_add=[("grant", "Grant")], ondelete={"grant": "cascade"}
    )

    @api.depends("dimension", "group_key")
    @api.depends_context("lang")
    def _compute_group_label(self):
        result = super()._compute_group_label()
        rows = self.filtered(lambda f: f.dimension == "grant" and f.group_key)
        # sudo: the name of a grant is none of a child's
        grants = self.env["cash.transfer.grant"].sudo()
        names = {
            str(grant.id): grant.display_name
            for grant in grants.browse(
                {int(key) for key in rows.mapped("group_key")}
            ).exists()
        }
        for figure in rows:
            figure.group_label = names.get(figure.group_key, figure.group_key)
        return result
