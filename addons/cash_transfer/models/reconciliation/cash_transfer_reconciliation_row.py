from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.steps import step

OUTCOMES = [
    ("delivered", "Delivered"),
    ("partial", "Partly Delivered"),
    ("over", "Delivered Too Much"),
    ("not_collected", "Not Collected"),
    ("failed", "Failed"),
    ("in_question", "In Question"),
    ("late", "Paid Late"),
    ("paid_twice", "Paid Twice"),
    ("unknown", "Unknown"),
    ("conflict", "Contradicts the Books"),
    ("reversed", "Taken Back"),
    ("no_change", "No Change"),
    ("pending", "Not Final Yet"),
    ("waiting", "Not Understood"),
    ("left_out", "No Payment"),
]
#: Why a row has its outcome.
NOTES = [
    ("repeated", "Said Before"),
    ("superseded", "A Later Row Decides"),
    ("other_try", "Another Try Succeeded"),
    ("success_stands", "A Success Stands until It Is Taken Back"),
    ("smaller", "Less than Was Reported Before"),
    ("asked", "Another Row of This Payment Is in Question"),
    ("taken_back", "Taken Back before, and No Reference Tells the Two Apart"),
    ("claim", "Taken Back: settle its claim"),
    ("by_hand", "Taken Back in Part: correct it by hand"),
    ("no_status", "No Status: not a delivery"),
    ("which_payment", "The Plan Pays This Wallet More than Once"),
    ("number_unknown", "The Plan Pays No Such Wallet"),
    ("two_amounts", "Two Amounts without a Reference"),
]


class CashTransferReconciliationRow(models.Model):
    """One row of a provider's report and what it means. Codes and figures only."""

    _name = "cash.transfer.reconciliation.row"
    _description = "Row of a Provider's Report"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "reconciliation_id desc, number, id"
    _rec_name = "payment_code"
    _state_field = "outcome"

    _protected_fields = frozenset(
        {
            "reconciliation_id",
            "company_id",
            "number",
            "payment_code",
            "provider_ref",
            "amount",
            "currency_id",
            "fee",
            "fee_told",
            "position",
            "receipt",
            "note",
            "date",
            "meaning",
            "failure_reason",
            "line_id",
            "plan_id",
            "outcome",
            "booked",
            "disputed",
            "question_reason",
            "has_amount",
            "answered_by_id",
        }
    )

    reconciliation_id = fields.Many2one(
        "cash.transfer.reconciliation",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    number = fields.Integer(string="Row", readonly=True)
    payment_code = fields.Char(readonly=True)
    provider_ref = fields.Char(string="Provider's Reference", readonly=True)
    receipt = fields.Char(
        readonly=True,
        help="The provider's reference, where it belongs to this payment alone.",
    )
    position = fields.Integer(
        readonly=True, help="The order in which things happened, by the file."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    has_amount = fields.Boolean(readonly=True)
    fee_told = fields.Monetary(string="Reported Fee", readonly=True)
    fee = fields.Monetary(
        readonly=True, help="Booked by this row: what is new of the reported fee."
    )
    date = fields.Date(readonly=True)
    meaning = fields.Char(readonly=True)
    failure_reason = fields.Selection("_selection_failure_reason", readonly=True)
    line_id = fields.Many2one(
        "cash.transfer.payment.line", readonly=True, index="btree_not_null"
    )
    plan_id = fields.Many2one(
        "cash.transfer.payment.plan", readonly=True, index="btree_not_null"
    )
    outcome = fields.Selection(OUTCOMES, readonly=True)
    note = fields.Selection(NOTES, readonly=True)
    question_reason = fields.Char(readonly=True)
    booked = fields.Monetary(readonly=True, help="Delivered by this row.")
    disputed = fields.Monetary(readonly=True, help="Goes to dispute.")
    answered_by_id = fields.Many2one("res.users", readonly=True)

    _unknown = models.Index("(payment_code) WHERE line_id IS NULL")
    _by_reference = models.Index("(provider_ref) WHERE provider_ref IS NOT NULL")

    def _duty_plans(self):
        return self.plan_id | self.reconciliation_id.plan_id

    def _report_not_read(self):
        report = self.reconciliation_id
        if report.state == "matched" and not report.job:
            return []
        return [self.env._("Read %(report)s first.", report=report.name)]

    @step(
        frm="waiting",
        duty="reconcile",
        check="_report_not_read",
        right="read",
        locks="reconciliation_id",
        referencing=True,
        sudo="nobody has a write right on rows",
    )
    def action_answer(self, answer, line=None):
        """Say which payment a row is that was not understood. For reconcilers who did
        not release the plan; who answers does not post (R37).

        :param str answer: ``payment``, ``unknown`` (money that is no payment of ours:
            it is disputed) or ``left_out`` (the row says nothing about money).
        :param line: the payment, of the same provider.
        :raises UserError: the row waits for no answer, or the payment is another
            provider's.
        """
        for row in self:
            report = row.reconciliation_id
            values = {"note": False, "answered_by_id": self.env.uid}
            if answer == "payment":
                if not line or line.provider_id != report.provider_id:
                    raise UserError(
                        self.env._("Choose a payment of the same provider.")
                    )
                values["payment_code"] = line.name
            elif answer == "left_out":
                values["meaning"] = "left_out"
            else:
                # money that nobody here asked for: known by its reference or its row
                reference = row.provider_ref or f"{report.name}-{row.number}"
                values.update(provider_ref=reference, payment_code=reference)
            row._unprotected().write(values)
        for report in self.reconciliation_id:
            report._rematch()

    def _read_again(self, step):
        self.invalidate_recordset()
        self.reconciliation_id.invalidate_recordset()

    def _selection_failure_reason(self):
        return self.env["cash.transfer.payment.line"]._failure_reasons()
