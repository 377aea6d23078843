from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Area(models.Model):
    """Administrative area in a tree, with its official code.

    Everybody who works with cases reads areas; coordinators maintain them.
    """

    _name = "remediation.area"
    _description = "Administrative Area"
    _rules_of = "remediation.in.company.or.none"
    _check_company_auto = True
    _parent_store = True
    _order = "complete_name"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, index="trigram"
    )
    code = fields.Char(help="Official code of the area, where one exists.")
    kind = fields.Selection(
        [
            ("country", "Country"),
            ("province", "Province"),
            ("territory", "Territory"),
            ("city", "City"),
            ("sector", "Sector"),
            ("district", "District"),
            ("locality", "Locality"),
        ],
        required=True,
        default="locality",
    )
    parent_id = fields.Many2one(
        "remediation.area", index=True, ondelete="restrict", check_company=True
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("remediation.area", "parent_id")
    country_id = fields.Many2one("res.country")
    company_id = fields.Many2one("res.company", index=True)
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for area in self:
            parent = area.parent_id.complete_name
            area.complete_name = f"{parent} / {area.name}" if parent else area.name

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("An area cannot lie within itself: choose another parent.")
            )
