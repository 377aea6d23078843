from odoo import api, fields, models
from odoo.exceptions import UserError

#: (model, method) → what the window asks for, in the method's order. Nothing else can
#: be called through the wizard.
STEPS = {
    ("cash.transfer.payment.plan", "action_reject"): ("reason",),
    ("cash.transfer.payment.plan", "action_unlock"): ("reason",),
    ("cash.transfer.payment.plan", "action_abort"): ("reason",),
    ("cash.transfer.payment.line", "action_set_aside"): ("reason",),
    ("cash.transfer.payment.line", "action_stop"): ("reason",),
    ("cash.transfer.payment.line", "action_reverse"): ("reason", "day"),
    ("cash.transfer.payment.line", "action_owe_later"): ("reason",),
    ("cash.transfer.payment.line", "action_owe_nothing"): ("reason",),
    ("cash.transfer.payment.line", "action_resolve_question"): (
        "delivered",
        "reason",
        "day",
    ),
    ("cash.transfer.payee", "action_stop"): ("reason",),
    ("cash.transfer.entitlement", "action_send_back"): ("reason",),
    ("cash.transfer.entitlement", "action_suspend"): ("reason",),
    ("cash.transfer.entitlement", "action_end"): ("reason", "day"),
    ("cash.transfer.entitlement", "action_extend"): ("day", "reason"),
    ("cash.transfer.entitlement", "action_cancel"): ("reason",),
    ("cash.transfer.cycle.line", "action_waive"): ("reason",),
    ("cash.transfer.cycle.line", "action_suspend"): ("reason",),
    ("cash.transfer.cycle.line", "action_stop_payment"): ("reason",),
    ("cash.transfer.cycle.line", "action_set_correction"): ("amount", "reason"),
    ("cash.transfer.dispute", "action_accept"): ("reason", "day"),
    ("cash.transfer.dispute", "action_recover"): ("reason", "day"),
    ("cash.transfer.dispute", "action_ask_write_off"): ("reason",),
    ("cash.transfer.dispute", "action_write_off"): ("reason", "day"),
}


class CashTransferReasonWizard(models.TransientModel):
    """Asks for the reason of a step and calls it as the user; rights are the step's."""

    _name = "cash.transfer.reason.wizard"
    _description = "Reason for a Step"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    step = fields.Char(required=True, readonly=True)
    asks_day = fields.Boolean(compute="_compute_asks")
    asks_amount = fields.Boolean(compute="_compute_asks")
    asks_delivered = fields.Boolean(compute="_compute_asks")
    reason = fields.Char(required=True)
    day = fields.Date(help="Empty: today.")
    amount = fields.Float()
    delivered = fields.Selection(
        [("yes", "It was delivered"), ("no", "It was not delivered")]
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        values.update(
            res_model=context.get("active_model"),
            res_ids=context.get("active_ids") or [context.get("active_id")],
            step=context.get("cash_step"),
        )
        return values

    @api.depends("res_model", "step")
    def _compute_asks(self):
        for wizard in self:
            asks = STEPS.get((wizard.res_model, wizard.step), ())
            wizard.asks_day = "day" in asks
            wizard.asks_amount = "amount" in asks
            wizard.asks_delivered = "delivered" in asks

    def action_confirm(self):
        """Carry out the step on the records it was opened for."""
        self.ensure_one()
        asks = STEPS.get((self.res_model, self.step))
        if not asks:
            raise UserError(self.env._("Open this window from the record."))
        if "delivered" in asks and not self.delivered:
            raise UserError(self.env._("Say whether it was delivered."))
        answers = {
            "reason": self.reason,
            "day": self.day,
            "amount": self.amount,
            "delivered": self.delivered == "yes",
        }
        records = self.env[self.res_model].browse(self.res_ids)
        getattr(records, self.step)(*(answers[name] for name in asks))
        return {"type": "ir.actions.act_window_close"}
