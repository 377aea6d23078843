from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)


class CashFundingRequest(models.Model):
    """What the treasurer is asked to send for the next cycles: made from the forecast,
    approved by a second person, printed as a paper.

    Cash officers ask, approvers approve, releasers say that the money came; auditors
    and reconcilers read.
    """

    _name = "cash.funding.request"
    _description = "Funding Request"
    _inherit = ["remediation.coded.mixin", "remediation.shown"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "FR"
    _protected_fields = frozenset(
        {
            "state",
            "asked_by_id",
            "asked_on",
            "approved_by_id",
            "approved_on",
            "funded_by_id",
            "funded_on",
            "decline_reason",
        }
    )
    _frozen_fields = frozenset({"company_id"})
    _open_fields = {"draft": EVERYTHING}

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="First Month",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    cycles = fields.Integer(required=True, default=3, help="Months asked for, up to 6.")
    note = fields.Char(help="Stands on the paper; no names.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asked", "Asked"),
            ("approved", "Approved"),
            ("funded", "Funded"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    decline_reason = fields.Char(string="Why Declined", readonly=True, copy=False)
    asked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    asked_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    funded_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    funded_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("cash.funding.request.line", "request_id", copy=True)
    total = fields.Char(compute="_compute_total", string="Total Asked")

    _cycles = models.Constraint(
        "CHECK (cycles BETWEEN 1 AND 6)", "A request covers one to six months."
    )

    @api.depends("line_ids.amount", "line_ids.currency_id")
    @api.depends_context("lang")
    def _compute_total(self):
        for request in self:
            request.total = " + ".join(
                currency.format(amount) for currency, amount in request._get_totals()
            )

    @api.constrains("date_from")
    def _check_first_day(self):
        if self.filtered(lambda request: request.date_from.day != 1):
            raise ValidationError(
                self.env._("Choose the first day of a month: periods begin there.")
            )

    def _get_totals(self):
        """Return ``[(currency, amount)]`` of what is asked for."""
        self.ensure_one()
        return [
            (currency, currency.round(sum(lines.mapped("amount"))))
            for currency, lines in sorted(
                self.line_ids.grouped("currency_id").items(),
                key=lambda pair: pair[0].name or "",
            )
        ]

    @step(frm="draft", duty="prepare")
    def action_fill(self):
        """Fill the request from the forecast; what stood there goes. For cash
        officers."""
        for request in self:
            # sudo: sums over all support, which no single duty reads as a whole
            rows = self.env["cash.forecast"].sudo()
            rows = rows._get_rows(request.company_id, request.date_from, request.cycles)
            request.line_ids.unlink()
            lines = self.env["cash.funding.request.line"]
            lines._unprotected().create(
                [
                    {
                        "request_id": request.id,
                        **{
                            name: row[name]
                            for name in (
                                "period",
                                "currency_id",
                                "provider_id",
                                "grant_id",
                                "held",
                            )
                        },
                        "due": row["due"] + row["fees"],
                        "amount": max(row["needed"], 0.0),
                    }
                    for row in rows
                ]
            )

    def _missing_to_ask(self):
        self.ensure_one()
        if any(self.line_ids.mapped("amount")):
            return []
        return [self.env._("Nothing is asked for: fill the request first.")]

    @step(
        frm="draft",
        to="asked",
        duty="prepare",
        stamp="asked",
        check="_missing_to_ask",
    )
    def action_ask(self):
        """Ask the treasurer; the amounts are closed. For cash officers."""

    @step(
        frm="asked",
        to="draft",
        duty=("approve", "prepare"),
        asks={"reason": "decline_reason"},
        title=_lt("Give Back"),
    )
    def action_decline(self, reason):
        """Give the request back with a reason. For approvers, and the officers who
        take it back."""
        self._unprotected().write({"asked_by_id": False, "asked_on": False})

    @step(
        frm="asked",
        to="approved",
        duty="approve",
        not_by=("asked_by_id", "create_uid"),
        stamp="approved",
        seen="content_hash",
    )
    def action_approve(self):
        """Approve the request. For an approver who did not make or ask it."""

    @step(
        frm="approved",
        to="funded",
        duty="release",
        stamp="funded",
    )
    def action_funded(self):
        """Say that the money came. For releasers."""
