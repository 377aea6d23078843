from odoo import fields, models


class AssignmentRule(models.Model):
    """Which team's queue a new case goes to, by area and programme.

    The first rule that fits decides; where none does, the team of whoever registers
    the case, or the company's first. Coordinators maintain the rules.
    """

    _name = "remediation.assignment.rule"
    _description = "Assignment Rule"
    _rules_of = "remediation.in.company"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    area_id = fields.Many2one(
        "remediation.area",
        index=True,
        check_company=True,
        help="The area with everything in it; empty: anywhere.",
    )
    programme_id = fields.Many2one(
        "remediation.programme", index=True, check_company=True
    )
    # the company comes from the team: no check_company, which would offer none
    team_id = fields.Many2one("remediation.team", required=True, index=True)
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True)

    def _team_for(self, area, programme):
        """Return the team of the first of these rules that fits."""
        for rule in self:
            if rule.programme_id and rule.programme_id != programme:
                continue
            if rule.area_id and not (area.parent_path or "").startswith(
                rule.area_id.parent_path
            ):
                continue
            return rule.team_id
        return self.team_id.browse()
