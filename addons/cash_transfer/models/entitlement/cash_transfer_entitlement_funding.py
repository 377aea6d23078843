from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import EVERYTHING

#: SQL: the shares `f` of the grants that pay the payments `l`, each for its period.
SHARES_OF_PAYMENTS = """
    cash_transfer_payment_line l
    JOIN cash_transfer_entitlement_funding f
      ON f.entitlement_id = l.entitlement_id
     AND coalesce(f.date_from, l.period) <= l.period
     AND coalesce(f.date_to, l.period) >= l.period
"""


class CashTransferEntitlementFunding(models.Model):
    """A grant's share of an entitlement; the shares add up to 100 % (R53)."""

    _name = "cash.transfer.entitlement.funding"
    _description = "Grant's Share of an Entitlement"
    _inherit = ["remediation.case.owned"]
    _order = "id"

    _protected_fields = frozenset(
        {"planned", "spent", "committed", "state", "date_from", "date_to"}
    )
    _frozen_fields = frozenset({"entitlement_id"})
    _decided_by = "entitlement_id"
    _open_fields = {"draft": EVERYTHING}

    entitlement_id = fields.Many2one(
        "cash.transfer.entitlement",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    grant_id = fields.Many2one(
        "cash.transfer.grant",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    share = fields.Float(required=True, digits=(5, 2), default=100.0)
    date_from = fields.Date(
        readonly=True, copy=False, help="Set where the grant follows another one."
    )
    date_to = fields.Date(
        readonly=True, copy=False, help="Set where another grant follows."
    )
    state = fields.Selection(related="entitlement_id.state", store=True, index=True)
    currency_id = fields.Many2one(related="grant_id.currency_id")
    planned = fields.Monetary(
        readonly=True,
        copy=False,
        help="Payments that fall within the grant's dates, in its currency.",
    )
    spent = fields.Monetary(readonly=True, copy=False)
    committed = fields.Monetary(readonly=True, copy=False)

    _share_positive = models.Constraint(
        "CHECK (share > 0 AND share <= 100)", "A share lies between 0 and 100 %."
    )
    _grant_once = models.UniqueIndex(
        "(entitlement_id, grant_id) WHERE date_to IS NULL",
        "Each grant is named once per entitlement.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        entitlements = self.env["cash.transfer.entitlement"].browse(
            vals["entitlement_id"] for vals in vals_list if vals.get("entitlement_id")
        )
        cases = {entitlement.id: entitlement.case_id.id for entitlement in entitlements}
        return super().create(
            [
                dict(
                    vals,
                    case_id=vals.get("case_id")
                    or cases.get(vals.get("entitlement_id")),
                )
                for vals in vals_list
            ]
        )

    @api.constrains("entitlement_id", "case_id")
    def _check_case(self):
        if self.filtered(lambda f: f.case_id != f.entitlement_id.case_id):
            raise ValidationError(
                self.env._("The entitlement belongs to another case.")
            )

    def _payment_numbers(self):
        """Return the numbers (from 1) of the entitlement's payments that fall within
        the grant's dates."""
        self.ensure_one()
        entitlement, grant = self.entitlement_id, self.grant_id
        scheme = entitlement.scheme_id
        start = entitlement.date_from
        last = min(entitlement.date_to or grant.date_end, grant.date_end)
        if self.date_to:
            last = min(last, self.date_to)
        first = max(grant.date_start, self.date_from or grant.date_start)
        skipped = 0
        if start < first:
            skipped = scheme._periods(start, first) - 1
        return range(max(skipped, 0) + 1, scheme._periods(start, last) + 1)

    def _planned_amount(self):
        """Return this share of the payments due within the grant's dates, in the
        grant's currency, by the grant's rate rule as of today."""
        self.ensure_one()
        entitlement, grant = self.entitlement_id, self.grant_id
        scheme = entitlement.scheme_id
        total = sum(
            scheme._amount_for(entitlement.amount, number)
            for number in self._payment_numbers()
        )
        return grant._told(
            total * self.share / 100.0, entitlement.currency_id, self._place_today()
        )

    def _get_shortfalls(self):
        """Return grant → sentence for the grants that cannot carry these shares."""
        wanted = {}
        for funding in self:
            extra = funding._planned_amount() - funding.spent - funding.committed
            wanted[funding.grant_id] = wanted.get(funding.grant_id, 0.0) + extra
        self.env["cash.transfer.grant"].invalidate_model(
            ["available", "committed", "spent"]
        )
        return {
            grant: self.env._(
                "%(grant)s: %(wanted)s wanted, %(available)s available",
                grant=grant.display_name,
                wanted=grant.currency_id.format(amount),
                available=grant.currency_id.format(grant.available),
            )
            for grant, amount in wanted.items()
            if grant.currency_id.compare_amounts(amount, grant.available) > 0
        }

    def _commit_budget(self):
        """Store what is planned and not yet spent; nothing once ended. Writes what
        changed only."""
        for funding in self:
            currency = funding.currency_id
            live = funding.entitlement_id.state in ("approved", "active", "suspended")
            planned = funding._planned_amount() if live else funding.planned
            committed = max(planned - funding.spent, 0.0) if live else 0.0
            if currency.compare_amounts(planned, funding.planned) or (
                currency.compare_amounts(committed, funding.committed)
            ):
                funding._unprotected().write(
                    {"planned": planned, "committed": committed}
                )
        self.entitlement_id._note_unfunded()

    @api.model
    def _cron_commit_budget(self):
        """Bring all commitments up to date: rates change every day (R65)."""
        self._commit_open([])

    @api.model
    def _commit_open(self, domain):
        """Bring the commitments of live entitlements within a domain up to date."""
        live = [("state", "in", ["approved", "active", "suspended"])]
        each_batch(self.search([*domain, *live]), lambda batch: batch._commit_budget())
