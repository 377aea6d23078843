from odoo import api, fields, models
from odoo.exceptions import UserError


class RemediationConcernAccept(models.TransientModel):
    """Makes the case of a concern, for a new child or a known one.

    Who may what: whoever triages (checked by the concern's method); the case is
    created with the user's own rights.
    """

    _name = "remediation.concern.accept"
    _description = "Make a Case from a Concern"

    concern_id = fields.Many2one("remediation.concern", required=True, readonly=True)
    company_id = fields.Many2one(related="concern_id.company_id")
    beneficiary_id = fields.Many2one(
        comodel_name="remediation.beneficiary",
        string="Known Child",
        domain="[('company_id', '=', company_id)]",
    )
    first_name = fields.Char()
    last_name = fields.Char()
    nickname = fields.Char()
    sex = fields.Selection(
        selection=[("female", "Girl"), ("male", "Boy"), ("other", "Other")]
    )
    age_estimated = fields.Integer(string="Estimated Age")
    team_id = fields.Many2one(
        comodel_name="remediation.team",
        domain="[('company_id', '=', company_id)]",
    )
    programme_id = fields.Many2one(
        comodel_name="remediation.programme",
        domain="[('company_id', '=', company_id)]",
    )
    risk_level = fields.Selection(
        selection=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        concern = self.env["remediation.concern"].browse(values.get("concern_id"))
        if concern:
            concern.check_access("read")
            values.update(
                beneficiary_id=concern.beneficiary_id.id,
                nickname=concern.child_nickname,
                sex=concern.child_sex,
                age_estimated=concern.child_age,
                team_id=concern.team_id.id,
                risk_level=concern.triage_level
                or ("high" if concern.immediate_danger == "yes" else False),
            )
        return {name: value for name, value in values.items() if name in fields}

    def action_confirm(self):
        """Make or find the case and open it."""
        self.ensure_one()
        concern = self.concern_id
        concern._check_triage_right()
        risk_level = self.risk_level or concern.triage_level
        if not risk_level:
            raise UserError(self.env._("Choose the risk level of the child."))
        child = self.beneficiary_id
        if not child:
            if not self.sex:
                raise UserError(self.env._("Choose whether it is a girl or a boy."))
            child = self.env["remediation.beneficiary"].create(
                {
                    "first_name": self.first_name,
                    "last_name": self.last_name,
                    "nickname": self.nickname,
                    "sex": self.sex,
                    "age_estimated": self.age_estimated,
                    "area_id": concern.area_id.id,
                    "company_id": concern.company_id.id,
                }
            )
        case = concern._accept(
            child,
            {
                "risk_level": risk_level,
                "received_at": concern._clock_start(concern),
                "identified_on": fields.Date.to_date(concern._clock_start(concern)),
                "site_id": concern.site_id.id,
                "area_id": concern.area_id.id,
                "programme_id": self.programme_id.id,
                **({"team_id": self.team_id.id} if self.team_id else {}),
            },
        )
        if not case.has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": "remediation.case",
            "res_id": case.id,
            "views": [(False, "form")],
        }
