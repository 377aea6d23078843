from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.steps import step


class CashTransferVerificationAnswer(models.Model):
    """What one household answered: received, how much, safely, without a fee, and
    whether the child works. Belongs to the case; a bad answer raises a task."""

    _name = "cash.transfer.verification.answer"
    _description = "Answer after Distribution"
    _inherit = ["remediation.case.owned"]
    _order = "verification_id desc, id"
    _rec_name = "case_id"

    _protected_fields = frozenset(
        {
            "state",
            "answered_by_id",
            "answered_on",
            "received",
            "amount_received",
            "safe",
            "fee_asked",
            "child_working",
            "issue",
        }
    )
    _frozen_fields = frozenset({"verification_id", "line_id"})

    verification_id = fields.Many2one(
        "cash.transfer.verification", required=True, index=True, ondelete="restrict"
    )
    channel = fields.Selection(related="verification_id.channel")
    line_id = fields.Many2one(
        "cash.transfer.payment.line",
        required=True,
        index=True,
        ondelete="restrict",
        groups="cash_transfer.group_cash_officer,cash_transfer.group_cash_reconciler,"
        "child_remediation.group_auditor",
    )
    state = fields.Selection(
        [("asked", "To Ask"), ("answered", "Answered"), ("not_reached", "Not Reached")],
        required=True,
        default="asked",
        readonly=True,
    )
    received = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("with_issues", "With Issues")], readonly=True
    )
    currency_id = fields.Many2one(related="verification_id.plan_id.currency_id")
    amount_received = fields.Monetary(readonly=True)
    safe = fields.Boolean(readonly=True)
    fee_asked = fields.Boolean(readonly=True)
    child_working = fields.Boolean(readonly=True)
    issue = fields.Text(readonly=True, groups="child_remediation.group_case_worker")
    answered_by_id = fields.Many2one("res.users", readonly=True)
    answered_on = fields.Datetime(readonly=True)

    @api.depends("case_id.name")
    def _compute_display_name(self):
        # sudo: a code; finance reads the answer and not the case.
        for answer in self.sudo():
            answer.display_name = answer.case_id.name

    @step(frm=("asked", "not_reached"), to="answered", stamp="answered")
    def action_answer(
        self,
        received,
        amount_received=0.0,
        safe=True,
        fee_asked=False,
        child_working=False,
        issue=None,
    ):
        """Record the answer. For whoever may write the case. A child at work or a fee
        asked for raises a task for the supervisor (R41, E24).

        :param str received: yes, no or with_issues.
        """
        self.ensure_one()
        if received not in ("yes", "no", "with_issues"):
            raise UserError(self.env._("Say whether the money was received."))
        self._unprotected().write(
            {
                "received": received,
                "amount_received": amount_received,
                "safe": safe,
                "fee_asked": fee_asked,
                "child_working": child_working,
                "issue": issue,
            }
        )
        if child_working or fee_asked or received == "no" or not safe:
            self._alert_supervisor()

    @step(frm=("asked", "not_reached"), to="not_reached")
    def action_not_reached(self):
        """Record that the household could not be reached."""

    def _alert_supervisor(self):
        """Leave a task on the case: code only, the answer itself stays in the
        record.
        """
        env = self.env
        summaries = []
        if self.child_working:
            summaries.append(env._("Verification: the child is said to work"))
        if self.fee_asked:
            summaries.append(env._("Verification: a fee was asked for"))
        if self.received == "no" or not self.safe:
            summaries.append(env._("Verification: money not received or not safe"))
        # sudo: the supervisor is named from the team; the asker may not read teams.
        supervisor = self.sudo().team_id.supervisor_id
        if supervisor:
            env["remediation.notice"]._plan(
                [
                    {
                        "res_model_id": env["ir.model"]._get_id("remediation.case"),
                        "res_id": self.case_id.id,
                        "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                        "summary": "; ".join(summaries),
                        "user_id": supervisor.id,
                        "date_deadline": self._place_today(),
                    }
                ]
            )
