from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair

#: The two duties that know where somebody is sheltered.
ADDRESS = "case_survivor.group_shelter_address,child_remediation.group_safeguarding"


class ShelterStay(models.Model):
    """A stay in a shelter. The holder of the case enters it; where it is, two duties
    alone read."""

    _name = "remediation.shelter.stay"
    _description = "Stay in a Shelter"
    _inherit = ["remediation.case.owned"]
    _order = "date_from desc, id desc"

    _not_in_file = True
    _open_texts = frozenset({"address"})  # a place, with readers of its own

    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")
    kind = fields.Selection(
        [
            ("shelter", "Shelter"),
            ("family", "Host Family"),
            ("safe_flat", "Safe Flat"),
            ("hotel", "Hotel"),
            ("other", "Other"),
        ],
        required=True,
    )
    bed = fields.Char()
    provider_id = fields.Many2one("res.partner", index="btree_not_null", groups=ADDRESS)
    address = fields.Text(groups=ADDRESS)
    end_reason = fields.Selection(
        [
            ("home", "Went Home"),
            ("other_place", "Another Place"),
            ("own_home", "A Home of Their Own"),
            ("left", "Left by Themselves"),
            ("danger", "Place Was Found Out"),
            ("other", "Other"),
        ]
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A stay ends after it begins.",
    )

    @api.depends("case_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: a code and a kind
        for stay in self.sudo():
            stay.display_name = say_pair(
                self.env, stay.case_id.name, labels.get(stay.kind, "")
            )
