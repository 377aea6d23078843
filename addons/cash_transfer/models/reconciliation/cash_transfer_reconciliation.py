import base64
import hashlib
import re
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
#: Outcomes that change a payment by one set-wise statement.
PLAIN = ("delivered", "partial", "over", "not_collected", "failed", "in_question")


class CashTransferReconciliation(models.Model):
    """A provider's report: read whole or refused, matched, shown, posted (R39).

    Reconcilers import and post. The money has moved already, so a report is booked as
    it is: what does not fit goes to dispute, never away.
    """

    _name = "cash.transfer.reconciliation"
    _description = "Provider's Report"
    _inherit = ["remediation.coded.mixin", "cash.transfer.job"]
    _order = "id desc"
    _rules_of = "cash.transfer.payment.plan"
    _check_company_auto = True

    _code_prefix = "RC"
    _job_buttons = {"read": "action_read", "post": "action_post"}
    _job_duties = {"read": "reconcile", "post": "reconcile"}
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
                    day=fields.Date.to_string(first.create_date.date()),
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

    def _refuse_own_file(self, found):
        """Refuse our own instruction file, saved again under another name: its rows
        stand in it as they were sent, and nothing says what became of them.

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
        plans = (
            self.env["cash.transfer.payment.line"]
            .sudo()
            .search(
                [
                    ("name", "in", list(codes)),
                    ("provider_id", "=", self.provider_id.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
            .plan_id
        )
        places = {sheets.fold(header): i for i, header in enumerate(found.headers)}
        for plan in plans:
            content = base64.b64decode(plan.file_content or b"")
            if not content:
                continue
            headers, table = sheets.read(content)
            own = [sheets.fold(header) for header in headers]
            if not set(own) <= places.keys():
                continue
            told = [
                index
                for index in found.columns.values()
                if sheets.fold(found.headers[index]) not in own
            ]
            sent = {self._comparable(cells) for _number, cells in table}
            width = len(found.headers)
            if all(
                self._comparable([cells[places[name]] for name in own]) in sent
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
        texts = [sheets.raw_text(cell).lstrip("'") for cell in cells]
        return tuple(
            re.sub(r"[.,]0*$", "", text.lstrip("+").replace(",", "."))
            if re.fullmatch(r"\+?[\d.,]+", text)
            else text
            for text in texts
        )

    # -- matching --------------------------------------------------------------
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

    def _as_rows(self, found, profile):
        """Return the facts of a file as values of rows, in money."""
        self._match_numbers(found.rows, profile)
        aside = {
            "payment_code": False,
            "provider_ref": False,
            "fee_told": 0,
            "date": False,
            "meaning": "left_out",
            "failure_reason": False,
            "note": False,
        }
        rows = found.rows + [
            {
                **aside,
                **row,
                "position": row["number"],
                "has_amount": bool(row["amount"]),
            }
            for row in found.left_out
        ]
        return [
            {
                **row,
                "payment_code": row["payment_code"] or False,
                "amount": Money(row["amount"], self.currency_id).amount,
                "fee_told": Money(row["fee_told"], self.currency_id).amount,
            }
            for row in rows
        ]

    def _match_numbers(self, rows, profile):
        """Name the payment of rows that only tell a wallet: where the plan pays it
        once. The others wait until a person says which payment they are (R58)."""
        nameless = [row for row in rows if row["numbers"] and not row["payment_code"]]
        by_number = defaultdict(list)
        if nameless:
            # sudo: whole numbers are compared, none leaves the method
            for line in self.plan_id.sudo().line_ids:
                by_number[line.payee_number].append(line.name)
        for row in rows:
            row["note"] = False
        for row in nameless:
            codes = [code for one in row["numbers"] for code in by_number.get(one, ())]
            if len(codes) == 1:
                row["payment_code"] = codes[0]
            elif codes:
                row["note"] = "which_payment"
            elif profile.match_key == "number":
                row["note"] = "number_unknown"
            else:  # no payment code, and nobody whom the plan pays
                row["meaning"] = "left_out"
        for row in rows:
            del row["numbers"]

    def _add_expected_fees(self, rows):
        """Without a fee column the contract's rule gives the fee, rounded per
        report.
        """
        paid = [row for row in rows if row["booked"] > 0]
        if not paid:
            return
        paid[0]["fee"] = self.provider_id._expected_fee(
            sum(row["booked"] for row in paid), len(paid), self.currency_id, self.date
        )

    def _get_lines(self, rows):
        """Return (code → line facts, reference → line facts) in two statements."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT l.id, l.name, l.provider_ref, l.status, l.amount_due,
                       l.amount_delivered, l.amount_disputed, l.sent_on, l.plan_id,
                       l.cycle_line_id, l.origin_line_id,
                       c.amount_due - c.amount_delivered AS open,
                       (SELECT min(g.date_end) FROM cash_transfer_payment_split s
                          JOIN cash_transfer_grant g ON g.id = s.grant_id
                         WHERE s.line_id = l.id) AS grant_end,
                       l.currency_id, l.entitlement_id
                  FROM cash_transfer_payment_line l
                  JOIN cash_transfer_cycle_line c ON c.id = l.cycle_line_id
                 WHERE l.provider_id = %(provider)s AND l.company_id = %(company)s
                   AND (l.name = ANY(%(codes)s) OR l.provider_ref = ANY(%(refs)s))
                """,
                provider=self.provider_id.id,
                company=self.company_id.id,
                codes=[row["payment_code"] for row in rows if row["payment_code"]],
                refs=[row["provider_ref"] for row in rows if row["provider_ref"]],
            )
        )
        lines = self.env.cr.dictfetchall()
        by_code = {line["name"]: line for line in lines}
        by_ref = {}
        for line in lines:
            if line["provider_ref"]:
                # what several payments have in common names none of them
                shared = line["provider_ref"] in by_ref
                by_ref[line["provider_ref"]] = None if shared else line
        for line in lines:
            for name in ("amount_due", "amount_delivered", "amount_disputed", "open"):
                line[name] = float(line[name])
        return by_code, by_ref

    def _match(self, rows, profile=None):
        """Return the rows with line, plan, outcome, booked and disputed amounts, as
        the payments and the posted reports are now (R69)."""
        by_code, by_ref = self._get_lines(rows)
        # sudo: how the provider's file is read
        profile = profile or self.sudo().provider_id.report_profile_id
        by_reference = profile.match_key == "reference"
        currency = self.currency_id
        lines, told, aside = {}, [], {}
        for row in rows:
            nameless = not row["payment_code"] and not (
                by_reference and row["provider_ref"]
            )
            if row["meaning"] == "left_out":
                aside[row["number"]] = provider_report.change("left_out")
            elif nameless and row["note"] in ("which_payment", "number_unknown"):
                aside[row["number"]] = provider_report.change(
                    "waiting", note=row["note"]
                )
            line = by_code.get(row["payment_code"])
            if not row["payment_code"] or (by_reference and row["provider_ref"]):
                line = by_ref.get(row["provider_ref"]) or line
            if line and line["currency_id"] != self.currency_id.id:
                line = None
            if line:
                lines[line["id"]] = line
            told.append(
                {
                    **row,
                    "line_id": line["id"] if line else False,
                    "plan_id": line["plan_id"] if line else self.plan_id.id,
                    "amount": Money.of(row["amount"], currency).units,
                    "fee": Money.of(row["fee_told"], currency).units,
                }
            )
        spoken = [row for row in told if row["number"] not in aside]
        stories, references = self._get_stories(spoken)
        provider_report.name_receipts(told, references)
        changes = aside | provider_report.understand(
            spoken,
            {key: self._as_payment(line) for key, line in lines.items()},
            stories,
            self._place_today(),
            self.date,
        )
        self._unprotected().write(
            {
                "listed_total": Money(
                    sum(row["amount"] for row in spoken), currency
                ).amount,
                "told_total": Money(
                    provider_report.told_total(spoken), currency
                ).amount,
            }
        )
        matched = []
        for row, now in zip(rows, told, strict=True):
            change = changes[row["number"]]
            matched.append(
                {
                    **row,
                    **{name: now[name] for name in ("line_id", "plan_id", "receipt")},
                    **change,
                    **{
                        name: Money(change[name], currency).amount
                        for name in ("booked", "disputed", "fee")
                    },
                }
            )
        if not self.fees_told:
            self._add_expected_fees(matched)
        return matched

    def _as_payment(self, line):
        currency = self.currency_id
        return provider_report.Payment(
            status=line["status"],
            due=Money.of(line["amount_due"], currency).units,
            delivered=Money.of(line["amount_delivered"], currency).units,
            open=Money.of(line["open"], currency).units,
            cycle_line=line["cycle_line_id"],
            sent_on=line["sent_on"],
            grant_end=line["grant_end"],
        )

    def _get_stories(self, rows):
        """Return what the posted reports of the provider said about these payments, and
        whose each of these references was, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                SELECT r.line_id, r.payment_code, r.provider_ref, r.receipt,
                       r.meaning, r.outcome, r.amount, r.booked, r.disputed, r.fee,
                       r.date, p.fees_told
                  FROM cash_transfer_reconciliation_row r
                  JOIN cash_transfer_reconciliation p ON p.id = r.reconciliation_id
                 WHERE p.state = 'posted' AND p.id <> %(report)s
                   AND p.provider_id = %(provider)s AND p.company_id = %(company)s
                   AND (r.line_id = ANY(%(lines)s)
                        OR r.provider_ref = ANY(%(refs)s)
                        OR (r.line_id IS NULL AND r.payment_code = ANY(%(codes)s)))
                 ORDER BY p.posted_on, p.id, r.position, r.number
                """,
                report=self._origin.id or 0,
                provider=self.provider_id.id,
                company=self.company_id.id,
                lines=[row["line_id"] for row in rows if row["line_id"]],
                refs=[row["provider_ref"] for row in rows if row["provider_ref"]],
                codes=[row["payment_code"] for row in rows if row["payment_code"]],
            )
        )
        stories, references = defaultdict(provider_report.Story), []
        for row in self.env.cr.dictfetchall():
            for name in ("amount", "booked", "disputed", "fee"):
                row[name] = Money.of(row[name], self.currency_id).units
            about = provider_report.subject(row)
            if row["provider_ref"]:
                references.append((row["provider_ref"], about))
            stories[about].remember(row)
        return stories, references

    def _round(self, amount):
        return self.currency_id.round(amount)

    # -- posting ---------------------------------------------------------------
    @step(frm="matched", duty="reconcile", referencing=True)
    def action_post(self):
        """Book the report: payments, disputes and one entry per plan, in the
        background. For reconcilers who did not release the plans (R37).

        :raises UserError: not matched, or a locked date with the first open day.
        """
        self.ensure_one()
        self._check_answered()
        if self.control_problem:
            raise UserError(self.control_problem)
        if self.date > self._place_today():
            raise UserError(self.env._("The accounting date lies in the future."))
        self.plan_id.sudo()._check_open_date(  # sudo: lock dates of the company
            self.date, self.company_id.sudo().cash_journal_id
        )
        self._queue_job("post", self.row_count)

    def _check_answered(self):
        waiting = self.row_ids.filtered(lambda row: row.outcome == "waiting")
        if waiting:
            raise UserError(
                self.env._(
                    "Rows %(rows)s are not understood: say of each which payment it "
                    "is.",
                    rows=", ".join(map(str, waiting[:SHOWN].mapped("number"))),
                )
            )

    def _job_post(self):
        """Book everything in one transaction: either the payments and the books say the
        same, or nothing happened and the step starts again."""
        plans = self.row_ids.plan_id | self.plan_id
        plans.lock_for_update(allow_referencing=True)
        plans.invalidate_recordset()
        rows = self._rematch()
        self._check_answered()  # another report may have been posted meanwhile
        self._apply_reversed(
            rows.filtered(lambda row: row.outcome == "reversed" and row.booked)
        )
        self._apply_plain()
        self._apply_special(
            rows.filtered(lambda row: row.outcome in ("late", "paid_twice"))
        )
        disputes = self._create_disputes(rows)
        fees = dict(
            self.env["cash.transfer.reconciliation.row"]._read_group(
                [("reconciliation_id", "=", self.id), ("fee", "!=", 0)],
                ["plan_id"],
                ["fee:sum"],
            )
        )
        for plan in plans.sorted("id"):
            plan._post_deliveries(
                self.date,
                self,
                fees.get(plan, 0.0),
                disputes.filtered(lambda d, plan=plan: d.plan_id == plan),
            )
        lines = self.row_ids.line_id
        lines.cycle_line_id._update_payment_status()
        self._count_failures()
        plans._unprotected().write(
            {
                "reconciled_by_ids": [fields.Command.link(self.job_user_id.id)],
                "reconciliation_ids": [fields.Command.link(self.id)],
            }
        )
        plans._update_state()
        self._unprotected().write(
            {
                "state": "posted",
                "posted_by_id": self.job_user_id.id,
                "posted_on": fields.Datetime.now(),
                "job_done": self.row_count,
            }
        )
        for plan in plans:
            plan._log_event(self.env._("Report %(report)s posted", report=self.name))
        return True

    def _rematch(self):
        """Compare the rows with the payments as they are now: follow-ups may have been
        made since the report was read."""
        names = (
            "number",
            "position",
            "payment_code",
            "provider_ref",
            "amount",
            "fee_told",
            "date",
            "meaning",
            "failure_reason",
            "note",
        )
        rows = self.row_ids.sorted("number")
        known = [{name: row[name] for name in names} for row in rows]
        results = (
            "line_id",
            "plan_id",
            "receipt",
            "outcome",
            "booked",
            "disputed",
            "fee",
            "note",
            "question_reason",
        )
        changed = False
        for row, now in zip(rows, self._match(known), strict=True):
            values = {name: now[name] for name in results}
            before = row._convert_to_write({name: row[name] for name in results})
            if any(
                (before[name] or False) != (values[name] or False) for name in values
            ):
                row._unprotected().write(values)
                changed = True
        if changed:
            self.env.flush_all()
        return rows

    def _apply_reversed(self, rows):
        """Book back what the provider took back (R44, R69)."""
        for plan, mine in rows.grouped("plan_id").items():
            plan._reverse_lines(
                mine.line_id,
                self.env._("Taken back by the provider, %(report)s", report=self.name),
                self.date,
                {
                    line: -sum(back.mapped("booked"))
                    for line, back in mine.grouped("line_id").items()
                },
            )

    def _apply_special(self, rows):
        """Book late successes and double payments one by one: they are few."""
        for row in rows:
            line = row.line_id
            if not line:
                continue
            # follow-ups of follow-ups, too, pay the same entitlement and period
            siblings = line.cycle_line_id.payment_line_ids - line
            for follow_up in siblings:
                if row.outcome != "late":
                    break
                if follow_up.status == "pending":
                    follow_up._to_status(
                        "cancelled",
                        self.env._("%(code)s was paid late", code=line.name),
                    )
                elif follow_up.status in ("sent", "in_question"):
                    follow_up._to_status(
                        "paid_twice",
                        self.env._("%(code)s was paid late", code=line.name),
                    )
                    follow_up.plan_id._update_state()
            if row.booked:
                delivered = self._round(line.amount_delivered + row.booked)
                cycle_line = line.cycle_line_id
                line._unprotected().write(
                    {
                        "amount_delivered": delivered,
                        "status": "delivered"
                        if self._round(delivered - line.amount_due) >= 0
                        else "partial",
                        "delivered_on": row.date or self.date,
                        "failure_reason": False,
                    }
                )
                cycle_line._unprotected().amount_delivered = self._round(
                    cycle_line.amount_delivered + row.booked
                )
                line._split_delivery()
            elif line.status in ("failed", "not_collected", "reversed"):
                line._unprotected().status = "paid_twice"
            elif line.status in ("sent", "in_question"):
                line._to_status("paid_twice", False)
            line._unprotected().write(
                {
                    "amount_disputed": self._round(line.amount_disputed + row.disputed),
                    "provider_ref": line.provider_ref or row.receipt,
                }
            )

    def _apply_plain(self):
        """Move all ordinary payments in a handful of statements, whatever their number.

        The ORM would write the same values row by row.
        """
        values = {"report": self.id, "plain": list(PLAIN), "date": self.date}
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET amount_delivered = c.amount_delivered + t.booked,
                   amount_live = greatest(c.amount_live - t.freed, 0)
              FROM (SELECT l.cycle_line_id AS id, sum(r.booked) AS booked,
                           sum(CASE WHEN l.is_live AND r.outcome <> 'in_question'
                                    THEN l.amount_due ELSE 0 END) AS freed
                      FROM cash_transfer_reconciliation_row r
                      JOIN cash_transfer_payment_line l ON l.id = r.line_id
                     WHERE r.reconciliation_id = %(report)s
                       AND r.outcome = ANY(%(plain)s)
                     GROUP BY l.cycle_line_id) t
             WHERE c.id = t.id
            """,
            **values,
        )
        self._execute(
            """
            UPDATE cash_transfer_payment_line l
               SET status = CASE WHEN r.outcome <> 'over' THEN r.outcome
                                 WHEN l.status IN ('sent', 'in_question')
                                 THEN 'delivered' ELSE l.status END,
                   amount_delivered = l.amount_delivered + r.booked,
                   amount_disputed = l.amount_disputed + r.disputed,
                   delivered_on = CASE
                       WHEN r.outcome IN ('failed', 'not_collected') THEN NULL
                       ELSE coalesce(r.date, %(date)s) END,
                   is_live = (r.outcome = 'in_question'),
                   failure_reason = CASE
                       WHEN r.outcome IN ('failed', 'not_collected')
                       THEN r.failure_reason END,
                   question_reason = r.question_reason,
                   question_amount = CASE WHEN r.outcome = 'in_question'
                                          THEN r.amount ELSE 0 END,
                   provider_ref = coalesce(r.receipt, l.provider_ref)
              FROM cash_transfer_reconciliation_row r
             WHERE r.line_id = l.id AND r.reconciliation_id = %(report)s
               AND r.outcome = ANY(%(plain)s)
            """,
            **values,
        )
        self._execute(
            """
            UPDATE cash_transfer_payment_split s
               SET amount_delivered = s.amount
              FROM cash_transfer_reconciliation_row r
             WHERE r.line_id = s.line_id AND r.reconciliation_id = %(report)s
               AND r.outcome IN ('delivered', 'over')
            """,
            **values,
        )
        self.row_ids.plan_id._figures_changed()
        partial = self.row_ids.filtered(lambda row: row.outcome == "partial").line_id
        partial._split_delivery()

    def _create_disputes(self, rows):
        kinds = {"over": "over_delivered", "late": "paid_twice"}
        return (
            self.env["cash.transfer.dispute"]
            ._unprotected()
            .create(
                [
                    {
                        "plan_id": row.plan_id.id,
                        "reconciliation_id": self.id,
                        "row_id": row.id,
                        "line_id": row.line_id.id,
                        "kind": kinds.get(row.outcome, row.outcome),
                        "amount": row.disputed,
                    }
                    for row in rows
                    if row.disputed > 0
                ]
            )
        )

    def _count_failures(self):
        """Count failures in a row per entitlement; from the second on, plan a visit
        (R41)."""
        self._execute(
            """
            UPDATE cash_transfer_entitlement e
               SET failure_count = CASE WHEN t.delivered THEN 0
                                        ELSE coalesce(e.failure_count, 0) + 1 END
              FROM (SELECT l.entitlement_id AS id,
                           bool_or(r.booked > 0) AS delivered
                      FROM cash_transfer_reconciliation_row r
                      JOIN cash_transfer_payment_line l ON l.id = r.line_id
                     WHERE r.reconciliation_id = %(report)s
                       AND r.outcome IN ('delivered', 'partial', 'over', 'late',
                                         'failed', 'not_collected')
                     GROUP BY l.entitlement_id) t
             WHERE e.id = t.id
               AND (NOT t.delivered OR coalesce(e.failure_count, 0) <> 0)
            """,
            report=self.id,
        )
        failing = self.row_ids.filtered(
            lambda row: row.outcome in ("failed", "not_collected")
        ).line_id
        repeated = failing.filtered(lambda line: line.entitlement_id.failure_count >= 2)
        repeated.cycle_line_id._plan_visits()

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
