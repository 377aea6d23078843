from odoo import api, fields, models


class ResCompany(models.Model):
    """Accounts and limits of a company's cash transfers."""

    _name = "res.company"
    _inherit = ["res.company", "cash.transfer.steered"]

    _steering_changes_only = True
    _steering_fields = frozenset(
        {
            "cash_journal_id",
            "cash_expense_account_id",
            "cash_fee_account_id",
            "cash_advance_account_id",
            "cash_claims_account_id",
            "cash_write_off_account_id",
            "cash_ineligible_analytic_id",
            "cash_exchange_policy",
            "cash_emergency_limit",
            "cash_cooling_hours",
            "cash_adolescent_age",
        }
    )

    cash_journal_id = fields.Many2one(
        "account.journal",
        string="Cash Transfer Journal",
        check_company=True,
        domain=[("type", "=", "general")],
        help="Miscellaneous journal of the entries that a reconciliation posts.",
    )
    cash_expense_account_id = fields.Many2one(
        "account.account", string="Cash Assistance Expense", check_company=True
    )
    cash_fee_account_id = fields.Many2one(
        "account.account", string="Transfer Fees", check_company=True
    )
    cash_advance_account_id = fields.Many2one(
        "account.account",
        string="Advances to Providers",
        check_company=True,
        domain=[("reconcile", "=", True)],
    )
    cash_claims_account_id = fields.Many2one(
        "account.account",
        string="Claims on Providers",
        check_company=True,
        help="What a provider paid too much, twice or to somebody unknown stays here "
        "until it is explained. It is never an expense before that.",
    )
    cash_write_off_account_id = fields.Many2one(
        "account.account", string="Written-Off Claims", check_company=True
    )
    cash_ineligible_analytic_id = fields.Many2one(
        "account.analytic.account",
        string="Ineligible Costs",
        check_company=True,
        help="Analytic account that carries what no grant accepts.",
    )
    cash_exchange_policy = fields.Selection(
        [
            ("fifo", "Cost of the Advance (first in, first out)"),
            ("day", "Rate of the Day"),
        ],
        string="Exchange Policy",
        default="fifo",
        required=True,
    )
    cash_emergency_limit = fields.Monetary(
        string="Emergency Cash Up To",
        help="Up to this amount, one person who did not prepare a payment plan may "
        "approve and release it.",
    )
    cash_cooling_hours = fields.Integer(
        string="Hours before a Changed Account Is Paid", default=48, required=True
    )
    cash_adolescent_age = fields.Integer(
        string="Adolescent Parents May Be Payees From", default=15, required=True
    )

    _cash_limits = models.Constraint(
        "CHECK (cash_emergency_limit >= 0 AND cash_cooling_hours >= 0)",
        "Limits and hours cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # sudo: whoever creates companies need not hold a cash duty.
        self.env["cash.transfer.duty.pair"].sudo()._fill_defaults(companies)
        return companies

    def _steers_by_now(self, name):
        """Setting up takes one person: an account waits for a second one from its first
        choice on, when entries are made with it."""
        return self._fields[name].type != "many2one" or bool(self[name])
