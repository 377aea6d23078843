import base64
import hashlib
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.sheets import SheetError
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ...tools import provider_report
from ..entitlement.cash_transfer_payment_method import EVIDENCE_GROUPS

#: Row problems listed in one message.
SHOWN = 30


class CashTransferReconciliation(models.Model):
    """A provider's report: read whole or refused, matched, shown, posted (R39).

    A reconciler imports it and answers its rows; a second person posts it, another
    reconciler or an approver (R37). The money has moved already, so a report is booked
    as it is: what does not fit goes to dispute, never away.
    """

    _name = "cash.transfer.reconciliation"
    _description = "Provider's Report"
    _inherit = ["remediation.coded.mixin", "cash.transfer.job"]
    _order = "id desc"
    _rules_of = "cash.transfer.payment.plan"
    _check_company_auto = True

    _code_prefix = "RC"
    _job_buttons = {"read": "action_read", "post": "action_post"}
    _job_duties = {"read": ("reconcile",), "post": ("reconcile", "approve")}
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "company_id",
            "file_hash",
            "posted_by_id",
            "posted_on",
            "read_by_id",
            "row_count",
            "fees_told",
            "has_file_total",
            "file_total",
            "listed_total",
            "told_total",
            "sheet_read",
            "header_row",
        }
    )
    _frozen_fields = frozenset({"provider_id", "plan_id", "file_content", "file_name"})
    _open_fields = {"draft": EVERYTHING, "matched": {"date", "control_total"}}

    provider_id = fields.Many2one(related="plan_id.provider_id", store=True, index=True)
    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        index=True,
        ondelete="restrict",
        help="Rows that match no payment are disputed on this plan; rows may match "
        "payments of the provider's other plans too.",
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date = fields.Date(
        string="Accounting Date",
        required=True,
        default=lambda self: self._default_date(),
    )
    file_name = fields.Char(required=True)
    file_content = fields.Binary(
        string="Report", required=True, groups=EVIDENCE_GROUPS, copy=False
    )
    file_hash = fields.Char(readonly=True, copy=False, index=True)
    state = fields.Selection(
        [
            ("draft", "New"),
            ("matched", "Matched"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    read_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    imported_by_ids = fields.Many2many(
        "res.users",
        compute="_compute_imported_by_ids",
        help="Who brought the file or answered a row of it: somebody else posts.",
    )
    is_own = fields.Boolean(compute="_compute_imported_by_ids")
    posted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    posted_on = fields.Datetime(readonly=True, copy=False)
    row_count = fields.Integer(readonly=True, copy=False)
    fees_told = fields.Boolean(
        readonly=True,
        copy=False,
        help="The file has fees; the contract's rule is not used.",
    )
    sheet_read = fields.Char(readonly=True, copy=False)
    header_row = fields.Integer(string="Header in Row", readonly=True, copy=False)
    # control
    control_total = fields.Monetary(
        copy=False,
        help="What the provider says that it delivered, as stated outside of the file.",
    )
    told_total = fields.Monetary(
        string="Delivered by the File",
        readonly=True,
        copy=False,
        help="Each receipt once, without what was taken back.",
    )
    listed_total = fields.Monetary(
        string="Sum of the Rows", readonly=True, copy=False, help="Whatever they say."
    )
    has_file_total = fields.Boolean(readonly=True, copy=False)
    file_total = fields.Monetary(
        string="Total Row of the File", readonly=True, copy=False
    )
    control_problem = fields.Char(compute="_compute_control_problem")
    waiting_count = fields.Integer(compute="_compute_waiting_count", string="To Answer")
    row_ids = fields.One2many("cash.transfer.reconciliation.row", "reconciliation_id")
    dispute_ids = fields.One2many("cash.transfer.dispute", "reconciliation_id")
    move_ids = fields.One2many("account.move", "cash_reconciliation_id")
    summary = fields.Text(compute="_compute_summary")

    _file_once = models.UniqueIndex(
        "(company_id, file_hash) WHERE state <> 'cancelled'",
        "This file was imported already.",
    )

    @api.depends("create_uid", "row_ids.answered_by_id")
    @api.depends_context("uid")
    def _compute_imported_by_ids(self):
        answered = dict(
            self.env["cash.transfer.reconciliation.row"]._read_group(
                [
                    ("reconciliation_id", "in", self.ids),
                    ("answered_by_id", "!=", False),
                ],
                ["reconciliation_id"],
                ["answered_by_id:recordset"],
            )
        )
        for report in self:
            people = report.create_uid | answered.get(report, report.create_uid)
            report.imported_by_ids = people
            report.is_own = self.env.user in people

    @api.depends_context("lang")
    def _compute_summary(self):
        groups = self.env["cash.transfer.reconciliation.row"]._read_group(
            [("reconciliation_id", "in", self.ids)],
            ["reconciliation_id", "outcome"],
            ["__count", "booked:sum", "disputed:sum"],
        )
        labels = dict(self.row_ids._fields["outcome"]._description_selection(self.env))
        texts = defaultdict(list)
        for report, outcome, count, booked, disputed in groups:
            text = self.env._(
                "%(outcome)s: %(count)s, booked %(booked)s",
                outcome=labels.get(outcome, outcome),
                count=count,
                booked=report.currency_id.format(booked),
            )
            if disputed:
                text += self.env._(
                    ", disputed %(disputed)s",
                    disputed=report.currency_id.format(disputed),
                )
            texts[report].append(text)
        for report in self:
            report.summary = "\n".join(texts[report])

    @api.depends(
        "control_total", "told_total", "listed_total", "file_total", "has_file_total"
    )
    @api.depends_context("lang")
    def _compute_control_problem(self):
        """What keeps a report from being posted: totals that do not agree."""
        for report in self:
            money = report.currency_id
            # sudo: whether a total has to be typed
            asks = report.sudo().provider_id.report_profile_id.needs_control_total
            problem = False
            if report.state == "draft":
                pass
            elif report.has_file_total and all(
                money.compare_amounts(report.file_total, total)
                for total in (report.listed_total, report.told_total)
            ):
                problem = self.env._(
                    "The file's total row says %(total)s, its payments add up to "
                    "%(sum)s: ask the provider for the whole file.",
                    total=money.format(report.file_total),
                    sum=money.format(report.listed_total),
                )
            elif report.control_total and money.compare_amounts(
                report.control_total, report.told_total
            ):
                problem = self.env._(
                    "The provider states %(total)s, the file delivers %(sum)s: find "
                    "the difference before you post.",
                    total=money.format(report.control_total),
                    sum=money.format(report.told_total),
                )
            elif asks and not report.control_total and not report.has_file_total:
                problem = self.env._(
                    "Type the total that the provider states, then post."
                )
            report.control_problem = problem

    @api.depends("row_ids.outcome")
    def _compute_waiting_count(self):
        counts = dict(
            self.env["cash.transfer.reconciliation.row"]._read_group(
                [("reconciliation_id", "in", self.ids), ("outcome", "=", "waiting")],
                ["reconciliation_id"],
                ["__count"],
            )
        )
        for report in self:
            report.waiting_count = counts.get(report, 0)

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        for report in reports:
            report._set_hash()
        return reports

    @api.model
    def _default_date(self):
        return self._place_today()

    def _set_hash(self):
        """Refuse a file that was imported before, naming the first import (R39)."""
        self.env["cash.transfer.duty"]._check_duty("reconcile", self.company_id)
        content = base64.b64decode(self.file_content or b"")
        if not content:
            raise ValidationError(self.env._("The file is empty: choose another."))
        digest = hashlib.sha256(content).hexdigest()
        first = self.search(
            [
                ("file_hash", "=", digest),
                ("state", "!=", "cancelled"),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if first:
            raise ValidationError(
                self.env._(
                    "This file was imported as %(report)s on %(day)s.",
                    report=first.name,
                    day=self._say_day(first.create_date),
                )
            )
        # sudo: a hash is compared, the plan's code alone leaves the method
        sent = self.env["cash.transfer.payment.plan"].sudo()
        sent = sent.search(
            [("file_hash", "=", digest), ("company_id", "=", self.company_id.id)],
            limit=1,
        )
        if sent:
            raise ValidationError(self._own_file_sentence(sent))
        self._unprotected().file_hash = digest

    def _own_file_sentence(self, plan):
        return self.env._(
            "This is the instruction file of %(plan)s, not the provider's answer: "
            "choose the file that the provider sent.",
            plan=plan.name,
        )

    # -- reading ---------------------------------------------------------------
    def _duty_plans(self):
        return self.plan_id | self.row_ids.plan_id

    @step(frm=("draft", "matched"), duty="reconcile", referencing=True)
    def action_read(self):
        """Read the file and match its rows, in the background. For reconcilers who did
        not release the plan (R37).

        :raises UserError: the file cannot be read, or rows make no sense; each row is
            named. Nothing is stored then.
        """
        self.ensure_one()
        found = self._parse()
        self._queue_job("read", len(found.rows))

    @step(frm=("draft", "matched"), to="cancelled", duty="reconcile", referencing=True)
    def action_cancel(self):
        """Give a report up that was not posted: the same file may come again. For
        reconcilers."""
        self.sudo().row_ids.unlink()  # sudo: rows have no delete right for anybody

    def _parse(self):
        """Return what the file says (:class:`provider_report.Report`).

        :raises UserError: the file or rows of it make no sense; all of it is refused.
        """
        self.ensure_one()
        report = self.sudo()  # sudo: the file by its hash, and the profile
        profile = report.provider_id.report_profile_id
        content = base64.b64decode(report.file_content or b"")
        try:
            found = provider_report.read(
                content, profile._as_plain(self.currency_id, report.provider_id)
            )
        except SheetError as error:
            raise UserError(profile._explain(error)) from error
        self._refuse_own_file(found)
        self._refuse_other_file(found)
        if found.problems:
            problems = [profile._explain(error) for error in found.problems[:SHOWN]]
            more = len(found.problems) - SHOWN
            if more > 0:
                problems.append(self.env._("… and %(count)s more.", count=more))
            raise UserError(
                self.env._(
                    "Nothing was imported. Correct these rows:\n%(problems)s",
                    problems="\n".join(problems),
                )
            )
        return found

    def _refuse_other_file(self, found):
        """Refuse a file of another provider or currency: its payments are ours, so they
        are no claim against this provider.

        :raises UserError: it names payments of others, and none of this plan's kind.
        """
        codes = [row["payment_code"] for row in found.rows if row["payment_code"]]
        # sudo: whose payments they are; a plan's code alone leaves the method
        lines = (
            self.env["cash.transfer.payment.line"]
            .sudo()
            .search([("name", "in", codes), ("company_id", "=", self.company_id.id)])
        )
        mine = lines.filtered(
            lambda line: (
                line.provider_id == self.provider_id
                and line.currency_id == self.currency_id
            )
        )
        if lines and not mine:
            raise UserError(
                self.env._(
                    "The file names payments of %(plan)s: import it on that plan.",
                    plan=", ".join(lines.plan_id[:3].mapped("name")),
                )
            )

    def _refuse_own_file(self, found):
        """Refuse our own instruction file, saved again under another name: its codes
        and amounts stand in it as they were sent, and nothing says what became of them.
        Its other cells a spreadsheet may have written anew: days, telephone numbers.

        :raises UserError: every row is a row that we sent.
        """
        if "payment" not in found.columns:
            return
        place = found.columns["payment"]
        codes = {
            sheets.raw_text(cells[place]).upper()
            for _number, cells in found.table
            if place < len(cells)
        }
        # sudo: the file that was sent; the plan's code alone leaves the method
        payments = self.env["cash.transfer.payment.line"].sudo()
        sent = payments.search(
            [
                ("name", "in", list(codes)),
                ("provider_id", "=", self.provider_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        places = {sheets.fold(header): i for i, header in enumerate(found.headers)}
        for plan in sent.plan_id:
            content = base64.b64decode(plan.file_content or b"")
            if not content:
                continue
            headers, table = sheets.read(content)
            own = [sheets.fold(header) for header in headers]
            if not set(own) <= places.keys():
                continue
            same = [
                name
                for name in own
                if places[name] in (place, found.columns.get("amount"))
            ]
            told = [
                index
                for index in found.columns.values()
                if sheets.fold(found.headers[index]) not in own
            ]
            ours = {
                self._comparable([cells[own.index(name)] for name in same])
                for _number, cells in table
            }
            width = len(found.headers)
            if all(
                self._comparable([cells[places[name]] for name in same]) in ours
                and not any(cells[index] not in (None, "") for index in told)
                for cells in (
                    (list(cells) + [""] * width)[:width]
                    for _number, cells in found.table
                )
            ):
                raise UserError(self._own_file_sentence(plan))

    def _comparable(self, cells):
        """Return a row as it is whatever program saved it: 20.00, 20,00 and 20 are
        one."""
        texts = [
            sheets.plain(sheets.raw_text(cell)).lstrip("'").upper() for cell in cells
        ]
        comparable = []
        for text in texts:
            try:
                comparable.append(sheets.parse_amount(text, lone="decimal"))
            except SheetError:
                comparable.append(text)
        return tuple(comparable)

    def _job_read(self):
        """Store the rows with what each means today; one portion, all or nothing."""
        found = self._parse()
        rows = self.env["cash.transfer.reconciliation.row"]
        self.env.cr.execute(
            SQL(
                "DELETE FROM cash_transfer_reconciliation_row WHERE "
                "reconciliation_id=%s",
                self.id,
            )
        )
        rows.invalidate_model(flush=False)
        self.invalidate_recordset(["row_ids"], flush=False)
        self._unprotected().write(
            {
                "fees_told": found.fees_told,
                "has_file_total": found.total is not None,
                "file_total": Money(found.total or 0, self.currency_id).amount,
                "sheet_read": found.sheet,
                "header_row": found.header_row,
            }
        )
        matched = self._match(self._as_rows(found, self.provider_id.report_profile_id))
        rows._unprotected().create(
            [
                {
                    **row,
                    "reconciliation_id": self.id,
                    "company_id": self.company_id.id,
                    "currency_id": self.currency_id.id,
                }
                for row in matched
            ]
        )
        self._unprotected().write(
            {
                "state": "matched",
                "read_by_id": self.job_user_id.id,
                "row_count": len(matched),
                "job_done": len(matched),
            }
        )
        return True

    def action_open_rows(self):
        """Open the rows of the report."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rows"),
            "res_model": "cash.transfer.reconciliation.row",
            "view_mode": "list,pivot",
            "domain": [("reconciliation_id", "=", self.id)],
            "context": {"search_default_group_outcome": 1},
        }
