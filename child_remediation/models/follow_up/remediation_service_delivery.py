from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import step

_lt = LazyTranslate(__name__)


class ServiceDelivery(models.Model):
    """What was given, when, to whom and at what cost (E14). The holder enters it.

    Deliveries are not edited after the day they were entered, so that costs and
    evidence stay: a mistake is cancelled with a reason and entered anew.
    """

    _name = "remediation.service.delivery"
    _description = "Service Delivery"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    _protected_fields = frozenset({"state", "cancel_reason"})
    _frozen_fields = frozenset(
        {"plan_action_id", "date", "quantity", "cost", "currency_id", "recipient"}
    )
    # Closed from the start: what was given is evidence.
    _open_fields = {"given": frozenset()}

    plan_action_id = fields.Many2one(
        "remediation.plan.action",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('case_id', '=', case_id)]",
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    domain = fields.Selection(related="plan_action_id.domain", store=True)
    provider_id = fields.Many2one("res.partner", index="btree_not_null")
    date = fields.Date(required=True, default=fields.Date.context_today)
    quantity = fields.Float(required=True, default=1.0)
    unit = fields.Selection(
        [
            ("piece", "Piece"),
            ("hour", "Hour"),
            ("day", "Day"),
            ("month", "Month"),
            ("term", "School Term"),
            ("session", "Session"),
        ],
        required=True,
        default="piece",
    )
    cost = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    recipient = fields.Selection(
        [
            ("child", "Child"),
            ("sibling", "Sibling"),
            ("caregiver", "Caregiver"),
            ("household", "Household"),
        ],
        required=True,
        default="child",
    )
    proof = fields.Binary(attachment=True, copy=False)
    note = fields.Char()
    state = fields.Selection(
        [("given", "Given"), ("cancelled", "Cancelled")],
        default="given",
        required=True,
        readonly=True,
        copy=False,
    )
    cancel_reason = fields.Char(readonly=True, copy=False)

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity given is more than zero."
    )
    _cost_not_negative = models.Constraint(
        "CHECK (cost >= 0)", "A cost cannot be negative."
    )

    @api.depends("plan_action_id")
    def _compute_case_id(self):
        for delivery in self:
            delivery.case_id = delivery.plan_action_id.case_id

    @api.depends("date", "case_id.name")
    def _compute_display_name(self):
        for delivery in self:
            delivery.display_name = f"{delivery.case_id.name} {delivery.date or ''}"

    @api.constrains("date", "plan_action_id", "case_id")
    def _check_delivery(self):
        for delivery in self:
            if delivery.plan_action_id.case_id != delivery.case_id:
                raise ValidationError(self.env._("The action belongs to another case."))
            if delivery._is_ahead(delivery.date):
                raise ValidationError(
                    self.env._("Date lies in the future: enter it once it was given.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        deliveries = super().create(vals_list)
        deliveries.case_id._refuse_service_on_closed()
        for delivery in deliveries:
            if not delivery.plan_action_id._may_run():
                raise UserError(
                    self.env._(
                        "Only urgent help is given before the plan is approved: "
                        "submit the "
                        "plan first."
                    )
                )
        deliveries.plan_action_id.filtered(
            lambda action: action.state == "planned"
        ).action_start()
        return deliveries

    @step(
        frm="given",
        to="cancelled",
        asks={"reason": "cancel_reason"},
        title=_lt("Cancel the Delivery"),
    )
    def action_cancel(self, reason):
        """Cancel a delivery entered by mistake. For the holder; needs a reason."""
