from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.steps import step

from ..tools.calls import next_call
from ..tools.schedule import month_of


class Agreement(models.Model):
    """Calls for funds: before what a payer paid in runs out."""

    _inherit = "remediation.agreement"

    notice_days = fields.Integer(
        string="Call Ahead (days)",
        default=90,
        required=True,
        help="Funds are called so many days before they run out.",
    )
    call_months = fields.Integer(
        string="Months per Call",
        default=6,
        required=True,
        help="A call reaches so many months.",
    )
    call_ids = fields.One2many(
        "remediation.agreement.call", "agreement_id", string="Calls for Funds"
    )
    called = fields.Monetary(compute="_compute_called", compute_sudo=True)
    received = fields.Monetary(
        compute="_compute_called",
        compute_sudo=True,
        help="What the parties paid of the invoices so far.",
    )

    _calls_possible = models.Constraint(
        "CHECK (notice_days BETWEEN 0 AND 730 AND call_months BETWEEN 1 AND 60)",
        "Call 0 to 730 days ahead, for 1 to 60 months.",
    )

    # compute_sudo: sums of what was called and paid, whoever reads the agreement.
    @api.depends("party_ids.called", "party_ids.received")
    def _compute_called(self):
        for agreement in self:
            parties = agreement.party_ids
            agreement.called = sum(parties.mapped("called"))
            agreement.received = sum(parties.mapped("received"))

    @step(
        frm=("approved", "replaced", "ended"),
        group="account.group_account_invoice",
        right="read",
    )
    def action_call(self):
        """Draft the invoices that are due today. For finance; it also happens every
        night.

        :raises UserError: the account for deposits or the journal is missing
        """
        self._call()

    def _call(self):
        """Draft what is to be called from each party today; give back what is left once
        the support is over."""
        if not self.sudo().party_ids.filtered("share")._can_be_called():  # sudo: below
            raise UserError(
                self.env._(
                    "Choose the account for deposits in the settings, and make a "
                    "journal for customer invoices."
                )
            )
        today = self._place_today()
        # sudo: code alone makes calls, as superuser
        calls = self.env["remediation.agreement.call"].sudo()._unprotected()
        rows = []
        # sudo: sums over all children of the agreement, whoever calls
        for party in self.sudo().party_ids:
            agreement = party.agreement_id
            money = agreement.currency_id
            if not party.call_ids and party.deposit:
                rows.append(party._prepare_call("deposit", party.deposit))
                deposit = Money.of(party.deposit, money).units
            else:
                deposit = 0
            found = next_call(
                party._months(),
                party.call_ids._units() + deposit,
                today,
                agreement.notice_days,
                agreement.call_months,
                agreement._is_over(today),
            )
            if found:
                first, last, units = found
                rows.append(
                    party._prepare_call(
                        "return" if units < 0 else "call",
                        Money(units, money).amount,
                        first,
                        last,
                    )
                )
        calls.create(rows)._draft_invoices()

    def _is_over(self, today):
        """Whether nothing more will be due under this version."""
        self.ensure_one()
        if self.state in ("replaced", "ended"):
            return True
        months = self.month_ids.mapped("month")
        last = max(months, default=None)
        return bool(last) and last + relativedelta(months=1) <= month_of(today)

    @api.model
    def _cron_call(self):
        """Call what is due, every night. An agreement whose accounts are not chosen yet
        waits for finance; the others are called."""
        agreements = self.search([("state", "in", ("approved", "replaced", "ended"))])
        ready = agreements.filtered(
            lambda agreement: agreement.party_ids.filtered("share")._can_be_called()
        )
        each_batch(ready, lambda batch: batch._call())
