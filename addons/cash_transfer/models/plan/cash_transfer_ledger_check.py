from odoo import api, fields, models

from odoo.addons.remediation_base.tools.batches import each_batch

KINDS = [
    ("money", "Money with the Provider"),
    ("delivered", "Delivered, Fees and Written Off"),
    ("cost", "Cost of the Deliveries"),
    ("claims", "Claims on the Provider"),
    ("analytic", "Charged to the Grants"),
    ("funding", "Funding Entry"),
    ("matching", "Matched with the Advance"),
    ("account", "Provider's Account"),
]


class CashTransferLedgerCheck(models.Model):
    """Where a plan and the posted ledger say different things (R68): one row each.

    Written every night and by *Compare with the Ledger*; a row that is explained goes.
    Finance and the auditor read it. Amounts only, codes only.
    """

    _name = "cash.transfer.ledger.check"
    _description = "Difference between Plan and Ledger"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "since, id"
    _rec_name = "kind"

    _protected_fields = frozenset(
        {
            "plan_id",
            "provider_id",
            "company_id",
            "kind",
            "currency_id",
            "expected",
            "found",
            "since",
        }
    )

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: the provider's account as a whole.",
    )
    provider_id = fields.Many2one(
        "cash.transfer.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    expected = fields.Monetary(readonly=True, string="As the Plan Says")
    found = fields.Monetary(readonly=True, string="As the Ledger Says")
    difference = fields.Monetary(compute="_compute_difference")
    since = fields.Date(required=True, readonly=True)

    @api.depends("expected", "found")
    def _compute_difference(self):
        for check in self:
            check.difference = check.found - check.expected

    def action_open_plan(self):
        """Open the plan, or the provider where no single plan differs."""
        self.ensure_one()
        return (self.plan_id or self.provider_id)._get_records_action()

    @api.model
    def _cron_compare(self):
        """Compare every plan and provider with the posted ledger."""
        providers = self.env["cash.transfer.provider"].with_context(active_test=False)
        each_batch(
            providers.search([("company_id", "!=", False)]),
            lambda batch: batch._compare_with_ledger(),
        )

    @api.model
    def _store(self, providers, plans, rows):
        """Replace the rows of these plans and providers, keeping since when each is
        known.

        :param rows: ``[(plan, provider, kind, currency, expected, found)]``
        """
        # sudo: the comparison reads every plan; nobody writes its rows
        checks = self.sudo()._unprotected()
        old = checks.search(
            [
                "|",
                ("plan_id", "in", plans.ids),
                "&",
                ("plan_id", "=", False),
                ("provider_id", "in", providers.ids),
            ]
        )

        def key(plan, provider, kind, currency):
            return plan.id, provider.id, kind, currency.id

        since = {
            key(row.plan_id, row.provider_id, row.kind, row.currency_id): row.since
            for row in old
        }
        old.unlink()
        today = self._place_today()
        return checks.create(
            [
                {
                    "plan_id": plan.id,
                    "provider_id": provider.id,
                    "company_id": provider.company_id.id,
                    "kind": kind,
                    "currency_id": currency.id,
                    "expected": expected,
                    "found": found,
                    "since": since.get(key(plan, provider, kind, currency), today),
                }
                for plan, provider, kind, currency, expected, found in rows
            ]
        )
