from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools import sheets

#: Columns of the sheet, in their order.
COLUMNS = (
    "kind",
    "name",
    "currency_id",
    "amount",
    "company_amount",
    "date_from",
    "date_to",
    "budget",
    "account_code",
    "scheme_name",
)


class CashOpeningRow(models.Model):
    """A row of the sheet of opening balances, and what becomes of it."""

    _name = "cash.opening.row"
    _description = "Row of Opening Balances"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "opening_id, number"

    _protected_fields = frozenset(
        {
            "opening_id",
            "number",
            "problem",
            "outcome",
            "sentence",
            "key",
            "is_done",
            *COLUMNS,
        }
    )

    opening_id = fields.Many2one(
        "cash.opening", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="opening_id.company_id", store=True, index=True, precompute=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    number = fields.Integer(string="Row", readonly=True, required=True)
    kind = fields.Selection(
        [
            ("provider", "Provider Account"),
            ("grant", "Grant"),
            ("entitlement", "Open Support"),
        ],
        readonly=True,
    )
    name = fields.Char(
        string="Name or Case Code",
        readonly=True,
        help="Of the provider or the grant; the code of the case for support.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Held or Spent",
        readonly=True,
        help="What the provider holds, or what the grant spent to date.",
    )
    company_amount = fields.Monetary(
        string="In the Books",
        readonly=True,
        currency_field="company_currency_id",
        help="The same in the company's currency. Empty: by the rate of the day.",
    )
    date_from = fields.Date(
        string="From",
        readonly=True,
        help="Of the grant; for support the first month that is still to be paid.",
    )
    date_to = fields.Date(string="To", readonly=True)
    budget = fields.Monetary(readonly=True)
    account_code = fields.Char(
        string="Account or Journal",
        readonly=True,
        help="Of a grant, the account that its costs are shown on. Of our own wallet, "
        "the code of its journal.",
    )
    scheme_name = fields.Char(string="Scheme", readonly=True)
    problem = fields.Char(readonly=True)
    outcome = fields.Selection(
        [("new", "New"), ("there", "There Already"), ("wrong", "Wrong")], readonly=True
    )
    sentence = fields.Char(string="What Becomes of It", readonly=True)
    key = fields.Char(readonly=True)
    is_done = fields.Boolean(
        string="Brought In", readonly=True, default=False, copy=False
    )

    _once = models.UniqueIndex(
        "(company_id, key) WHERE is_done", "This was brought in already."
    )

    # -- reading ---------------------------------------------------------------------
    @api.model
    def _read_cells(self, company, cells):
        """Return the values of a row; what cannot be read stands in ``problem``."""
        values, problems = {}, []
        for name in COLUMNS:
            cell = cells.get(name)
            try:
                values[name] = self._read_cell(company, name, cell)
            except sheets.SheetError as error:
                problems.append(sheets.explain(self.env, error))
            except UserError as error:
                problems.append(str(error.args[0]))
        values["problem"] = " ".join(problems)
        parts = [values.get("kind"), values.get("name")]
        if values.get("kind") == "provider":
            parts.append(values.get("currency_id"))
        elif values.get("kind") == "entitlement":
            parts.append(values.get("scheme_name"))
        values["key"] = "|".join(sheets.fold(part) for part in parts)
        return values

    @api.model
    def _read_cell(self, company, name, cell):
        if name in ("amount", "company_amount", "budget"):
            return sheets.as_number(cell) or 0.0
        if name in ("date_from", "date_to"):
            return sheets.as_date(cell) or False
        text = sheets.as_text(cell).strip()
        if name == "kind":
            return self._read_kind(text)
        if name == "currency_id":
            currency = self.env["res.currency"].search(
                [("name", "=", text.upper() or company.currency_id.name)]
            )
            if not currency:
                raise UserError(
                    self.env._("No currency %(code)s is in use.", code=text)
                )
            return currency.id
        return text

    @api.model
    def _read_kind(self, text):
        known = {}
        for lang, _name in self.env["res.lang"].get_installed():
            rows = self.with_context(lang=lang)
            for value, label in rows._fields["kind"]._description_selection(rows.env):
                known |= {value: value, sheets.fold(label): value}
        if sheets.fold(text) not in known:
            raise UserError(
                self.env._("“%(word)s” is no kind of row: see the template.", word=text)
            )
        return known[sheets.fold(text)]

    # -- making ----------------------------------------------------------------------
    def _make(self, seen):
        """Make what the row says, once; called with sudo.

        :param seen: keys of the sheet so far, and their rows
        :return: ``(outcome, sentence, items of the entry)``
        :raises UserError: what is wrong, and what to do.
        """
        self.ensure_one()
        if self.problem:
            raise UserError(self.problem)
        if not self.name:
            raise UserError(self.env._("The name is missing."))
        if self.key in seen:
            raise UserError(
                self.env._("Row %(number)s says the same.", number=seen[self.key])
            )
        seen[self.key] = self.number
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("key", "=", self.key),
                ("is_done", "=", True),
            ],
            limit=1,
        )
        if before:
            sentence = self.env._(
                "It came with %(code)s already: nothing is made.",
                code=before.opening_id.name,
            )
            return "there", sentence, []
        if min(self.amount, self.company_amount, self.budget) < 0:
            raise UserError(self.env._("An amount cannot be negative."))
        sentence, items = getattr(self, f"_make_{self.kind}")()
        self._unprotected().is_done = True
        return "new", sentence, items

    def _cost(self):
        """Return the row's amount in the company's currency."""
        if self.currency_id == self.company_currency_id:
            return self.amount
        return self.company_amount or self.currency_id._convert(
            self.amount,
            self.company_currency_id,
            self.company_id,
            self.opening_id.date,
        )

    def _make_provider(self):
        providers = self.env["cash.transfer.provider"]
        provider = providers.search(
            [
                ("company_id", "=", self.company_id.id),
                ("name", "=ilike", self.name),
                ("kind", "!=", "prefinanced"),
            ],
            limit=1,
        )
        sentence = self.env._("The provider is there; its balance is new.")
        if not provider:
            provider = providers.create(self._provider_vals())
            sentence = self.env._("The provider is made, with its balance.")
        account = provider._get_money_account()
        if not account:
            raise UserError(
                self.env._("The company has no account for advances: see the settings.")
            )
        if not self.amount:
            return sentence, []
        partner = provider.partner_id if provider.kind == "advance" else None
        item = {
            "account_id": account.id,
            "partner_id": partner.id if partner else False,
            "currency_id": self.currency_id.id,
            "amount_currency": self.amount,
            "balance": self._cost(),
        }
        return sentence, [item]

    def _provider_vals(self):
        journals = self.env["account.journal"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("type", "in", ["bank", "cash"]),
            ]
        )
        wallet = journals.browse()
        if self.account_code:
            wallet = journals.filtered(lambda one: one.code == self.account_code)
            if not wallet:
                raise UserError(
                    self.env._(
                        "No bank or cash journal has the code %(code)s.",
                        code=self.account_code,
                    )
                )
        partners = self.env["res.partner"]
        partner = partners.search(
            [
                ("name", "=ilike", self.name),
                ("is_company", "=", True),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            limit=1,
        ) or partners.create({"name": self.name, "is_company": True})
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "currency_id": self.currency_id.id,
            "kind": "wallet" if wallet else "advance",
            "journal_id": wallet.id,
            "bank_journal_id": (journals - wallet)
            .filtered(lambda one: one.type == "bank")[:1]
            .id,
        }

    def _make_grant(self):
        grants = self.env["cash.transfer.grant"]
        grant = grants.search(
            [
                ("company_id", "=", self.company_id.id),
                ("analytic_account_id.name", "=ilike", self.name),
            ],
            limit=1,
        )
        sentence = self.env._("The grant is there; what it spent is new.")
        if not grant:
            if not (self.date_from and self.date_to and self.budget):
                raise UserError(
                    self.env._("A new grant needs its dates and its budget.")
                )
            sentence = self.env._("The grant is made, with what it spent.")
            grant = grants.create(
                {
                    "new_name": self.name,
                    "company_id": self.company_id.id,
                    "date_start": self.date_from,
                    "date_end": self.date_to,
                    "currency_id": self.currency_id.id,
                    "budget": self.budget,
                }
            )
        if not self.amount:
            return sentence, []
        self._check_spent(grant)
        account = self._get_cost_account()
        amounts = {"currency_id": self.currency_id.id, "account_id": account.id}
        cost = self._cost()
        # the trial balance keeps its figures; the grant gets its cost
        return sentence, [
            {
                **amounts,
                "amount_currency": self.amount,
                "balance": cost,
                "analytic_distribution": {str(grant.analytic_account_id.id): 100.0},
            },
            {**amounts, "amount_currency": -self.amount, "balance": -cost},
        ]

    def _check_spent(self, grant):
        if grant.currency_id != self.currency_id:
            raise UserError(
                self.env._(
                    "%(grant)s is in %(currency)s: give what it spent in it.",
                    grant=grant.display_name,
                    currency=grant.currency_id.name,
                )
            )
        if grant.currency_id.compare_amounts(self.amount, grant.budget) > 0:
            raise UserError(
                self.env._(
                    "%(grant)s has a budget of %(budget)s: it cannot have spent more.",
                    grant=grant.display_name,
                    budget=grant.currency_id.format(grant.budget),
                )
            )
        if not grant.date_start <= self.opening_id.date <= grant.date_end:
            raise UserError(
                self.env._(
                    "%(grant)s does not run on the opening day.",
                    grant=grant.display_name,
                )
            )

    def _get_cost_account(self):
        account = self.company_id.cash_expense_account_id
        if self.account_code:
            accounts = self.env["account.account"].with_company(self.company_id)
            account = accounts.search(
                [
                    *accounts._check_company_domain(self.company_id),
                    ("code", "=", self.account_code),
                    ("internal_group", "=", "expense"),
                ],
                limit=1,
            )
        if not account:
            raise UserError(
                self.env._(
                    "No account of costs has the code %(code)s.",
                    code=self.account_code or "–",
                )
            )
        return account

    def _make_entitlement(self):
        case = self.env["remediation.case"].search(
            [("company_id", "=", self.company_id.id), ("name", "=", self.name)]
        )
        if not case:
            raise UserError(
                self.env._("No case has the code %(code)s.", code=self.name)
            )
        scheme = self.env["cash.transfer.scheme"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("name", "=ilike", self.scheme_name or ""),
            ],
            limit=1,
        )
        if not scheme:
            raise UserError(
                self.env._("No scheme is called “%(name)s”.", name=self.scheme_name)
            )
        payees = self.env["cash.transfer.payee"].search(
            [("case_id", "=", case.id), ("state", "=", "approved")]
        )
        if len(payees) != 1:
            raise UserError(
                self.env._(
                    "%(code)s has %(count)s approved payees: it needs one.",
                    code=case.name,
                    count=len(payees),
                )
            )
        if not self.date_from:
            raise UserError(
                self.env._("Give the first month that is still to be paid.")
            )
        values = {
            "case_id": case.id,
            "scheme_id": scheme.id,
            "payee_id": payees.id,
            "date_from": self.date_from,
        }
        if self.date_to:
            values["date_to"] = self.date_to
        made = self.env["cash.transfer.entitlement"].create(values)
        sentence = self.env._(
            "%(code)s is drafted: its case worker proposes it.", code=made.name
        )
        return sentence, []
