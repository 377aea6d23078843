from odoo import fields, models

#: Money that comes to a plan; each is a layer with its own cost (FIFO).
INFLOWS = ("payment", "bill", "carry_in", "reversal", "recovery")
OUTFLOWS = (
    "delivered",
    "fee",
    "dispute",
    "returned",
    "carry_out",
    "written_off",
    "exchange",
)
KINDS = [
    ("payment", "Funded"),
    ("bill", "Billed"),
    ("carry_in", "Carried from Another Plan"),
    ("reversal", "Reversed"),
    ("recovery", "Recovered into the Advance"),
    ("delivered", "Delivered"),
    ("fee", "Fee"),
    ("dispute", "Disputed"),
    ("returned", "Returned"),
    ("carry_out", "Carried to a Follow-Up"),
    ("written_off", "Written Off"),
    ("exchange", "Exchange"),
]


class CashTransferMovement(models.Model):
    """Money of a plan in both currencies: what came, at which cost, and where it went.

    Each movement but carrying points to the line of the posted entry that it is; R40's
    statement adds movements up, a test compares them with the ledger.
    """

    _name = "cash.transfer.movement"
    _description = "Movement of a Plan's Money"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _order = "id"
    _rules_of = "cash.transfer.payment.plan"

    _protected_fields = frozenset(
        {
            "plan_id",
            "company_id",
            "provider_id",
            "kind",
            "date",
            "amount",
            "company_amount",
            "currency_id",
            "move_line_id",
            "layer_id",
            "payment_id",
            "counterpart_plan_id",
            "dispute_id",
            "reconciliation_id",
        }
    )

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    provider_id = fields.Many2one(
        "cash.transfer.provider", required=True, index=True, readonly=True
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount = fields.Monetary(required=True, readonly=True)
    company_amount = fields.Monetary(
        required=True, readonly=True, currency_field="company_currency_id"
    )
    move_line_id = fields.Many2one(
        "account.move.line", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    layer_id = fields.Many2one(
        "cash.transfer.movement",
        readonly=True,
        index="btree_not_null",
        string="Taken From",
        ondelete="restrict",
    )
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    counterpart_plan_id = fields.Many2one(
        "cash.transfer.payment.plan", readonly=True, index="btree_not_null"
    )
    dispute_id = fields.Many2one(
        "cash.transfer.dispute", readonly=True, index="btree_not_null"
    )
    reconciliation_id = fields.Many2one(
        "cash.transfer.reconciliation", readonly=True, index="btree_not_null"
    )

    def _reconcile_advance(self, more=None):
        """Match what was taken with the advance it was taken from, layer by layer.

        The cost of each piece is the layer's own, so the books need no exchange entry;
        Odoo's would carry no analytic distribution.
        """
        for layer, pieces in self.grouped("layer_id").items():
            debit = layer.move_line_id
            lines = (
                debit | pieces.move_line_id | (more or self.env["account.move.line"])
            )
            lines = lines.filtered(
                lambda line, debit=debit: (
                    line.account_id.reconcile
                    and not line.reconciled
                    and line.account_id == debit.account_id
                )
            )
            if debit and len(lines) > 1:
                moves = lines.move_id._cash_step()
                lines = lines.with_env(moves.env)
                lines.with_context(no_exchange_difference=True).reconcile()
        for plan, mine in self.grouped("plan_id").items():
            matched = mine.filtered("move_line_id.matched_debit_ids")
            plan._unprotected().amount_matched += sum(matched.mapped("amount"))
