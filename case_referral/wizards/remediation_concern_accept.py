from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Rows that are prepared for a report of many children; more are added by hand.
MAX_ROWS = 40


class RemediationConcernAccept(models.TransientModel):
    """Makes the case of a concern, for a new child or a known one; of a report of
    several children, a case for each.

    Who may what: whoever triages (checked by the concern's method); the cases are
    created with the user's own rights.
    """

    _name = "remediation.concern.accept"
    _description = "Make a Case from a Concern"

    concern_id = fields.Many2one("remediation.concern", required=True, readonly=True)
    company_id = fields.Many2one(related="concern_id.company_id")
    child_ids = fields.One2many(
        "remediation.concern.accept.child", "accept_id", string="Children"
    )
    # One child
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
    # The cases
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
            if concern.children_count > 1 and not concern.beneficiary_id:
                values["child_ids"] = [
                    Command.create(
                        {
                            "nickname": False if row else concern.child_nickname,
                            "sex": concern.child_sex,
                            "age_estimated": concern.child_age,
                        }
                    )
                    for row in range(min(concern.children_count, MAX_ROWS))
                ]
        return {name: value for name, value in values.items() if name in fields}

    def action_confirm(self):
        """Make or find the case of each child and open it; all of them, or none."""
        self.ensure_one()
        concern = self.concern_id
        concern._check_triage_right()
        risk_level = self.risk_level or concern.triage_level
        if not risk_level:
            raise UserError(self.env._("Choose the risk level of the child."))
        rows = self.child_ids or self
        known = [row.beneficiary_id.id for row in rows if row.beneficiary_id]
        if len(known) != len(set(known)):
            raise UserError(
                self.env._("The same child stands in two rows: leave one of them out.")
            )
        children = [row.beneficiary_id or self._new_child(row) for row in rows]
        concerns = concern._parts_for(len(children))
        for part, child in zip(concerns, children, strict=True):
            part._accept(child, self._case_values(risk_level))
        return concerns._open_cases()

    def _new_child(self, row):
        """Register the child of a row of the page."""
        if not row.sex:
            raise UserError(self.env._("Choose whether it is a girl or a boy."))
        return self.env["remediation.beneficiary"].create(
            {
                "first_name": row.first_name,
                "last_name": row.last_name,
                "nickname": row.nickname,
                "sex": row.sex,
                "age_estimated": row.age_estimated,
                "area_id": self.concern_id.area_id.id,
                "company_id": self.concern_id.company_id.id,
            }
        )

    def _case_values(self, risk_level):
        concern = self.concern_id
        start = concern._clock_start(concern)
        return {
            "risk_level": risk_level,
            "received_at": start,
            "identified_on": fields.Date.to_date(start),
            "site_id": concern.site_id.id,
            "area_id": concern.area_id.id,
            "programme_id": self.programme_id.id,
            **({"team_id": self.team_id.id} if self.team_id else {}),
        }
