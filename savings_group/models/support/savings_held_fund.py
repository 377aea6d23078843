from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step


class SavingsHeldFund(models.Model):
    """Money of a group that the organisation holds for a short while.

    It is the group's, so it stands on a liability for third-party funds from the
    receipt until it is handed over, with a receipt for each; it ages until zero. This
    is the one place where a group's money meets the ledger, and it comes from here
    alone: meetings, loans and share-outs never make an entry (R50).

    Who may what: finance alone writes; the savings manager reads.
    """

    _name = "savings.held.fund"
    _description = "Funds Held for a Savings Group"
    _inherit = ["savings.system.mixin", "remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "received_on desc, id desc"
    _check_company_auto = True

    _protected_fields = frozenset({"company_id", "move_id", "state"})
    _frozen_fields = frozenset({"group_id"})
    # What is booked is corrected in accounting.
    _open_fields = {"draft": EVERYTHING, "held": {"due_on"}}

    group_id = fields.Many2one(
        "savings.group", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="group_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        related="group_id.currency_id", help="The currency of the group's box."
    )
    received_on = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(required=True)
    receipt = fields.Char(string="Receipt Number", required=True)
    reason = fields.Char(required=True)
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, copy=False, ondelete="restrict"
    )
    handover_ids = fields.One2many("savings.held.handover", "held_id")
    balance = fields.Monetary(
        string="Still Held",
        compute="_compute_balance",
        store=True,
        compute_sudo=True,
    )
    state = fields.Selection(
        [("draft", "Not Posted"), ("held", "Held"), ("handed_over", "Handed Over")],
        compute="_compute_balance",
        store=True,
        index=True,
        compute_sudo=True,
    )
    due_on = fields.Date(
        string="Hand Over By",
        compute="_compute_due_on",
        store=True,
        readonly=False,
    )
    age_days = fields.Integer(string="Days Held", compute="_compute_age_days")
    is_overdue = fields.Boolean(compute="_compute_age_days", search="_search_overdue")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "Give the amount that was received."
    )
    _receipt_unique = models.UniqueIndex(
        "(company_id, receipt)", "This receipt number is used already."
    )

    @api.depends("group_id.name", "receipt")
    def _compute_display_name(self):
        for held in self:
            held.display_name = f"{held.group_id.name} {held.receipt or ''}".strip()

    # compute_sudo: the savings manager reads what is held, not the entries.
    @api.depends(
        "amount",
        "move_id.state",
        "move_id.reversal_move_ids.state",
        "handover_ids.move_id.state",
        "handover_ids.move_id.reversal_move_ids.state",
    )
    def _compute_balance(self):
        """What is held is what the posted ledger says: a draft holds nothing, a
        cancelled or reversed entry holds nothing any more."""
        for held in self:
            received = held._posted(held.move_id)
            handed = -sum(held._posted(h.move_id) for h in held.handover_ids)
            in_coins = held.currency_id.round if held.currency_id else float
            held.balance = in_coins(received - handed)
            if not received:
                held.state = "draft"
            else:
                held.state = "held" if held.balance else "handed_over"

    def _posted(self, move):
        """Return what a posted entry and its posted reversals owe to the group, in the
        box's currency."""
        moves = (move | move.reversal_move_ids).filtered(lambda m: m.state == "posted")
        lines = moves.line_ids.filtered(
            lambda line: line.account_id != line.journal_id.default_account_id
        )
        if not lines:
            return 0.0
        return self.currency_id.round(-sum(lines.mapped("amount_currency")))

    @api.depends("received_on", "company_id")
    def _compute_due_on(self):
        for held in self:
            if held.received_on and not held.due_on:
                held.due_on = fields.Date.add(
                    held.received_on, days=held.company_id.savings_held_days or 30
                )

    @api.depends("received_on", "state", "due_on")
    def _compute_age_days(self):
        today = self._place_today()
        for held in self:
            live = held.state == "held" and held.received_on
            held.age_days = (today - held.received_on).days if live else 0
            held.is_overdue = bool(live and held.due_on and held.due_on < today)

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self._place_today()
        self.flush_model(["state", "due_on"])
        overdue = SQL(
            "SELECT id FROM savings_held_fund WHERE state = 'held' AND due_on < %s",
            today,
        )
        return [("id", "in" if True in value else "not in", overdue)]

    def _missing_to_book(self):
        self.invalidate_recordset(["move_id"])
        if self._is_booked(self.move_id):
            return [self.env._("The receipt is booked already.")]
        return []

    @step(group="account.group_account_invoice", check="_missing_to_book")
    def action_book(self):
        """Draft the entry of the receipt: money in, owed to the group. For finance."""
        for held in self:
            held._unprotected().move_id = held._make_move(
                held.amount, held.received_on, held.receipt
            )

    @api.model
    def _is_booked(self, move):
        """Say whether an entry stands: a cancelled or reversed one is made anew."""
        if not move or move.state == "cancel":
            return False
        return not move.reversal_move_ids.filtered(lambda m: m.state == "posted")

    def _make_move(self, amount, date, receipt):
        """Draft one entry with the group as partner, in the box's currency; an amount
        below zero hands money over.

        What is handed over leaves at the rate of its receipt, so that the liability is
        zero in both currencies.
        """
        self.ensure_one()
        company, currency = self.company_id, self.currency_id
        held_account = company.savings_held_account_id
        journal = self.journal_id
        self._check_accounts()
        balance = company.currency_id.round(
            amount
            * self.env["res.currency"]._get_conversion_rate(
                currency, company.currency_id, company, self.received_on
            )
        )
        label = f"{self.group_id.name} {receipt}"
        partner = self.group_id._get_partner()
        return self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": date,
                "ref": label,
                "partner_id": partner.id,
                "currency_id": currency.id,
                "line_ids": [
                    Command.create(
                        {
                            "name": label,
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "currency_id": currency.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in (
                        (journal.default_account_id, 1),
                        (held_account, -1),
                    )
                ],
            }
        )

    def _check_accounts(self):
        company, currency = self.company_id, self.currency_id
        if not company.savings_held_account_id:
            raise UserError(
                self.env._(
                    "Choose the account for third-party funds in the settings of "
                    "accounting first."
                )
            )
        if (self.journal_id.currency_id or company.currency_id) not in (
            currency,
            company.currency_id,
        ):
            raise UserError(
                self.env._(
                    "The box holds %(currency)s: choose a journal in that currency.",
                    currency=currency.name,
                )
            )
