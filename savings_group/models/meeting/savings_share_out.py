from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ...tools.share_out import Claim, least_to_bring, share_out
from ..group.savings_cycle import BALANCES


class SavingsShareOut(models.Model):
    """The share-out at the end of a cycle (R49, domain.md §5.2).

    draft → confirmed → closed, or cancelled while draft. The draft shows what each
    member would get and what is still to decide; confirming nets and writes off the
    loans and freezes the payouts; closing needs every payout signed for and closes
    the cycle. Σ payouts + rest = fund, to the smallest unit.

    Nothing here makes a journal entry (R50). Who may what: the group's agent and the
    savings manager; nobody deletes.
    """

    _name = "savings.share.out"
    _description = "Share-out of a Savings Cycle"
    _inherit = ["savings.owned"]
    _order = "date desc, id desc"

    _protected_fields = frozenset(
        {
            "state",
            "fund",
            "netted",
            "value_per_share",
            "payout_total",
            "rest",
            "shares_total",
            "confirmed_by_id",
            "confirmed_on",
            "closed_by_id",
            "left_in_total",
        }
    )
    _frozen_fields = frozenset({"cycle_id"})
    _open_fields = {"draft": EVERYTHING}

    cycle_id = fields.Many2one(
        "savings.cycle", required=True, index=True, ondelete="restrict"
    )
    group_id = fields.Many2one(
        related="cycle_id.group_id", store=True, index=True, required=False
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    line_ids = fields.One2many("savings.share.out.line", "share_out_id")
    # figures
    fund = fields.Monetary(
        readonly=True,
        help="Loan fund cash and bank, less debts of the group and grants it keeps; "
        "with the social fund where the constitution shares it.",
    )
    netted = fields.Monetary(string="Loans Netted", readonly=True)
    shares_total = fields.Integer(string="Shares", readonly=True)
    value_per_share = fields.Float("Value per Share", digits=(16, 6), readonly=True)
    payout_total = fields.Monetary(string="Payouts", readonly=True)
    left_in_total = fields.Monetary(string="Left in for the Next Cycle", readonly=True)
    rest = fields.Monetary(readonly=True)
    minute = fields.Text(help="What the group decided about the share-out.")
    # who
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    confirmed_on = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _one_live = models.UniqueIndex(
        "(cycle_id) WHERE state <> 'cancelled'", "A cycle is shared out once."
    )

    @api.depends("cycle_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(cycle)s share-out", cycle=record.cycle_id.display_name
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unprotected():
            raise UserError(
                self.env._("Begin the share-out from the cycle, with the button there.")
            )
        # The unique index sees what was cancelled a moment ago.
        self.flush_model(["state"])
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if "date" in vals and not self._is_unprotected():
            self._recompute()
        return result

    @api.model
    def _start(self, cycle):
        """Make the draft of a cycle, with a line per member still in it."""
        share_out_record = self._unprotected().create({"cycle_id": cycle.id})
        members = self.env["savings.membership"].search(
            [("cycle_id", "=", cycle.id), ("state", "=", "active")]
        )
        self.env["savings.share.out.line"]._unprotected().create(
            [
                {"share_out_id": share_out_record.id, "membership_id": member.id}
                for member in members
            ]
        )
        share_out_record = share_out_record.with_env(self.env)
        share_out_record._recompute()
        return share_out_record

    # -- arithmetic ------------------------------------------------------------
    def _units(self, amount):
        """Return an amount in whole smallest units of the currency."""
        return round(amount / self.currency_id.rounding)

    def _amount(self, units):
        return self.currency_id.round(float(units) * self.currency_id.rounding)

    def _fund(self):
        """Return the cash that is shared out."""
        self.ensure_one()
        balances = self.cycle_id._current_balances()
        fund = (
            balances["loan"] + balances["bank"] - balances["debt"] - balances["grant"]
        )
        if self.cycle_id.social_shared:
            fund += balances["social"]
        return self.currency_id.round(fund)

    def _recompute(self):
        """Work the draft out again from the books and the decisions on the lines."""
        for record in self.filtered(lambda share: share.state == "draft"):
            lines = record.line_ids
            shares = lines.membership_id._shares()
            debts = self.env["savings.loan"]._debt_on(lines.membership_id, record.date)
            claims = []
            for line in lines:
                debt = debts[line.membership_id]
                netting = debt if line.decision in ("net", "net_write_off") else 0
                claims.append(
                    Claim(line.id, shares[line.membership_id], record._units(netting))
                )
            fund = record._fund()
            step = max(record._units(record.cycle_id.payout_step), 1)
            cash = max(record._units(fund), 0)
            result = share_out(cash, claims, step)
            whole = set(lines.filtered(lambda line: line.decision == "net").ids)
            bring = least_to_bring(cash, claims, whole)
            for line in lines:
                payout = result.payouts[line.id]
                line._unprotected().write(
                    {
                        "shares": shares[line.membership_id],
                        "debt": debts[line.membership_id],
                        "gross": record._amount(int(payout.gross)),
                        "netted": record._amount(payout.netted),
                        "unpaid": record._amount(payout.unpaid),
                        "to_bring": record._amount(bring.get(line.id, 0)),
                        "payout": record._amount(payout.payout),
                    }
                )
            record._unprotected().write(
                {
                    "fund": fund,
                    "netted": sum(lines.mapped("netted")),
                    "shares_total": sum(lines.mapped("shares")),
                    "value_per_share": float(result.value)
                    * record.currency_id.rounding,
                    "payout_total": sum(lines.mapped("payout")),
                    "left_in_total": sum(lines.mapped("left_in")),
                    "rest": record._amount(result.rest),
                }
            )

    # -- steps -----------------------------------------------------------------
    def action_recompute(self):
        """Work the draft out again. For the group's agent or a savings manager."""
        self.check_access("write")
        self._recompute()
        return True

    @step(frm="draft", to="cancelled", locks="cycle_id", referencing=True)
    def action_cancel(self):
        """Give the draft up; the cycle goes on. For the agent or a savings manager.

        :raises UserError: the share-out is confirmed.
        """
        self.cycle_id._unprotected().write({"state": "active"})

    @step(frm="draft", to=("confirmed",), locks="cycle_id", referencing=True)
    def action_confirm(self):
        """Net and write off the loans and fix the payouts, whole or not at all (R49).

        For the group's agent or a savings manager.

        :raises UserError: a loan nobody decided on, debt over the payout, a write-off
            without a minute, or less cash in the box than is paid out.
        """
        self._recompute()
        for record in self:
            record._check_fund()
            record.line_ids._check_decided()
            record._check_cash_covers()
            record._settle_loans()
        self._unprotected().write(
            {
                "state": "confirmed",
                "confirmed_by_id": self.env.uid,
                "confirmed_on": fields.Datetime.now(),
            }
        )
        return True

    def _check_fund(self):
        self.ensure_one()
        if self.fund < 0:
            raise UserError(
                self.env._(
                    "The group's debts and the grants it keeps exceed its cash by "
                    "%(amount)s: settle them in a meeting before the share-out.",
                    amount=self.currency_id.format(-self.fund),
                )
            )
        if not self.shares_total:
            raise UserError(
                self.env._("No member holds a share: there is nothing to share out.")
            )

    def _check_cash_covers(self):
        self.ensure_one()
        balances = self.cycle_id._current_balances()
        cash = balances["loan"] + (
            balances["social"] if self.cycle_id.social_shared else 0.0
        )
        paid = self.payout_total - self.left_in_total
        if self.currency_id.compare_amounts(paid, cash) > 0:
            raise UserError(
                self.env._(
                    "%(paid)s is to be paid out and the box holds %(cash)s: fetch the "
                    "money from the bank in a meeting first.",
                    paid=self.currency_id.format(paid),
                    cash=self.currency_id.format(cash),
                )
            )

    def _settle_loans(self):
        """Write charges, nettings and write-offs on the loans."""
        self.ensure_one()
        loans = self.env["savings.loan"]._live_of(self.line_ids.membership_id)
        moves = self.env["savings.loan.move"]._unprotected()
        charges = loans._prepare_charges(self.date, self.env["savings.meeting"])
        moves.create([dict(vals, share_out_id=self.id) for vals in charges])
        by_member = loans.grouped("membership_id")
        vals_list = []
        for line in self.line_ids.filtered("debt"):
            left = line.netted
            for loan in by_member[line.membership_id]:
                paid = min(left, loan.balance)
                left = self.currency_id.round(left - paid)
                netting = loan._prepare_payment(
                    paid, "netting", self.date, share_out_id=self.id
                )
                if paid:
                    vals_list.append(netting)
                rest = {
                    "principal": -loan.principal_balance - netting["principal"],
                    "charge": -loan.charge_balance - netting["charge"],
                }
                if any(not self.currency_id.is_zero(part) for part in rest.values()):
                    vals_list.append(
                        dict(
                            rest,
                            loan_id=loan.id,
                            kind="write_off",
                            date=self.date,
                            share_out_id=self.id,
                            explanation=line.minute,
                        )
                    )
                    loan._unprotected().write(
                        {"state": "written_off", "minute": line.minute}
                    )
        moves.create(vals_list)
        loans._settle_state()

    @step(frm="confirmed", locks="cycle_id", referencing=True)
    def action_sign_all(self):
        """Note that everybody has received and signed. For the agent or a manager."""
        self.line_ids._sign()

    def _missing_to_close(self):
        unsigned = self.line_ids.filtered(lambda line: not line.signed_on)
        if not unsigned:
            return []
        return [
            self.env._(
                "%(count)s members have not signed for their payout, the first is "
                "number %(number)s: hand it over, then close.",
                count=len(unsigned),
                number=unsigned[0].member_number,
            )
        ]

    @step(
        frm="confirmed",
        to="closed",
        locks="cycle_id",
        referencing=True,
        stamp="closed",
        check="_missing_to_close",
    )
    def action_close(self):
        """Close the share-out and its cycle. For the agent or a savings manager.

        What stays in the box opens the next cycle: shares left in, the rest, the
        social fund, the bank, debts and grants kept.

        :raises UserError: a payout is not signed for.
        """
        for record in self:
            cycle = record.cycle_id
            cycle._unprotected().write(
                dict(
                    record._prepare_closing(),
                    state="closed",
                    closed_on=record.date,
                )
            )

    def _prepare_closing(self):
        """Return what is in the box and on the books after the payouts."""
        self.ensure_one()
        cycle = self.cycle_id
        closing = cycle._current_balances()
        if cycle.social_shared:
            closing["loan"] += closing["social"]
            closing["social"] = 0.0
        closing["loan"] -= self.payout_total - self.left_in_total
        if cycle.rest_to == "social":
            moved = min(self.rest, closing["loan"])
            closing["loan"] -= moved
            closing["social"] += moved
        return {
            f"closing_{pot}": self.currency_id.round(closing[pot]) for pot in BALANCES
        }

    def _action_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
