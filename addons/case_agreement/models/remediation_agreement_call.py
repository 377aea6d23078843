from odoo import api, fields, models

from odoo.addons.remediation_base.tools.money import Money


class AgreementCall(models.Model):
    """A call for funds: the invoice that asks a party for what comes next, or the
    credit note that gives back what was not needed. It names the agreement, never a
    child.

    Code alone makes calls, finance posts the invoices. Who reads the agreement reads
    its calls.
    """

    _name = "remediation.agreement.call"
    _description = "Call for Funds"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    _protected_fields = frozenset(
        {
            "agreement_id",
            "party_id",
            "company_id",
            "kind",
            "date_from",
            "date_to",
            "amount",
            "move_id",
            "state",
        }
    )

    agreement_id = fields.Many2one(
        "remediation.agreement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    party_id = fields.Many2one(
        "remediation.agreement.party",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    kind = fields.Selection(
        [("deposit", "Deposit"), ("call", "Call"), ("return", "Return")],
        required=True,
        readonly=True,
    )
    date_from = fields.Date(string="From Month", readonly=True)
    date_to = fields.Date(string="To Month", readonly=True)
    amount = fields.Monetary(
        required=True, readonly=True, help="Below zero: what is given back."
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("draft", "Invoice Drafted"),
            ("posted", "Posted"),
            ("paid", "Paid"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        compute_sudo=True,
    )

    _move_once = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL", "An invoice belongs to one call."
    )

    # compute_sudo: who reads a call reads whether it was paid, not the invoice.
    @api.depends("move_id.state", "move_id.payment_state")
    def _compute_state(self):
        for call in self:
            move = call.move_id
            if not move or move.state == "cancel" or move.payment_state == "reversed":
                call.state = "cancelled"
            elif move.state == "draft":
                call.state = "draft"
            elif move.payment_state in ("paid", "in_payment"):
                call.state = "paid"
            else:
                call.state = "posted"

    @api.depends("agreement_id.name", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for call in self:
            month = call.date_from and call._say_day(call.date_from, "MMMM y")
            call.display_name = f"{call.agreement_id.name} {month or ''}".strip()

    def action_view_invoice(self):
        """Show the invoice; for whoever may read it in accounting."""
        self.ensure_one()
        self.move_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def _draft_invoices(self):
        """Draft the invoices: one line each on the account for deposits, so that the
        money is owed to the payer until it is spent (R68)."""
        for company, calls in self.grouped("company_id").items():
            # sudo: the night drafts them, and finance posts them
            moves = self.env["account.move"].sudo().with_company(company)
            drafts = moves.create([call._prepare_invoice() for call in calls])
            for call, move in zip(calls, drafts, strict=True):
                call._unprotected().move_id = move

    def _prepare_invoice(self):
        """Return the invoice: agreement and months, no child and no person."""
        self.ensure_one()
        account = self.party_id._deposit_account()
        journal = self.party_id._deposit_journal()
        label = self.display_name
        if self.date_to and self.date_to != self.date_from:
            label = f"{label} – {self._say_day(self.date_to, 'MMMM y')}"
        analytic = self.party_id.analytic_account_id
        return {
            "move_type": "out_refund" if self.amount < 0 else "out_invoice",
            "partner_id": self.party_id.partner_id.id,
            "journal_id": journal.id,
            "currency_id": self.currency_id.id,
            "invoice_date_due": False,
            "ref": label,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "quantity": 1,
                        "price_unit": abs(self.amount),
                        "tax_ids": [fields.Command.clear()],
                        "analytic_distribution": {str(analytic.id): 100.0}
                        if analytic
                        else False,
                    }
                )
            ],
        }

    def _units(self):
        """What was called so far, less what was given back, in units."""
        return sum(
            Money.of(call.amount, call.currency_id).units
            for call in self
            if call.state != "cancelled"
        )
