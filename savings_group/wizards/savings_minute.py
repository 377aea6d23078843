from odoo import api, fields, models
from odoo.exceptions import UserError

#: What may be decided with a sentence: model and public method that takes it.
DECISIONS = {
    "dissolve": ("savings.group", "action_dissolve"),
    "cancel_meeting": ("savings.meeting", "action_cancel"),
    "reverse": ("savings.meeting.line", "action_reverse"),
    "write_off": ("savings.loan", "action_write_off"),
}


class SavingsMinute(models.TransientModel):
    """Ask for the sentence that a decision needs, then take the decision.

    The method checks rights and state as the user who presses the button.
    """

    _name = "savings.minute"
    _description = "Minute of a Savings Group Decision"

    decision = fields.Selection(
        [
            ("dissolve", "Dissolve the group"),
            ("cancel_meeting", "Cancel the meeting"),
            ("reverse", "Reverse the line"),
            ("write_off", "Write the loan off"),
        ],
        required=True,
        readonly=True,
    )
    record_id = fields.Integer(required=True, readonly=True)
    minute = fields.Text(string="Reason or Decision", required=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        values.setdefault("record_id", self.env.context.get("active_id"))
        return values

    def action_decide(self):
        """Take the decision. Whoever may press the record's own button may.

        :raises UserError: as the method of the decision says.
        """
        self.ensure_one()
        if self.decision not in DECISIONS:
            raise UserError(self.env._("Choose what is decided."))
        model, method = DECISIONS[self.decision]
        getattr(self.env[model].browse(self.record_id), method)(self.minute)
        return {"type": "ir.actions.act_window_close"}
