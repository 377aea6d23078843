from odoo import api, fields, models

from odoo.addons.remediation_base.tools.money import Money


class AgreementParty(models.Model):
    """What a party was asked for and paid."""

    _inherit = "remediation.agreement.party"

    deposit = fields.Monetary(
        copy=False,
        help="What the party pays in advance; it is spent before more is called.",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Grant",
        check_company=True,
        index="btree_not_null",
        help="What the party pays is spent under this analytic account.",
    )
    call_ids = fields.One2many(
        "remediation.agreement.call", "party_id", string="Calls for Funds"
    )
    owed = fields.Monetary(
        compute="_compute_owed",
        string="Forecast",
        help="What the party pays to the end, as it was last forecast.",
    )
    called = fields.Monetary(compute="_compute_called", compute_sudo=True)
    received = fields.Monetary(compute="_compute_called", compute_sudo=True)
    paid_until = fields.Date(
        compute="_compute_paid_until",
        compute_sudo=True,
        help="The last month that is paid in full by what was received.",
    )

    _deposit_not_negative = models.Constraint(
        "CHECK (deposit >= 0)", "A deposit cannot be negative."
    )

    @api.depends("agreement_id.month_ids.amount", "agreement_id.month_ids.party_id")
    def _compute_owed(self):
        for party in self:
            party.owed = sum(
                party.agreement_id.month_ids.filtered(
                    lambda row, party=party: row.party_id == party
                ).mapped("amount")
            )

    # compute_sudo: sums of calls, whoever reads the agreement; no invoice is shown.
    @api.depends(
        "call_ids.amount",
        "call_ids.state",
        "call_ids.move_id.amount_residual",
        "call_ids.move_id.amount_total",
    )
    def _compute_called(self):
        for party in self:
            live = party.call_ids.filtered(lambda call: call.state != "cancelled")
            party.called = sum(live.mapped("amount"))
            party.received = sum(
                (-1 if call.amount < 0 else 1)
                * (call.move_id.amount_total - call.move_id.amount_residual)
                for call in live
                if call.state != "draft"
            )

    # compute_sudo: as above
    @api.depends("received", "agreement_id.month_ids.amount")
    def _compute_paid_until(self):
        for party in self:
            left = Money.of(party.received, party.currency_id).units
            until = False
            for month, units in party._months():
                left -= units
                if left < 0:
                    break
                until = month
            party.paid_until = until

    def _months(self):
        """``[(month, units)]`` that the party pays, the earliest first."""
        self.ensure_one()
        rows = self.agreement_id.month_ids.filtered(lambda row: row.party_id == self)
        return sorted(
            (row.month, Money.of(row.amount, row.currency_id).units) for row in rows
        )

    def _deposit_account(self):
        """The liability account on which what this party pays in waits until it is
        spent. Hook: a grant has one of its own."""
        self.ensure_one()
        return self.company_id.agreement_deposit_account_id

    def _deposit_journal(self):
        """The journal of the invoices that call for funds."""
        self.ensure_one()
        # sudo: the journal is used, not shown
        return (
            self.env["account.journal"]
            .sudo()
            .search(
                [("type", "=", "sale"), ("company_id", "=", self.company_id.id)],
                limit=1,
            )
        )

    def _can_be_called(self):
        return all(
            party._deposit_account() and party._deposit_journal() for party in self
        )

    def _prepare_call(self, kind, amount, first=False, last=False):
        self.ensure_one()
        return {
            "agreement_id": self.agreement_id.id,
            "party_id": self.id,
            "kind": kind,
            "amount": amount,
            "date_from": first,
            "date_to": last,
        }
