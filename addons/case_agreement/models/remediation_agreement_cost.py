from odoo import api, fields, models

from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.steps import EVERYTHING
from odoo.addons.remediation_base.tools.words import say_pair

from ..tools.schedule import Cost

KINDS = [
    ("stipend", "Stipend"),
    ("school", "School"),
    ("training", "Training"),
    ("kit", "Kit and Uniform"),
    ("health", "Health Check"),
    ("sibling", "School of a Sibling"),
    ("other", "Other"),
]


class AgreementCost(models.Model):
    """One thing that is paid for a child: a stipend each month, a school year at its
    fee, a training, a sibling's year. Where the fee rises with the grade, each step is
    a line. The holder of the case enters them; approval closes them."""

    _name = "remediation.agreement.cost"
    _description = "Cost of a Child under an Agreement"
    _inherit = ["remediation.case.owned"]
    _order = "agreement_child_id, date_from, kind, id"

    _decided_by = "agreement_child_id"
    _open_fields = {"draft": EVERYTHING}
    _frozen_fields = frozenset({"agreement_child_id"})

    agreement_child_id = fields.Many2one(
        "remediation.agreement.child",
        string="Child under the Agreement",
        required=True,
        index=True,
        ondelete="cascade",
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    currency_id = fields.Many2one(related="agreement_child_id.currency_id")
    kind = fields.Selection(KINDS, required=True)
    plan_action_id = fields.Many2one(
        "remediation.plan.action",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('case_id', '=', case_id)]",
    )
    amount = fields.Monetary(required=True, help="One payment, at prices of the start.")
    every = fields.Selection(
        [("month", "Every Month"), ("year", "Every Year"), ("once", "Once")],
        string="Paid",
        required=True,
    )
    date_from = fields.Date(string="First Due", required=True)
    date_to = fields.Date(
        string="Last Due", help="Empty: to the end of the child's support."
    )
    floor_reason = fields.Char(
        string="Reason for Less",
        help="Why a stipend is below the child's last earnings or the minimum wage.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A cost is more than zero: enter what is paid."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A cost is last due after it is first due: correct the days.",
    )

    @api.depends("agreement_child_id")
    def _compute_case_id(self):
        for cost in self:
            cost.case_id = cost.agreement_child_id.case_id

    @api.depends("case_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for cost in self:
            cost.display_name = say_pair(
                self.env, cost.case_id.name, kinds.get(cost.kind, "")
            )

    def _as_costs(self):
        """These lines as :func:`schedule` takes them."""
        return [
            Cost(
                cost.kind,
                Money.of(cost.amount, cost.currency_id).units,
                cost.every,
                cost.date_from,
                cost.date_to or None,
            )
            for cost in self
        ]
