from odoo import api, fields, models

from odoo.addons.remediation_base.tools.numbers import say_number


class Funding(models.Model):
    """A funder's share of a case from a day on (R53).

    The shares in force on a day add up to 100 %. They are set together, by
    :meth:`remediation.case.action_set_funding`; a change ends the former set the day
    before, so that the split on any past day stays known.
    """

    _name = "remediation.funding"
    _description = "Funder Share"
    _inherit = ["remediation.case.owned"]
    _order = "date_from desc, share desc, id"

    _protected_fields = frozenset({"funder_id", "share", "date_from", "date_to"})

    funder_id = fields.Many2one("res.partner", required=True, readonly=True, index=True)
    share = fields.Float(required=True, readonly=True, digits=(5, 2), default=0.0)
    date_from = fields.Date(required=True, readonly=True)
    date_to = fields.Date(readonly=True)

    _share_possible = models.Constraint(
        "CHECK (share > 0 AND share <= 100)", "A share lies between 0 and 100 %."
    )
    _in_force = models.Index("(case_id, date_from)")

    @api.depends("funder_id.name", "share")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # sudo: a portal worker reads the shares of a case, not the funders' contacts.
        for funding in self.sudo():
            share = say_number(self.env, funding.share, 2)
            funding.display_name = f"{funding.funder_id.name} {share} %"
