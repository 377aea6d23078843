from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import accounts
from ..scheme.cash_transfer_scheme import MECHANISMS

KINDS = [
    ("wallet", "Own Wallet or Float"),
    ("advance", "Provider with Advance"),
    ("prefinanced", "Pre-Financed, Billed after Delivery"),
]
#: What a column of the instruction file can be.
INSTRUCTION_COLUMNS = [
    ("payment", "Payment Code"),
    ("name", "Payee's Name"),
    ("number", "Wallet or Account"),
    ("id_number", "Identity Document"),
    ("amount", "Amount"),
    ("currency", "Currency"),
    ("date", "Date"),
    ("reference", "Plan's Code"),
    ("constant", "Fixed Text"),
]


class CashTransferProvider(models.Model):
    """Whoever hands out the money: our own wallet, a provider with our advance, or one
    who pays first and bills us.

    Releasers maintain providers; the other cash duties read them.
    """

    _name = "cash.transfer.provider"
    _description = "Payment Provider"
    _inherit = ["cash.transfer.steered"]
    _rules_of = "remediation.in.company"
    _order = "name"
    _check_company_auto = True

    _steering_fields = frozenset(
        {
            "partner_id",
            "bank_account_id",
            "kind",
            "mechanism",
            "currency_id",
            "active",
            "contract_from",
            "contract_to",
            "fee_fixed",
            "fee_percent",
            "limit_payment",
            "limit_day",
            "limit_month",
            "journal_id",
            "bank_journal_id",
            "advance_account_id",
            "number_prefix",
            "number_digits",
            "number_form",
            "account_check",
            "file_format",
            "file_delimiter",
            "file_decimal",
            "file_encoding",
            "instruction_column_ids",
            "company_id",
        }
    )

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, ondelete="restrict", check_company=True
    )
    bank_account_id = fields.Many2one(
        "res.partner.bank",
        ondelete="restrict",
        check_company=True,
        domain="[('partner_id', '=', partner_id)]",
        help="The account of the provider that is paid: funding names it and no other.",
    )
    kind = fields.Selection(KINDS, required=True, default="advance")
    mechanism = fields.Selection(MECHANISMS, required=True, default="mobile_money")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Currency of the limits and of the fee per payment.",
    )
    active = fields.Boolean(default=True)
    # contract
    contract_ref = fields.Char(string="Contract")
    contract_from = fields.Date()
    contract_to = fields.Date()
    settlement_days = fields.Integer(
        default=3,
        help="Days after instruction when a payment without a report is late.",
    )
    fee_fixed = fields.Monetary(help="Per payment delivered.")
    fee_percent = fields.Float(help="Of the amount delivered, in %.")
    # limits of one wallet or payee, over all plans
    limit_payment = fields.Monetary(help="Largest single payment; 0 for none.")
    limit_day = fields.Monetary(string="Limit per Day")
    limit_month = fields.Monetary(string="Limit per Month")
    # accounts
    journal_id = fields.Many2one(
        "account.journal",
        string="Wallet or Cash Journal",
        check_company=True,
        domain=[("type", "in", ["bank", "cash"])],
        help="Own wallet or float: the journal whose account holds the money.",
    )
    bank_journal_id = fields.Many2one(
        "account.journal",
        string="Paid From",
        check_company=True,
        domain=[("type", "in", ["bank", "cash"])],
        help="Bank or cash journal that advances and wallets are funded from.",
    )
    advance_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain=[("reconcile", "=", True)],
        help="Empty: the company's account for advances.",
    )
    # numbers
    number_prefix = fields.Char(help="Country code of wallets, for instance +243.")
    number_digits = fields.Integer(help="Digits after the prefix; 0 to accept any.")
    number_form = fields.Selection(
        [
            ("plus", "With Plus: +243…"),
            ("digits", "Digits Alone: 243…"),
            ("zeros", "With Two Zeros: 00243…"),
            ("local", "As Dialled in the Country: 08…"),
        ],
        string="Numbers in the File",
        default="plus",
        required=True,
        help="How the instruction file writes the numbers of wallets.",
    )
    account_check = fields.Selection(
        [("none", "No Check Digits"), ("iban", "IBAN"), ("mod97", "Key of 97 (RIB)")],
        default="none",
        required=True,
    )
    # instruction file
    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "XLSX")], default="csv", required=True
    )
    file_delimiter = fields.Selection(
        [(",", "Comma"), (";", "Semicolon"), ("\t", "Tab")], default=",", required=True
    )
    file_decimal = fields.Selection(
        [(".", "Point"), (",", "Comma")], default=".", required=True
    )
    file_encoding = fields.Selection(
        [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with Mark"), ("cp1252", "Latin-1")],
        default="utf-8",
        required=True,
    )
    instruction_column_ids = fields.One2many(
        "cash.transfer.provider.column",
        "provider_id",
        copy=True,
    )
    # report
    report_profile_id = fields.Many2one(
        "cash.transfer.report.profile",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env.ref(
            "cash_transfer.report_profile_own", raise_if_not_found=False
        ),
        help="How the provider's report is read.",
    )
    default_failure_reason = fields.Selection(
        "_selection_failure_reason",
        help="Reason of a payment that the report calls failed without saying why. "
        "Empty: such a report is refused.",
    )
    # what is missing
    problem_text = fields.Text(compute="_compute_problem_text", string="Missing")
    is_ready = fields.Boolean(compute="_compute_problem_text", string="Ready")
    open_advance = fields.Monetary(compute="_compute_open_advance")

    _limits_not_negative = models.Constraint(
        "CHECK (fee_fixed >= 0 AND fee_percent >= 0 AND limit_payment >= 0"
        " AND limit_day >= 0 AND limit_month >= 0 AND settlement_days >= 0"
        " AND number_digits >= 0)",
        "Fees, limits and days of a provider cannot be negative.",
    )

    @api.model
    def _selection_failure_reason(self):
        return self.env["cash.transfer.payment.line"]._failure_reasons()

    @api.depends(
        "kind",
        "journal_id",
        "bank_journal_id",
        "advance_account_id",
        "instruction_column_ids.content",
        "report_profile_id.column_ids.content",
        "report_profile_id.match_key",
        "report_profile_id.lists_successes_only",
        "is_in_force",
        "journal_id.outbound_payment_method_line_ids.payment_account_id",
        "bank_journal_id.outbound_payment_method_line_ids.payment_account_id",
    )
    def _compute_problem_text(self):
        for provider in self:
            problems = provider._problems()
            provider.problem_text = "\n".join(problems)
            provider.is_ready = not problems

    def _compute_open_advance(self):
        """What the provider holds of ours, in its currency, as the ledger says."""
        # sudo: sums of the provider's own account; cash duties read no journal items
        providers = self.sudo()
        balances = providers._ledger_balances()
        for provider, own in zip(self, providers, strict=True):
            provider.open_advance = balances.get(
                (*own._purse(), provider.currency_id.id), (0.0, 0.0)
            )[0]

    @api.constrains("number_prefix")
    def _check_number_prefix(self):
        for provider in self:
            if provider.number_prefix and not accounts.is_country_code(
                provider.number_prefix
            ):
                raise ValidationError(
                    self.env._("Write the country code as + and digits, like +243.")
                )

    @api.constrains("number_form", "number_prefix")
    def _check_number_form(self):
        if self.filtered(lambda p: p.number_form == "local" and not p.number_prefix):
            raise ValidationError(
                self.env._("Numbers as dialled in the country take a country code.")
            )

    @api.constrains("contract_from", "contract_to")
    def _check_contract(self):
        for provider in self:
            if (
                provider.contract_from
                and provider.contract_to
                and provider.contract_to < provider.contract_from
            ):
                raise ValidationError(self.env._("The contract ends before it begins."))

    @api.model_create_multi
    def create(self, vals_list):
        providers = super().create(vals_list)
        providers._add_default_columns()
        return providers

    def _add_default_columns(self):
        columns = []
        for provider in self:
            if not provider.instruction_column_ids:
                columns += [
                    {
                        "provider_id": provider.id,
                        "sequence": number,
                        "content": content,
                        "header": content,
                    }
                    for number, content in enumerate(
                        ("payment", "name", "number", "amount", "currency")
                    )
                ]
        self.env["cash.transfer.provider.column"].create(columns)

    # -- set-up assistant ------------------------------------------------------
    def _problems(self):
        """Return what keeps this provider from being used, one sentence each."""
        self.ensure_one()
        # sudo: accounts and journals are read for people without accounting rights;
        # only sentences leave the method.
        self = self.sudo()
        company, problems = self.company_id, []
        env = self.env
        if not self.is_in_force:
            problems.append(
                env._("A cash approver or releaser has to agree to this provider.")
            )
        if not company.cash_journal_id:
            problems.append(env._("Choose the company's journal for cash transfers."))
        if not company.cash_expense_account_id:
            problems.append(env._("Choose the company's account for cash assistance."))
        if not company.cash_fee_account_id:
            problems.append(env._("Choose the company's account for transfer fees."))
        if not company.cash_claims_account_id:
            problems.append(env._("Choose the company's account for claims."))
        if self.kind == "wallet" and not self.journal_id.default_account_id:
            problems.append(env._("Choose the journal of the wallet or float."))
        if self.kind == "advance":
            account = self._get_advance_account()
            if not account:
                problems.append(env._("Choose the account for advances to providers."))
            elif not account.reconcile:
                problems.append(
                    env._("Allow reconciliation on the account for advances.")
                )
        if self.kind == "wallet" and not company.transfer_account_id:
            problems.append(env._("Choose the company's account for transfers."))
        if self.kind != "prefinanced":
            if not self.bank_journal_id:
                problems.append(env._("Choose the journal that funding is paid from."))
            elif self._methods_without_account():
                problems.append(
                    env._(
                        "The payment methods of %(journal)s have no outstanding "
                        "account: press Complete the Set-Up.",
                        journal=self.bank_journal_id.name,
                    )
                )
        if self.kind == "prefinanced" and not self.env["account.journal"].search_count(
            [("type", "=", "purchase"), ("company_id", "=", company.id)], limit=1
        ):
            problems.append(
                env._("Create a purchase journal for the provider's bills.")
            )
        problems += self._problems_of_columns()
        return problems

    def _problems_of_columns(self):
        """Return which columns the files lack, one sentence each."""
        env, problems = self.env, []
        paid_into = {"number"} if self.mechanism in ("mobile_money", "bank") else set()
        needed = {"payment", "amount"} | paid_into
        columns = self.instruction_column_ids
        labels = dict(columns._fields["content"]._description_selection(env))
        for content in sorted(needed - set(columns.mapped("content"))):
            problems.append(
                env._(
                    "Add the column %(column)s to the file template.",
                    column=labels[content],
                )
            )
        problems += self.report_profile_id.with_env(env)._problems()
        return problems

    def _methods_without_account(self):
        self.ensure_one()
        journal = self.bank_journal_id
        return (
            journal.outbound_payment_method_line_ids
            | journal.inbound_payment_method_line_ids
        ).filtered(lambda line: not line.payment_account_id)

    def action_complete_setup(self):
        """Fill what can be filled: accounts of the company that are already chosen,
        outstanding accounts of the journals. For releasers.

        :return: a notification that lists what is still missing.
        """
        self.check_access("write")
        for provider in self:
            # sudo: payment methods of journals belong to accountants; only empty
            # outstanding accounts are filled, with what Odoo's chart proposes.
            for line in provider.sudo()._methods_without_account():
                line.payment_account_id = (
                    self.env["account.payment"]
                    .sudo()
                    .with_company(provider.company_id)
                    .new({"company_id": provider.company_id.id})
                    ._get_outstanding_account(line.payment_type)
                )
        self.invalidate_recordset(["problem_text", "is_ready"])
        problems = [problem for provider in self for problem in provider._problems()]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if problems else "success",
                "message": "\n".join(problems) or self.env._("The set-up is complete."),
                "sticky": bool(problems),
            },
        }

    # -- what the plan asks ----------------------------------------------------
    def _file_template(self):
        """Return how the instruction file is written, as plain values: the lock keeps
        it (R63)."""
        self.ensure_one()
        return {
            "format": self.file_format,
            "delimiter": self.file_delimiter,
            "decimal": self.file_decimal,
            "encoding": self.file_encoding,
            "number_form": self.number_form,
            "columns": [
                [column.content, column.header, column.constant or ""]
                for column in self.instruction_column_ids.sorted("sequence")
            ],
        }

    def _who_is_paid(self):
        """Return who gets a plan's money and through what: a locked plan keeps it."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "bank_account": self.bank_account_id.sanitized_acc_number or "",
            "kind": self.kind,
            "mechanism": self.mechanism,
            "currency_id": self.currency_id.id,
            "journal_id": self.journal_id.id,
            "advance_account_id": self.advance_account_id.id,
            "number_prefix": self.number_prefix or "",
        }

    def _get_advance_account(self):
        self.ensure_one()
        return self.advance_account_id or self.company_id.cash_advance_account_id

    def _get_money_account(self):
        """Return the account that holds the money until it is delivered."""
        self.ensure_one()
        if self.kind == "wallet":
            return self.journal_id.default_account_id
        return self._get_advance_account()

    def _expected_fee(self, amount, count, currency, day):
        """Return the fee for ``count`` payments of together ``amount``."""
        self.ensure_one()
        fixed = self.currency_id._convert(
            self.fee_fixed * count, currency, self.company_id, day
        )
        return currency.round(fixed + amount * self.fee_percent / 100.0)

    def _number_problem(self, number, mechanism):
        """Return why a number cannot be paid, or False."""
        self.ensure_one()
        if mechanism == "mobile_money" and self.number_prefix:
            if not number.startswith(self.number_prefix):
                return self.env._(
                    "the number does not begin with %(prefix)s",
                    prefix=self.number_prefix,
                )
            digits = len(number) - len(self.number_prefix)
            if self.number_digits and digits != self.number_digits:
                return self.env._(
                    "the number has %(found)s digits after %(prefix)s, not %(wanted)s",
                    found=digits,
                    prefix=self.number_prefix,
                    wanted=self.number_digits,
                )
        return False
