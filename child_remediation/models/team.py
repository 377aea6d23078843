from odoo import api, fields, models


class Team(models.Model):
    """Who supervises whom. Coordinators maintain teams.

    The supervisor holds every case of the team that no case manager holds (R11).
    """

    _name = "remediation.team"
    _description = "Case Team"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    supervisor_id = fields.Many2one(
        "res.users", required=True, index=True, check_company=True,
        domain=[("share", "=", False)],
    )
    deputy_ids = fields.Many2many(
        "res.users", string="Deputies", check_company=True,
        domain=[("share", "=", False)],
        help="May do what the supervisor may, so that somebody else can approve.",
    )
    on_call_user_id = fields.Many2one(
        "res.users", string="On Call", check_company=True,
        domain=[("share", "=", False)],
        help="Alerted at once to a child in danger; the supervisor where empty.",
    )
    case_manager_ids = fields.One2many("remediation.case.manager", "team_id")
    active = fields.Boolean(default=True)

    def _on_call(self):
        self.ensure_one()
        return self.on_call_user_id or self.supervisor_id

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        # Record rules cache the ids of the teams that a user supervises.
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if {"supervisor_id", "deputy_ids", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result
