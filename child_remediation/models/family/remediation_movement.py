from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.words import say_pair


class Movement(models.Model):
    """A place of recruitment, transit or exploitation, with dates. The holder enters
    it with the work situation it belongs to."""

    _name = "remediation.movement"
    _description = "Movement for Exploitation"
    _inherit = ["remediation.case.owned"]
    _order = "date_from, id"

    _frozen_fields = frozenset({"work_situation_id"})

    work_situation_id = fields.Many2one(
        "remediation.work.situation", index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    kind = fields.Selection(
        [
            ("recruitment", "Recruitment"),
            ("transit", "Transit"),
            ("exploitation", "Exploitation"),
        ],
        required=True,
    )
    place = fields.Char()
    area_id = fields.Many2one("remediation.area", check_company=True)
    country_id = fields.Many2one("res.country")
    date_from = fields.Date()
    date_to = fields.Date()
    means = fields.Selection(
        [
            ("promise", "False Promise"),
            ("force", "Force"),
            ("sale", "Sale"),
            ("family", "Through the Family"),
            ("debt", "Debt"),
            ("other", "Other"),
            ("unknown", "Unknown"),
        ]
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A movement ends after it begins.",
    )

    @api.depends("work_situation_id")
    def _compute_case_id(self):
        for movement in self:
            movement.case_id = movement.work_situation_id.case_id or movement.case_id

    @api.depends("kind", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for movement in self:
            movement.display_name = say_pair(
                self.env, movement.case_id.name, kinds.get(movement.kind, "")
            )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for movement in self:
            if movement._is_ahead(movement.date_from or movement.date_to) or (
                movement._is_ahead(movement.date_to)
            ):
                raise ValidationError(
                    self.env._("The movement is dated in the future: correct the date.")
                )
