import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools import sheets

from ...tools import provider_report

#: What a report is matched by, and the column that it needs.
MATCH_KEYS = [
    ("payment", "Our Payment Code"),
    ("reference", "Provider's Reference"),
    ("number", "Wallet Number"),
]


class CashTransferReportProfile(models.Model):
    """How a provider's report is read (R39, R58): where its table begins, what its
    columns and words mean, how it writes amounts and days.

    Profiles without a company are shipped; who wants another copies one. Releasers and
    reconcilers maintain their company's, the other cash duties read them.
    """

    _name = "cash.transfer.report.profile"
    _description = "Profile of a Provider's Report"
    _rules_of = "remediation.in.company.or.none"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    description = fields.Text(translate=True, help="Which file this is for.")
    provider_ids = fields.One2many("cash.transfer.provider", "report_profile_id")
    # where the table is
    sheet = fields.Char(help="Name of the sheet; empty: the one that has the columns.")
    header_row = fields.Integer(
        help="Number of the row with the headers; 0: the first that has the columns."
    )
    column_ids = fields.One2many("cash.transfer.report.column", "profile_id", copy=True)
    word_ids = fields.One2many("cash.transfer.report.word", "profile_id", copy=True)
    # how a row finds its payment
    match_key = fields.Selection(MATCH_KEYS, default="payment", required=True)
    code_pattern = fields.Char(
        help="Regular expression of the payment code inside its cell; its first group, "
        "if it has one. Empty: our payment codes."
    )
    # how things are written
    decimal = fields.Selection(
        [("auto", "Find Out"), (".", "Point"), (",", "Comma")],
        default="auto",
        required=True,
    )
    sign = fields.Selection(
        [("plus", "Positive"), ("minus", "Negative: Money Out")],
        string="Payments Are",
        default="plus",
        required=True,
    )
    date_order = fields.Selection(
        [
            ("auto", "Find Out"),
            ("dmy", "Day, Month, Year"),
            ("mdy", "Month, Day, Year"),
            ("ymd", "Year, Month, Day"),
        ],
        default="auto",
        required=True,
        help="Find out: a day that can be read in two ways is refused.",
    )
    lists_successes_only = fields.Boolean(
        help="Without a status, an amount is a delivery. Otherwise it is none."
    )
    needs_control_total = fields.Boolean(
        help="The total that the provider states is typed before a report is posted."
    )

    _header_row_positive = models.Constraint(
        "CHECK (header_row >= 0)", "The header's row is a number from 1, or 0."
    )

    @api.constrains("code_pattern")
    def _check_code_pattern(self):
        for profile in self:
            try:
                re.compile(profile.code_pattern or "")
            except re.error as error:
                raise ValidationError(
                    self.env._(
                        "The payment code is no regular expression: %(problem)s.",
                        problem=error,
                    )
                ) from error

    def copy_data(self, default=None):
        # a copy of a shipped profile is the company's own
        default = dict(default or {})
        default.setdefault("company_id", self.env.company.id)
        return super().copy_data(default)

    def _problems(self):
        """Return what keeps this profile from being used, one sentence each."""
        self.ensure_one()
        needed = {self.match_key, "amount"}
        if not self.lists_successes_only:
            needed.add("status")
        labels = self._content_labels()
        return [
            self.env._(
                "Add the column %(column)s to the report's profile.",
                column=labels[content],
            )
            for content in sorted(needed - set(self.column_ids.mapped("content")))
        ]

    def _content_labels(self):
        field = self.env["cash.transfer.report.column"]._fields["content"]
        return dict(field._description_selection(self.env))

    def _as_plain(self, currency, provider=None):
        """Return the profile as the reader of files takes it."""
        self.ensure_one()
        words, kinds = {}, {}
        for meaning, own in provider_report.WORDS.items():
            words.update({sheets.fold(word): (meaning, False) for word in own})
        reasons = {}
        for key, label in self.env["cash.transfer.payment.line"]._failure_reasons():
            reasons.update({sheets.fold(key): key, sheets.fold(label): key})
        for word in self.word_ids:
            key = sheets.fold(word.word)
            if word.meaning != "reason":
                words[key] = (word.meaning, word.failure_reason)
            if word.meaning in provider_report.KINDS:
                kinds[key] = word.meaning
            if word.failure_reason:
                reasons[key] = word.failure_reason
        return provider_report.Profile(
            columns={
                column.content: column.header.split("|") for column in self.column_ids
            },
            sheet=self.sheet or "",
            header_row=self.header_row,
            match_key=self.match_key,
            code_pattern=self.code_pattern or "",
            decimal=self.decimal,
            sign=self.sign,
            date_order="" if self.date_order == "auto" else self.date_order,
            words=words,
            kinds=kinds,
            reasons=reasons,
            successes_only=self.lists_successes_only,
            currency=currency.name,
            decimals=currency.decimal_places,
            default_reason=(provider and provider.default_failure_reason) or "",
            prefix=(provider and provider.number_prefix) or "",
            digits=(provider and provider.number_digits) or 0,
            zone=(provider.company_id if provider else self.env.company)._place_zone(),
        )

    def _explain(self, error):
        """Return the sentence for an error of the reader; rows are named."""
        env = self.env
        values = {name: str(value)[:60] for name, value in error.values.items()}
        labels = self._content_labels()
        columns = [labels.get(name, name) for name in error.values.get("columns", ())]
        own = {
            "no_column": env._(
                "The file has no column for %(columns)s. %(sheet)s has: %(headers)s. "
                "Name the columns on the report's profile.",
                columns=", ".join(columns),
                sheet=values.get("sheet") or env._("It"),
                headers=", ".join(error.values.get("headers", ())[:20]),
            ),
            "no_sheet": env._(
                "The file has no sheet “%(sheet)s”. It has: %(sheets)s.",
                sheet=values.get("sheet"),
                sheets=", ".join(error.values.get("sheets", ())),
            ),
            "two_sheets": env._(
                "Several sheets have the columns: %(sheets)s. Name one on the "
                "report's profile.",
                sheets=", ".join(error.values.get("sheets", ())),
            ),
            "two_tables": env._(
                "A second table with other columns begins: put it into a file of its "
                "own"
            ),
            "no_payment": env._(
                "No row of the file names a payment: choose another file or profile."
            ),
            "negative": env._(
                "the amount has the other sign: set on the profile how payments are "
                "written"
            ),
            "decimals": env._(
                "the amount has more decimals than %(currency)s",
                currency=values.get("currency"),
            ),
            "other_currency": env._(
                "the currency is %(found)s, the plan pays in %(wanted)s",
                found=values.get("found"),
                wanted=values.get("wanted"),
            ),
            "status": env._(
                "the status “%(word)s” is unknown: give it a meaning on the profile",
                word=values.get("word"),
            ),
            "no_amount": env._("it is called delivered without an amount"),
            "no_reason": env._("a payment that was not delivered needs a reason"),
            "negative_fee": env._("the fee is negative"),
            "rounded": env._(
                "a spreadsheet rounded “%(value)s”: ask for the file as the provider "
                "made it",
                value=values.get("value"),
            ),
            "two_codes": env._("the cell names two payments"),
        }
        if error.code not in own:
            return sheets.explain(env, error)
        if error.row:
            return env._(
                "Row %(row)s: %(problem)s", row=error.row, problem=own[error.code]
            )
        return own[error.code]

    def action_try(self):
        """Open the window that reads a file and books nothing. For cash duties."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try It on a File"),
            "res_model": "cash.transfer.report.try",
            "view_mode": "form",
            "target": "new",
            "context": {"default_profile_id": self.id},
        }
