from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round

MECHANISMS = [
    ("mobile_money", "Mobile Money"),
    ("bank", "Bank Account"),
    ("cash", "Cash in Hand"),
    ("voucher", "Voucher"),
    ("prepaid_card", "Prepaid Card"),
]
FREQUENCIES = [
    ("once", "Once"),
    ("monthly", "Monthly"),
    ("quarterly", "Every Three Months"),
    ("yearly", "Yearly"),
]
#: What the amounts that are planned for an entitlement are computed from.
PLANNED = frozenset(
    {
        "amount_rule",
        "currency_id",
        "step_every",
        "step_percent",
        "withdrawal_fee",
        "rounding_step",
        "frequency",
        "max_payments",
    }
)
MONTHS = {"once": 0, "monthly": 1, "quarterly": 3, "yearly": 12}


class CashTransferScheme(models.Model):
    """Rules of one kind of support: how much, how often, until when, on whose money.

    Cash officers maintain schemes; case staff read them to propose support.
    """

    _name = "cash.transfer.scheme"
    _description = "Cash Transfer Scheme"
    _inherit = ["cash.transfer.steered"]
    _rules_of = "remediation.in.company"
    _order = "sequence, name"
    _check_company_auto = True

    _steering_fields = frozenset(
        {
            "company_id",
            "purpose_id",
            "active",
            "currency_id",
            "amount_rule",
            "amount",
            "income_percent",
            "income_floor",
            "income_cap",
            "step_every",
            "step_percent",
            "withdrawal_fee",
            "rounding_step",
            "frequency",
            "max_payments",
            "end_rule",
            "school_year_end_month",
            "end_date",
            "end_age",
            "condition_attendance",
            "attendance_threshold",
            "condition_visit",
            "one_per_household",
            "allow_mobile_money",
            "allow_bank",
            "allow_cash",
            "grant_ids",
            "expense_account_id",
        }
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    programme_id = fields.Many2one("remediation.programme", check_company=True)
    purpose_id = fields.Many2one(
        "cash.transfer.purpose", required=True, check_company=True
    )
    active = fields.Boolean(default=True)
    # how much
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount_rule = fields.Selection(
        [
            ("fixed", "Fixed Amount per Household"),
            ("per_child", "Amount per Child Supported"),
            ("income", "Replacement of the Child's Earnings"),
            ("step_down", "Fixed Amount That Steps Down"),
        ],
        required=True,
        default="fixed",
    )
    amount = fields.Monetary(help="Per payment; ignored by income replacement.")
    income_percent = fields.Float(default=100.0, help="Share of the last earnings.")
    income_floor = fields.Monetary(help="Never less than this per payment.")
    income_cap = fields.Monetary(help="Never more than this per payment; 0 for no cap.")
    step_every = fields.Integer(
        default=6, help="The amount falls after this many payments."
    )
    step_percent = fields.Float(default=25.0, help="By this share of the first amount.")
    withdrawal_fee = fields.Monetary(
        help="Added on top, so that the payee can take out the whole amount."
    )
    rounding_step = fields.Monetary(
        help="Payments are rounded to this step, for instance 50; the rounded figure "
        "is "
        "what is due. 0 rounds to the currency."
    )
    # how often, until when
    frequency = fields.Selection(FREQUENCIES, required=True, default="monthly")
    max_payments = fields.Integer(help="0 for as long as the entitlement runs.")
    end_rule = fields.Selection(
        [
            ("school_year", "End of the School Year"),
            ("date", "Date of the Scheme"),
            ("age", "Age of the Child"),
            ("entitlement", "Date of Each Entitlement"),
        ],
        required=True,
        default="school_year",
    )
    school_year_end_month = fields.Selection(
        [(str(month), str(month)) for month in range(1, 13)],
        default="7",
        required=True,
        help="For a start that lies in no school year of the calendar.",
    )
    end_date = fields.Date()
    end_age = fields.Integer(default=18)
    # conditions (soft, R42)
    condition_attendance = fields.Boolean(string="School Attendance")
    attendance_threshold = fields.Float(default=80.0, help="Share of open days, in %.")
    condition_visit = fields.Boolean(string="A Visit in the Period")
    one_per_household = fields.Boolean(
        string="One per Household",
        help="Refuse a second child of the household in the same period instead of "
        "warning.",
    )
    # how and from where
    allow_mobile_money = fields.Boolean(default=True)
    allow_bank = fields.Boolean(default=True, string="Allow Bank Account")
    allow_cash = fields.Boolean(default=True, string="Allow Cash in Hand")
    grant_ids = fields.Many2many(
        "cash.transfer.grant", string="Grants Allowed", check_company=True
    )
    expense_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        help="Empty: the company's account for cash assistance.",
    )
    entitlement_count = fields.Integer(compute="_compute_entitlement_count")

    _amounts_not_negative = models.Constraint(
        "CHECK (amount >= 0 AND income_floor >= 0 AND income_cap >= 0"
        " AND withdrawal_fee >= 0 AND rounding_step >= 0 AND max_payments >= 0)",
        "Amounts and numbers of a scheme cannot be negative.",
    )
    _cap_over_floor = models.Constraint(
        "CHECK (income_cap = 0 OR income_cap IS NULL OR income_cap >= income_floor)",
        "The cap of the income replacement cannot lie below its floor.",
    )
    _shares = models.Constraint(
        "CHECK (income_percent >= 0 AND step_percent BETWEEN 0 AND 100"
        " AND attendance_threshold BETWEEN 0 AND 100 AND step_every >= 0)",
        "Shares lie between 0 and 100 %.",
    )

    @api.depends_context("uid")
    def _compute_entitlement_count(self):
        # _read_group applies the reader's own record rules: the count is what they see.
        counts = dict(
            self.env["cash.transfer.entitlement"]._read_group(
                [("scheme_id", "in", self.ids)], ["scheme_id"], ["__count"]
            )
        )
        for scheme in self:
            scheme.entitlement_count = counts.get(scheme, 0)

    def write(self, vals):
        result = super().write(vals)
        if PLANNED & vals.keys():
            self._commit_again()
        return result

    def _commit_again(self):
        """Commitments follow the scheme's amounts and periods by themselves (R65)."""
        # sudo: budget rows of cases that whoever maintains the scheme does not read
        self.env["cash.transfer.entitlement.funding"].sudo()._commit_open(
            [("entitlement_id.scheme_id", "in", self.ids)]
        )

    @api.constrains("amount_rule", "amount", "income_floor", "end_rule", "end_date")
    def _check_complete(self):
        for scheme in self:
            if scheme.amount_rule != "income" and scheme.amount <= 0:
                raise ValidationError(
                    self.env._("Give the scheme an amount greater than zero.")
                )
            if scheme.end_rule == "date" and not scheme.end_date:
                raise ValidationError(
                    self.env._("The scheme ends on a date: say which.")
                )

    def action_open_entitlements(self):
        """Open the scheme's entitlements; shows what the reader may read."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entitlements"),
            "res_model": "cash.transfer.entitlement",
            "view_mode": "list,form",
            "domain": [("scheme_id", "=", self.id)],
        }

    # -- rules -----------------------------------------------------------------
    def _round(self, amount):
        self.ensure_one()
        amount = self.currency_id.round(amount)
        if self.rounding_step:
            amount = float_round(amount, precision_rounding=self.rounding_step)
        return amount

    def _first_amount(self, earnings=0.0, children=1):
        """Return what one payment of the first period is, without withdrawal fee.

        :param earnings: the child's last earnings per period of the scheme, in its
            currency.
        :param children: children supported in the household.
        """
        self.ensure_one()
        if self.amount_rule == "income":
            amount = max(earnings * self.income_percent / 100.0, self.income_floor)
            if self.income_cap:
                amount = min(amount, self.income_cap)
        elif self.amount_rule == "per_child":
            amount = self.amount * max(children, 1)
        else:
            amount = self.amount
        return self._round(amount)

    def _amount_for(self, first_amount, payment_number):
        """Return the amount of the n-th payment (from 1), with the withdrawal fee."""
        self.ensure_one()
        amount = first_amount
        if self.amount_rule == "step_down" and self.step_every:
            steps = (payment_number - 1) // self.step_every
            amount = max(first_amount * (1 - steps * self.step_percent / 100.0), 0.0)
        if not amount:
            return 0.0
        return self._round(amount + self.withdrawal_fee)

    def _default_end(self, start, birth_limit=None):
        """Return the last day of an entitlement that starts on ``start`` (R43)."""
        self.ensure_one()
        if self.frequency == "once":
            return start
        if self.end_rule == "date":
            return self.end_date
        if self.end_rule == "age" and birth_limit:
            return birth_limit
        school_year = self.env["cash.transfer.school.year"]._at(self.company_id, start)
        if school_year:
            return school_year.date_end
        month = int(self.school_year_end_month)
        year = start.year if start.month <= month else start.year + 1
        return start.replace(day=1, month=month, year=year) + relativedelta(
            months=1, days=-1
        )

    def _periods(self, start, end):
        """Return the number of payments between two dates."""
        self.ensure_one()
        if not start or not end or end < start:
            return 0
        step = MONTHS[self.frequency]
        if not step:
            return 1
        months = (end.year - start.year) * 12 + end.month - start.month
        count = months // step + 1
        return min(count, self.max_payments) if self.max_payments else count

    def _period_end(self, period):
        """Return the last day of the period that begins on ``period``."""
        self.ensure_one()
        return period + relativedelta(months=MONTHS[self.frequency] or 1, days=-1)

    def _allowed_mechanisms(self):
        self.ensure_one()
        allowed = {"voucher", "prepaid_card"}
        if self.allow_mobile_money:
            allowed.add("mobile_money")
        if self.allow_bank:
            allowed.add("bank")
        if self.allow_cash:
            allowed.add("cash")
        return allowed
