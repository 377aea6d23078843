from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.steps import step

from .cash_transfer_entitlement import LIVE_STATES


class CashTransferGrantExchange(models.Model):
    """One grant follows another on many entitlements from a period on (R70).

    A releaser asks, another one confirms. Periods before the day stay with the old
    grant; locked plans do not change. Releasers alone; the auditor reads.
    """

    _name = "cash.transfer.grant.exchange"
    _description = "Exchange of a Grant"
    _inherit = ["remediation.protected.mixin", "remediation.shown"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _rec_name = "to_grant_id"
    _check_company_auto = True

    _protected_fields = frozenset(
        {"state", "asked_by_id", "confirmed_by_id", "confirmed_on", "changed_count"}
    )
    _frozen_fields = frozenset(
        {"from_grant_id", "to_grant_id", "date", "scheme_id", "reason", "company_id"}
    )

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    from_grant_id = fields.Many2one(
        "cash.transfer.grant", required=True, ondelete="restrict", check_company=True
    )
    to_grant_id = fields.Many2one(
        "cash.transfer.grant", required=True, ondelete="restrict", check_company=True
    )
    date = fields.Date(
        string="From", required=True, help="First period that the new grant pays."
    )
    scheme_id = fields.Many2one(
        "cash.transfer.scheme",
        ondelete="restrict",
        check_company=True,
        help="Empty: every scheme that the old grant pays for.",
    )
    reason = fields.Char(required=True)
    state = fields.Selection(
        [("asked", "Asked"), ("done", "Done"), ("refused", "Refused")],
        required=True,
        default="asked",
        readonly=True,
        index=True,
    )
    asked_by_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.user
    )
    confirmed_by_id = fields.Many2one("res.users", readonly=True)
    confirmed_on = fields.Datetime(readonly=True)
    entitlement_count = fields.Integer(compute="_compute_entitlement_count")
    changed_count = fields.Integer(readonly=True, string="Entitlements Changed")

    _two_grants = models.Constraint(
        "CHECK (from_grant_id <> to_grant_id)", "Choose two different grants."
    )

    def _compute_entitlement_count(self):
        for exchange in self:
            # sudo: a number; releasers read entitlements, not each of their grants
            exchange.entitlement_count = len(exchange.sudo()._fundings())

    @api.model_create_multi
    def create(self, vals_list):
        exchanges = super().create(vals_list)
        for exchange in exchanges:
            self.env["cash.transfer.duty"]._check_duty("release", exchange.company_id)
            if exchange.date.day != 1:
                raise UserError(
                    self.env._("Choose the first day of a month: periods begin there.")
                )
        return exchanges

    def _fundings(self):
        """Return the shares of the old grant that have payments from the day on."""
        self.ensure_one()
        domain = [
            ("grant_id", "=", self.from_grant_id.id),
            ("state", "in", list(LIVE_STATES)),
            ("date_to", "=", False),
            "|",
            ("entitlement_id.date_to", "=", False),
            ("entitlement_id.date_to", ">=", self.date),
        ]
        if self.scheme_id:
            domain.append(("entitlement_id.scheme_id", "=", self.scheme_id.id))
        return self.env["cash.transfer.entitlement.funding"].search(domain)

    @step(frm="asked", to="refused", duty="release", referencing=True)
    def action_refuse(self):
        """Refuse the exchange. For releasers."""

    @step(
        frm="asked",
        to="done",
        duty="release",
        not_by="asked_by_id",
        stamp="confirmed",
        referencing=True,
        seen="content_hash",
    )
    def action_confirm(self):
        """Carry the exchange out, all or nothing. For a releaser other than who asked.

        :raises AccessError: the person who asked.
        :raises UserError: the new grant is not allowed by a scheme, does not cover the
            time, or does not suffice.
        """
        self.ensure_one()
        own = self.sudo()  # sudo: budget rows of cases that releasers do not read
        grant, day = own.to_grant_id, own.date
        grant.lock_for_update(allow_referencing=True)
        old = own._fundings()
        if not old:
            raise UserError(
                self.env._("No support is paid by the old grant from that day on.")
            )
        foreign = old.entitlement_id.scheme_id.filtered(
            lambda scheme: grant not in scheme.grant_ids
        )
        if foreign:
            raise UserError(
                self.env._(
                    "%(scheme)s does not allow the new grant: add it there first.",
                    scheme=foreign[0].name,
                )
            )
        before = {e: e._unfunded()[1] for e in old.entitlement_id}
        last = day - timedelta(days=1)
        new = old.browse()
        for funding in old:
            values = {
                "case_id": funding.case_id.id,
                "entitlement_id": funding.entitlement_id.id,
                "grant_id": grant.id,
                "share": funding.share,
                "date_from": day,
            }
            same = funding.entitlement_id.funding_ids.filtered(
                lambda f: f.grant_id == grant and not f.date_to
            )
            if same:  # two shares of one grant from the day on
                values["share"] += same.share
                same._unprotected().date_to = last
            funding._unprotected().date_to = last
            new |= new._unprotected().create(values)
        self._check_covered(before)
        (old | new).entitlement_id.funding_ids._commit_budget()
        grant.invalidate_recordset(["available", "committed", "spent"])
        if grant.currency_id.compare_amounts(grant.available, 0.0) < 0:
            raise UserError(
                self.env._(
                    "%(grant)s does not suffice: %(amount)s are missing.",
                    grant=grant.display_name,
                    amount=grant.currency_id.format(-grant.available),
                )
            )
        self._unprotected().changed_count = len(old.entitlement_id)

    def _check_covered(self, before):
        """An exchange leaves no period without a funder that had one (R65)."""
        worse = [
            entitlement
            for entitlement, amount in before.items()
            if entitlement.currency_id.compare_amounts(
                entitlement._unfunded()[1], amount
            )
            > 0
        ]
        if worse:
            raise UserError(
                self.env._(
                    "The new grant does not cover the time of %(codes)s.",
                    codes=", ".join(one.name for one in worse[:20]),
                )
            )
