from odoo import fields, models


class SavingsOwned(models.AbstractModel):
    """A record of one savings group: seen by the group's field agent.

    The columns that record rules compare are copied from the group and stored;
    handing a group to another agent writes the group alone. The rules of the cycle
    hold for each of them.
    """

    _name = "savings.owned"
    _description = "Record of a Savings Group"
    _inherit = ["savings.system.mixin", "remediation.protected.mixin"]

    _remediation_sensitive = True
    _rules_of = "savings.cycle"
    _protected_fields = frozenset({"company_id", "agent_id", "currency_id"})
    _frozen_fields = frozenset({"group_id"})

    group_id = fields.Many2one(
        "savings.group", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="group_id.company_id", store=True, index=True)
    agent_id = fields.Many2one(related="group_id.agent_id", store=True, index=True)
    currency_id = fields.Many2one(related="group_id.currency_id", store=True)
