from odoo import api, fields, models

from .remediation_legal_matter import DUTY as LEGAL
from .remediation_money_account import DUTY as TRACE

#: Who reads what the holder of the case enters.
READERS = "child_remediation.group_case_worker,child_remediation.group_data_protection"
#: Those of them who read names too: a place can give a person away.
NAMERS = "child_remediation.group_case_worker"


class Case(models.Model):
    """The route, the money, the law and the shelter of a case."""

    _inherit = "remediation.case"

    movement_ids = fields.One2many(
        "remediation.movement", "case_id", string="Route", groups=READERS
    )
    route_line = fields.Char(
        compute="_compute_route_line", string="Route in Short", groups=NAMERS
    )
    money_account_ids = fields.One2many(
        "remediation.money.account", "case_id", string="Accounts", groups=TRACE
    )
    money_transfer_ids = fields.One2many(
        "remediation.money.transfer", "case_id", string="Transfers", groups=TRACE
    )
    survivor_debt_ids = fields.One2many(
        "remediation.survivor.debt", "case_id", string="Debts", groups=TRACE
    )
    survivor_wage_ids = fields.One2many(
        "remediation.survivor.wage", "case_id", string="Wages", groups=TRACE
    )
    legal_matter_ids = fields.One2many(
        "remediation.legal.matter", "case_id", string="Legal Matters", groups=LEGAL
    )
    shelter_stay_ids = fields.One2many(
        "remediation.shelter.stay", "case_id", string="Stays", groups=READERS
    )
    safety_plan_ids = fields.One2many(
        "remediation.safety.plan", "case_id", string="Safety Plans", groups=READERS
    )

    @api.depends(
        "movement_ids.sequence",
        "movement_ids.place",
        "movement_ids.area_id.name",
        "movement_ids.country_id.code",
    )
    @api.depends_context("lang")
    def _compute_route_line(self):
        """The places in their order; what nobody knows is said, not left out."""
        unknown = self.env._("Unknown")
        for case in self:
            case.route_line = " → ".join(
                f"{place} ({step.country_id.code})" if step.country_id else place
                for step in case.movement_ids
                if (place := step.place or step.area_id.name or unknown)
            )
