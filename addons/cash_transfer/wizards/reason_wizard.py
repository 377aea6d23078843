from odoo import api, fields, models
from odoo.exceptions import UserError

#: (model, method) → title. Nothing else can be called through the wizard.
STEPS = {
    ("cash.transfer.payment.plan", "action_reject"): "Reject",
    ("cash.transfer.payment.plan", "action_unlock"): "Unlock",
    ("cash.transfer.payment.plan", "action_abort"): "Abort",
    ("cash.transfer.payment.line", "action_set_aside"): "Set Aside",
    ("cash.transfer.payment.line", "action_stop"): "Stop",
    ("cash.transfer.payment.line", "action_reverse"): "Reverse",
    ("cash.transfer.payee", "action_stop"): "Stop",
    ("cash.transfer.entitlement", "action_send_back"): "Send Back",
    ("cash.transfer.entitlement", "action_suspend"): "Suspend",
    ("cash.transfer.entitlement", "action_end"): "End",
    ("cash.transfer.entitlement", "action_cancel"): "Cancel",
    ("cash.transfer.cycle.line", "action_waive"): "Pay All the Same",
    ("cash.transfer.cycle.line", "action_suspend"): "Do not Pay",
    ("cash.transfer.cycle.line", "action_stop_payment"): "Stop the Payment",
    ("cash.transfer.dispute", "action_accept"): "Accept",
    ("cash.transfer.dispute", "action_recover"): "Recovered",
    ("cash.transfer.dispute", "action_ask_write_off"): "Ask to Write Off",
    ("cash.transfer.dispute", "action_write_off"): "Write Off",
}


class CashTransferReasonWizard(models.TransientModel):
    """Asks for the reason of a step and calls it as the user; rights are the step's."""

    _name = "cash.transfer.reason.wizard"
    _description = "Reason for a Step"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    step = fields.Char(required=True, readonly=True)
    reason = fields.Char(required=True)

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

    def action_confirm(self):
        """Carry out the step on the records it was opened for."""
        self.ensure_one()
        if (self.res_model, self.step) not in STEPS:
            raise UserError(self.env._("Open this window from the record."))
        records = self.env[self.res_model].browse(self.res_ids)
        getattr(records, self.step)(self.reason)
        return {"type": "ir.actions.act_window_close"}
