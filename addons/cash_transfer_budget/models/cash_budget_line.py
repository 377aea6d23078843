from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.money import Money


class CashBudgetLine(models.Model):
    """One line of a grant's budget: the donor's heading, the accounts it pays, a period
    and an amount in the grant's currency.

    Lines change with their grant, by two persons and with history (R63): that is how a
    grant is extended and its money moved from one heading to another. Cash duties and
    auditors read them, releasers and administrators of accounting maintain them.
    """

    _name = "cash.budget.line"
    _description = "Line of a Grant's Budget"
    _inherit = ["cash.transfer.steered.line"]
    _rules_of = "remediation.in.company"
    _order = "grant_id, date_from, sequence, id"
    _rec_name = "heading"

    _steering_parent = "grant_id"

    grant_id = fields.Many2one(
        "cash.transfer.grant", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="grant_id.currency_id")
    sequence = fields.Integer(default=10)
    heading = fields.Char(
        required=True, help="The line of the donor's own budget, with its number."
    )
    account_ids = fields.Many2many(
        "account.account",
        string="Accounts",
        check_company=True,
        help="What is booked on these accounts counts here. Empty: every account that "
        "no other line of the period names.",
    )
    date_from = fields.Date(required=True, string="From")
    date_to = fields.Date(required=True, string="To")
    amount = fields.Monetary(required=True, string="Budget")
    spent = fields.Monetary(
        compute="_compute_figures",
        help="What the posted ledger charged to the grant on these accounts.",
    )
    committed = fields.Monetary(
        compute="_compute_figures",
        help="Approved support that is not paid yet, and bills not posted yet.",
    )
    available = fields.Monetary(compute="_compute_figures")
    used = fields.Float(
        compute="_compute_figures", string="Burn (%)", help="Spent, of the budget."
    )
    elapsed = fields.Float(
        compute="_compute_figures",
        string="Time (%)",
        help="Days of the period that have passed.",
    )
    forecast = fields.Monetary(
        compute="_compute_figures",
        help="At the end of the period: spent and committed, or the present pace kept "
        "up, whichever is more.",
    )

    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "A budget cannot be negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "A period ends after it starts."
    )

    def _steering_line(self):
        self.ensure_one()
        codes = ",".join(self.account_ids.mapped("code")) or "*"
        return (
            f"{self.heading} [{codes}] {self.date_from}–{self.date_to}: "
            f"{self.currency_id.format(self.amount)}"
        )

    def _check_places(self):
        """Every cost has one line at most: periods are the same or apart, and an
        account stands in one line of a period. Asked when a grant changed as a whole:
        its lines change one after the other.

        :raises ValidationError: names the lines and what to do.
        """
        for grant in self.grant_id:
            lines = grant.budget_line_ids
            for number, line in enumerate(lines):
                if line.date_from < grant.date_start or line.date_to > grant.date_end:
                    raise ValidationError(
                        self.env._(
                            "The period of “%(heading)s” lies outside the grant: keep "
                            "it between %(start)s and %(end)s.",
                            heading=line.heading,
                            start=grant.date_start,
                            end=grant.date_end,
                        )
                    )
                for other in lines[number + 1 :]:
                    line._check_beside(other)

    def _check_beside(self, other):
        mine, theirs = self._period(), other._period()
        if mine != theirs:
            if mine[0] <= theirs[1] and theirs[0] <= mine[1]:
                raise ValidationError(
                    self.env._(
                        "The periods of “%(one)s” and “%(other)s” overlap: give them "
                        "the same dates, or dates apart.",
                        one=self.heading,
                        other=other.heading,
                    )
                )
            return
        if not self.account_ids and not other.account_ids:
            raise ValidationError(
                self.env._(
                    "“%(one)s” and “%(other)s” name no account: one line of a period "
                    "takes what is left.",
                    one=self.heading,
                    other=other.heading,
                )
            )
        twice = self.account_ids & other.account_ids
        if twice:
            raise ValidationError(
                self.env._(
                    "Account %(account)s stands in “%(one)s” and in “%(other)s”: keep "
                    "it in one of them.",
                    account=twice[0].code,
                    one=self.heading,
                    other=other.heading,
                )
            )

    def _period(self):
        self.ensure_one()
        return self.date_from, self.date_to

    @api.depends("amount", "account_ids", "date_from", "date_to")
    @api.depends_context("uid")
    def _compute_figures(self):
        # sudo: budget figures are sums; who reads a budget reads no journal items
        figures = self.sudo().grant_id._get_line_figures()
        today = fields.Date.context_today(self)
        for line in self:
            spent, committed = figures.get(line._origin.id, (0.0, 0.0))
            line.spent, line.committed = spent, committed
            line.available = line.amount - spent - committed
            line.used = 100.0 * spent / line.amount if line.amount else 0.0
            days = passed = 0
            if line.date_from and line.date_to:
                days = (line.date_to - line.date_from).days + 1
                passed = min(max((today - line.date_from).days + 1, 0), days)
            line.elapsed = 100.0 * passed / days if days else 0.0
            pace = spent * days / passed if passed else 0.0
            line.forecast = max(spent + committed, pace)


def line_at(lines, account_id, day):
    """Return the line among these that pays an account on a day, or an empty one."""
    rest = lines.browse()
    for line in lines:
        if line.date_from <= day <= line.date_to:
            if account_id in line.account_ids.ids:
                return line
            if not line.account_ids:
                rest = line
    return rest


def units_of(amount, currency):
    return Money.of(currency.round(amount), currency).units
