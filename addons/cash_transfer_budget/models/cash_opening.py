import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.once import one_at_a_time
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from .cash_opening_row import COLUMNS

#: Rows of one sheet.
MAX_ROWS = 5000


class CashOpening(models.Model):
    """Going live: what other books held on a day is brought in from one sheet.

    Provider accounts with our money, grants with what they spent, open support. One
    person reads and tries the sheet, a releaser who did not brings it in: all of it or
    nothing. What was brought in once is never made again. No entry names a child.
    """

    _name = "cash.opening"
    _description = "Opening Balances"
    _inherit = ["remediation.coded.mixin"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "OB"
    _protected_fields = frozenset(
        {
            "state",
            "row_ids",
            "entry_preview",
            "move_id",
            "read_by_id",
            "brought_by_id",
            "brought_on",
        }
    )
    _frozen_fields = frozenset({"company_id"})
    _open_fields = {"draft": EVERYTHING}

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        string="Opening Day",
        required=True,
        default=fields.Date.context_today,
        help="The day of the entry: the other books are right up to it.",
    )
    opening_account_id = fields.Many2one(
        "account.account",
        required=True,
        check_company=True,
        default=lambda self: self._default_opening_account(),
        help="Stands against the money that providers hold.",
    )
    file = fields.Binary(string="Sheet", attachment=False, copy=False)
    file_name = fields.Char(copy=False)
    template = fields.Binary(compute="_compute_template")
    row_ids = fields.One2many(
        "cash.opening.row", "opening_id", string="Rows", readonly=True
    )
    entry_preview = fields.Html(readonly=True, copy=False, string="Resulting Entry")
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Brought In")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, copy=False, ondelete="restrict"
    )
    read_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    brought_by_id = fields.Many2one(
        "res.users", string="Brought in By", readonly=True, copy=False
    )
    brought_on = fields.Datetime(string="Brought in On", readonly=True, copy=False)

    @api.model
    def _default_opening_account(self):
        # sudo: cash duties read no chart; the account is named on the form
        accounts = self.env["account.account"].sudo()
        return accounts.search(
            [
                *accounts._check_company_domain(self.env.company),
                ("account_type", "in", ["equity_unaffected", "equity"]),
            ],
            order="account_type desc, code",
            limit=1,
        )

    # -- the sheet -----------------------------------------------------------------
    @api.model
    def _column_labels(self, lang):
        rows = self.env["cash.opening.row"].with_context(lang=lang)
        return {
            name: rows._fields[name]._description_string(rows.env) for name in COLUMNS
        }

    @api.depends_context("lang")
    def _compute_template(self):
        labels = self._column_labels(self.env.lang)
        rows = self.env["cash.opening.row"]
        kinds = dict(rows._fields["kind"]._description_selection(self.env))
        content = sheets.write_xlsx(
            [labels[name] for name in COLUMNS],
            [[word, *[None] * (len(COLUMNS) - 1)] for word in kinds.values()],
        )
        for opening in self:
            opening.template = base64.b64encode(content)

    def action_template(self):
        """Download a sheet with the columns and one row of each kind."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template/opening.xlsx"
            "?download=1",
            "target": "download",
        }

    @step(frm="draft", duty=("prepare", "release"))
    def action_read(self):
        """Read the sheet into rows and try them. For cash officers and releasers.

        :raises UserError: the file cannot be read, or lacks a column.
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            headers, rows = sheets.read(base64.b64decode(self.file), MAX_ROWS)
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error
        known = {name: name for name in COLUMNS}
        for lang, _name in self.env["res.lang"].get_installed():
            for name, label in self._column_labels(lang).items():
                known[sheets.fold(label)] = name
        places = {
            known[sheets.fold(header)]: index
            for index, header in enumerate(headers)
            if sheets.fold(header) in known
        }
        labels = self._column_labels(self.env.lang)
        missing = [labels[name] for name in ("kind", "name") if name not in places]
        if missing:
            raise UserError(
                self.env._(
                    "The sheet has no column %(columns)s: download the template.",
                    columns=", ".join(missing),
                )
            )
        model = self.env["cash.opening.row"]
        values = [
            {
                "opening_id": self.id,
                "number": number,
                **model._read_cells(
                    self.company_id,
                    {name: cells[place] for name, place in places.items()},
                ),
            }
            for number, cells in rows
        ]
        # sudo: no role writes rows; the duty was checked
        self.sudo().row_ids._unprotected().unlink()
        model.sudo()._unprotected().create(values)
        self._unprotected().read_by_id = self.env.user
        self._try()

    @step(frm="draft", duty=("prepare", "release"))
    def action_try(self):
        """Try the rows again and change nothing: each says what would become of it,
        and the entry shows. For cash officers and releasers."""
        self.ensure_one()
        self._try()

    def _try(self):
        # sudo: as in action_bring_in; everything made is taken back
        own = self.sudo()
        with self.env.cr.savepoint() as savepoint:
            outcomes, move = own._bring_in()
            preview = own._render_entry(move)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        own._unprotected().entry_preview = preview
        own._note_outcomes(outcomes)

    def _note_outcomes(self, outcomes):
        for row in self.row_ids:
            outcome, sentence = outcomes[row.id]
            row._unprotected().write({"outcome": outcome, "sentence": sentence})

    @step(
        frm="draft",
        to="done",
        duty="release",
        not_by=("create_uid", "read_by_id"),
        stamp="brought",
        sudo="grants, providers, drafts of support and the entry",
    )
    def action_bring_in(self):
        """Bring everything in, or nothing where one row is wrong. For a releaser who
        neither made this nor read the sheet.

        :raises UserError: names the rows that are wrong, or nothing is new.
        """
        self.ensure_one()
        outcomes, move = self._bring_in()
        wrong = [
            self.env._(
                "Row %(number)s: %(sentence)s",
                number=row.number,
                sentence=outcomes[row.id][1],
            )
            for row in self.row_ids
            if outcomes[row.id][0] == "wrong"
        ]
        if wrong:
            raise UserError("\n".join(wrong[:20]))
        if not any(outcome == "new" for outcome, _sentence in outcomes.values()):
            raise UserError(self.env._("Nothing in this sheet is new."))
        self._note_outcomes(outcomes)
        self._unprotected().write(
            {"move_id": move.id, "entry_preview": self._render_entry(move)}
        )

    # -- bringing in -----------------------------------------------------------------
    def _bring_in(self):
        """Make what the rows say; called with sudo.

        :return: ``({row id: (outcome, sentence)}, entry)``
        """
        self.ensure_one()
        one_at_a_time(self.env, "cash.opening", self.company_id.id)
        outcomes, items, seen = {}, [], {}
        for row in self.row_ids.with_company(self.company_id):
            try:
                with self.env.cr.savepoint():
                    outcome, sentence, lines = row._make(seen)
            except UserError as error:
                outcome, sentence, lines = "wrong", str(error.args[0]), []
            outcomes[row.id] = (outcome, sentence)
            items += lines
        return outcomes, self._post_entry(items)

    def _post_entry(self, items):
        """Post the opening entry in the secured journal; nothing without items.

        :raises UserError: the day is locked.
        """
        moves = self.env["account.move"]
        if not items:
            return moves
        company = self.company_id
        total = company.currency_id.round(sum(item["balance"] for item in items))
        if not company.currency_id.is_zero(total):
            items = [
                *items,
                {
                    "account_id": self.opening_account_id.id,
                    "currency_id": company.currency_id.id,
                    "amount_currency": -total,
                    "balance": -total,
                },
            ]
        # what grants spent elsewhere released its income there
        move = (
            moves.with_company(company)
            ._cash_step()
            .create(
                {
                    "move_type": "entry",
                    "date": self.date,
                    "ref": self.name,
                    "journal_id": self._get_journal().id,
                    "line_ids": [
                        Command.create({"name": self.name, "tax_ids": [], **item})
                        for item in items
                    ],
                }
            )
        )
        move.action_post()
        if move.date != self.date:
            raise UserError(
                self.env._(
                    "The books are locked on %(day)s: choose a later opening day.",
                    day=self._say_day(self.date),
                )
            )
        return move.with_env(self.env)

    def _get_journal(self):
        """Return the secured journal of opening entries, made where it is missing."""
        journals = self.env["account.journal"].with_company(self.company_id)
        journal = journals.search(
            [
                ("company_id", "=", self.company_id.id),
                ("type", "=", "general"),
                ("code", "=", "OPEN"),
            ],
            limit=1,
        )
        return journal or journals.create(
            {
                "name": self.env._("Opening Balances"),
                "code": "OPEN",
                "type": "general",
                "company_id": self.company_id.id,
                "restrict_mode_hash_table": True,
                "show_on_dashboard": False,
            }
        )

    def _render_entry(self, move):
        """Return the entry as a table, False without one."""
        if not move:
            return False
        analytic = self.env["account.analytic.account"]
        rows = [
            {
                "account": item.account_id.display_name,
                "who": item.partner_id.name
                or ", ".join(
                    analytic.browse(int(part)).name
                    for key in (item.analytic_distribution or {})
                    for part in key.split(",")
                ),
                "amount": item.currency_id.format(item.amount_currency),
                "debit": item.debit and move.company_currency_id.format(item.debit),
                "credit": item.credit and move.company_currency_id.format(item.credit),
            }
            for item in move.line_ids
        ]
        return self.env["ir.qweb"]._render(
            "cash_transfer_budget.opening_entry", {"rows": rows}
        )
