import base64
import hashlib
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools import tabular
from .payment_method import CASH_GROUPS

#: What providers write, in the languages they write; each provider may add words.
WORDS = {
    "delivered": {
        "delivered",
        "success",
        "successful",
        "succeeded",
        "paid",
        "ok",
        "completed",
        "complete",
        "réussi",
        "reussi",
        "payé",
        "paye",
        "livré",
    },
    "not_collected": {
        "not collected",
        "uncollected",
        "unclaimed",
        "expired",
        "non retiré",
        "non retire",
    },
    "failed": {
        "failed",
        "fail",
        "error",
        "rejected",
        "échec",
        "echec",
        "rejeté",
        "erreur",
    },
    "pending": {
        "pending",
        "processing",
        "in progress",
        "sent",
        "en cours",
        "en attente",
    },
}
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
    _check_company_auto = True

    _code_prefix = "RC"
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
        }
    )
    _frozen_fields = frozenset({"provider_id", "plan_id", "file_content", "file_name"})

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
        string="Accounting Date", required=True, default=fields.Date.context_today
    )
    file_name = fields.Char(required=True)
    file_content = fields.Binary(
        string="Report", required=True, groups=CASH_GROUPS, copy=False
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

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        for report in reports:
            report._set_hash()
        return reports

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
        self._unprotected().file_hash = digest

    # -- reading ---------------------------------------------------------------
    def action_read(self):
        """Read the file and match its rows, in the background. For reconcilers who did
        not release the plan (R37).

        :raises UserError: the file cannot be read, or rows make no sense; each row is
            named. Nothing is stored then.
        """
        self.ensure_one()
        self.check_access("write")
        self.plan_id._check_four_eyes("reconcile")
        self._lock_for_step()
        if self.state not in ("draft", "matched") or self.job:
            raise UserError(
                self.env._("%(report)s was read already.", report=self.name)
            )
        rows = self._parse()
        self._queue_job("read", len(rows))
        return True

    def action_cancel(self):
        """Give a report up that was not posted: the same file may come again. For
        reconcilers."""
        self.ensure_one()
        self.check_access("write")
        self.env["cash.transfer.duty"]._check_duty("reconcile", self.company_id)
        self._lock_for_step()
        if self.state == "posted" or self.job:
            raise UserError(
                self.env._("A posted report stays: reverse single payments instead.")
            )
        self.sudo().row_ids.unlink()  # sudo: rows have no delete right for anybody
        self._unprotected().state = "cancelled"
        return True

    def _sentence(self, error):
        """Translate a code of the file reader."""
        env, values = self.env, error.values
        sentences = {
            "empty": env._("The file is empty."),
            "no_rows": env._("The file has headers but no rows."),
            "too_big": env._(
                "The file is larger than %(size)s MB.", size=values.get("size")
            ),
            "too_long": env._(
                "The file has more than %(limit)s rows.", limit=values.get("limit")
            ),
            "not_a_table": env._("The file is no table: export it as CSV or XLSX."),
            "truncated": env._("The file is cut off: ask for it again."),
            "short_row": env._("the row has fewer cells than the header"),
            "formula": env._("a cell holds a formula: export values only"),
            "amount": env._("“%(value)s” is no amount", value=values.get("value")),
            "ambiguous_amount": env._(
                "“%(value)s” may have thousands or decimals: set the decimal sign on "
                "the provider",
                value=values.get("value"),
            ),
            "date": env._("“%(value)s” is no date", value=values.get("value")),
        }
        sentence = sentences[error.code]
        if error.row:
            return env._("Row %(row)s: %(problem)s", row=error.row, problem=sentence)
        return sentence

    def _parse(self):
        """Return the rows as dictionaries.

        :raises UserError: the file or rows of it make no sense; all of it is refused.
        """
        self.ensure_one()
        report = self.sudo()  # sudo: the provider's columns, and the file by its hash
        content = base64.b64decode(report.file_content or b"")
        try:
            headers, table = tabular.read_table(content, self.file_name)
        except tabular.TableError as error:
            raise UserError(self._sentence(error)) from error
        columns = self._find_columns(headers)
        words = self._get_words()
        rows, problems = [], []
        for number, cells in table:
            values = {
                content: cells[index].strip() if index < len(cells) else ""
                for content, index in columns.items()
            }
            try:
                rows.append(self._parse_row(number, values, words))
            except tabular.TableError as error:
                error.row = number
                problems.append(self._sentence(error))
            except ValidationError as error:
                problems.append(
                    self.env._(
                        "Row %(row)s: %(problem)s", row=number, problem=error.args[0]
                    )
                )
        if problems:
            more = len(problems) - SHOWN
            if more > 0:
                problems = [
                    *problems[:SHOWN],
                    self.env._("… and %(count)s more.", count=more),
                ]
            raise UserError(
                self.env._(
                    "Nothing was imported. Correct these rows:\n%(problems)s",
                    problems="\n".join(problems),
                )
            )
        return rows

    def _find_columns(self, headers):
        """Return content → index of the provider's columns in this file."""
        provider = self.sudo().provider_id  # sudo: column mapping
        found = {tabular.normalise(header): i for i, header in enumerate(headers)}
        columns, missing = {}, []
        needed = {provider.match_key, "amount"}
        for column in provider.report_column_ids:
            index = found.get(tabular.normalise(column.header))
            if index is not None:
                columns[column.content] = index
            elif column.content in needed:
                missing.append(column.header)
        if missing or not needed <= columns.keys():
            raise UserError(
                self.env._(
                    "The file has no column %(columns)s. It has: %(headers)s. "
                    "Name the columns on the provider.",
                    columns=", ".join(missing or sorted(needed - columns.keys())),
                    headers=", ".join(headers[:20]),
                )
            )
        return columns

    def _get_words(self):
        words = {
            word: (meaning, False) for meaning, own in WORDS.items() for word in own
        }
        reasons = {
            key: key
            for key, _label in self.env["cash.transfer.payment.line"]._failure_reasons()
        }
        for word in self.sudo().provider_id.word_ids:  # sudo: mapping
            key = word.word.strip().casefold()
            if word.meaning != "reason":
                words[key] = (word.meaning, word.failure_reason)
            if word.failure_reason:
                reasons[key] = word.failure_reason
        return words, reasons

    def _parse_row(self, number, values, words):
        words, reasons = words
        provider = self.sudo().provider_id  # sudo: settings of the report
        env = self.env
        for cell in values.values():
            if cell[:1] == "=":
                raise tabular.TableError("formula")
        if not values.get(provider.match_key):
            raise ValidationError(env._("the payment is not named"))
        amount = None
        if values.get("amount"):
            amount = tabular.parse_amount(values["amount"], provider.report_decimal)
            if amount < 0:
                raise ValidationError(env._("the amount is negative"))
            if amount != round(amount, self.currency_id.decimal_places):
                raise ValidationError(
                    env._(
                        "the amount has more decimals than %(currency)s",
                        currency=self.currency_id.name,
                    )
                )
        currency = values.get("currency", "").upper()
        if currency and currency != self.currency_id.name:
            raise ValidationError(
                env._(
                    "the currency is %(found)s, the plan pays in %(wanted)s",
                    found=currency[:3],
                    wanted=self.currency_id.name,
                )
            )
        meaning, reason = self._parse_meaning(values, amount, words)
        text = values.get("reason", "").casefold()
        if meaning in ("failed", "not_collected"):
            reason = (
                reasons.get(text)
                or reason
                or ("other" if text else provider.default_failure_reason)
            )
            if not reason:
                raise ValidationError(
                    env._("a payment that was not delivered needs a reason")
                )
            if reason == "not_presented":
                meaning = "not_collected"
        fee = 0.0
        if values.get("fee"):
            fee = tabular.parse_amount(values["fee"], provider.report_decimal)
            if fee < 0:
                raise ValidationError(env._("the fee is negative"))
        return {
            "number": number,
            "payment_code": values.get("payment", "").upper() or False,
            "provider_ref": values.get("reference") or False,
            "amount": float(amount or 0),
            "has_amount": amount is not None,
            "fee": float(fee),
            "has_fee": bool(values.get("fee")),
            "date": tabular.parse_date(values.get("date")),
            "meaning": meaning,
            "failure_reason": reason or False,
        }

    def _parse_meaning(self, values, amount, words):
        env = self.env
        word = values.get("status", "").casefold()
        if word:
            if word not in words:
                raise ValidationError(
                    env._(
                        "the status “%(word)s” is unknown: give it a meaning on the "
                        "provider",
                        word=word[:30],
                    )
                )
            meaning, reason = words[word]
            if meaning == "delivered" and not amount:
                raise ValidationError(env._("it is called delivered without an amount"))
            if meaning in ("failed", "not_collected") and amount:
                # many providers repeat the amount that was asked for
                if (
                    not values.get("reason")
                    and not reason
                    and (not self.sudo().provider_id.default_failure_reason)
                ):
                    raise ValidationError(
                        env._(
                            "it is called not delivered, with an amount and no reason"
                        )
                    )
            return meaning, reason
        if amount is None:
            return "pending", False
        return ("delivered" if amount else "failed"), False

    # -- matching --------------------------------------------------------------
    def _job_read(self):
        """Store the rows with what each means today; one portion, all or nothing."""
        parsed = self._parse()
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
        has_fee = any(row.pop("has_fee") for row in parsed)
        matched = self._match(parsed)
        if not has_fee:
            self._add_expected_fees(matched)
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
        by_ref = {line["provider_ref"]: line for line in lines if line["provider_ref"]}
        for line in lines:
            for name in ("amount_due", "amount_delivered", "amount_disputed", "open"):
                line[name] = float(line[name])
        return by_code, by_ref

    def _match(self, rows):
        """Return the rows with line, plan, outcome, booked and disputed amounts."""
        by_code, by_ref = self._get_lines(rows)
        key = self.provider_id.match_key
        today = fields.Date.context_today(self)
        seen, matched, left = {}, [], {}
        for row in rows:
            line = by_code.get(row["payment_code"]) or (
                by_ref.get(row["provider_ref"]) if row["provider_ref"] else None
            )
            if key == "reference" and row["provider_ref"]:
                line = by_ref.get(row["provider_ref"]) or line
            result = {
                "line_id": False,
                "plan_id": self.plan_id.id,
                "booked": 0.0,
                "disputed": 0.0,
                "question_reason": False,
            }
            if not line or line["currency_id"] != self.currency_id.id:
                result.update(self._unknown(row))
            else:
                result.update(line_id=line["id"], plan_id=line["plan_id"])
                if line["id"] in seen:
                    result.update(self._again(row, seen[line["id"]]))
                else:
                    seen[line["id"]] = row
                    # a payment and its follow-up share what is due
                    line["open"] = left.get(line["cycle_line_id"], line["open"])
                    result.update(self._meaning(row, line, today))
                    left[line["cycle_line_id"]] = self._round(
                        line["open"] - result["booked"]
                    )
            matched.append({**row, **result})
        return matched

    def _unknown(self, row):
        if row["amount"] and row["meaning"] == "delivered":
            return {"outcome": "unknown", "disputed": row["amount"]}
        return {"outcome": "no_change"}

    def _again(self, row, first):
        """A payment named twice in one file: the same row twice says nothing new, two
        transfers are one too many."""
        if (
            row["meaning"] != "delivered"
            or not row["amount"]
            or (
                row["provider_ref"] == first["provider_ref"]
                and row["amount"] == first["amount"]
            )
        ):
            return {"outcome": "no_change"}
        return {"outcome": "paid_twice", "disputed": row["amount"]}

    def _meaning(self, row, line, today):
        """Return what one row means for its payment (R39)."""
        meaning, status = row["meaning"], line["status"]
        if meaning == "pending":
            return {"outcome": "no_change"}
        if meaning in ("failed", "not_collected"):
            if status in ("sent", "in_question"):
                return {"outcome": meaning}
            if status in ("delivered", "partial"):
                return {"outcome": "conflict"}
            return {"outcome": "no_change"}
        if status in ("sent", "in_question"):
            return self._first_report(row, line, today)
        if status in ("delivered", "partial"):
            return self._later_report(row, line)
        if status in ("failed", "not_collected", "reversed"):
            return self._late_success(row, line)
        if status == "paid_twice":
            new = self._round(row["amount"] - line["amount_disputed"])
            if new <= 0:
                return {"outcome": "no_change"}
            return {"outcome": "paid_twice", "disputed": new}
        # never handed to the provider: set aside, stopped, cancelled, pending
        return {"outcome": "unknown", "disputed": row["amount"]}

    def _round(self, amount):
        return self.currency_id.round(amount)

    def _first_report(self, row, line, today):
        amount, due = row["amount"], line["amount_due"]
        day = row["date"] or self.date
        question = False
        if day > today:
            question = "future"
        elif day < line["sent_on"]:
            question = "early"
        elif line["grant_end"] and day > line["grant_end"]:
            question = "grant_ended"
        if question:
            return {"outcome": "in_question", "question_reason": question}
        due = self._round(min(due, line["open"]))
        if due <= 0:
            return {"outcome": "paid_twice", "disputed": amount}
        excess = self._round(amount - due)
        if excess > 0:
            return {"outcome": "over", "booked": due, "disputed": excess}
        return {"outcome": "partial" if excess < 0 else "delivered", "booked": amount}

    def _later_report(self, row, line):
        """Another report on a delivered payment: the same values are no change."""
        known = self._round(line["amount_delivered"] + line["amount_disputed"])
        other_ref = (
            row["provider_ref"]
            and line["provider_ref"]
            and row["provider_ref"] != line["provider_ref"]
        )
        if other_ref:
            return {"outcome": "paid_twice", "disputed": row["amount"]}
        new = self._round(row["amount"] - known)
        if new == 0:
            return {"outcome": "no_change"}
        if new < 0:
            return {"outcome": "conflict"}
        booked = self._round(
            max(
                min(new, line["amount_due"] - line["amount_delivered"], line["open"]), 0
            )
        )
        return {
            "outcome": "late" if booked else "paid_twice",
            "booked": booked,
            "disputed": self._round(new - booked),
        }

    def _late_success(self, row, line):
        """A payment that had failed was delivered after all: the entitlement and period
        is an expense once, whatever a follow-up did."""
        booked = self._round(
            max(min(row["amount"], line["amount_due"], line["open"]), 0.0)
        )
        disputed = self._round(row["amount"] - booked)
        return {
            "outcome": "late" if booked else "paid_twice",
            "booked": booked,
            "disputed": disputed,
        }

    # -- posting ---------------------------------------------------------------
    def action_post(self):
        """Book the report: payments, disputes and one entry per plan, in the
        background. For reconcilers who did not release the plans (R37).

        :raises UserError: not matched, or a locked date with the first open day.
        """
        self.ensure_one()
        self.check_access("write")
        for plan in self.plan_id | self.row_ids.plan_id:
            plan._check_four_eyes("reconcile")
        self._lock_for_step()
        if self.state != "matched":
            raise UserError(self.env._("Read %(report)s first.", report=self.name))
        if self.date > fields.Date.context_today(self):
            raise UserError(self.env._("The accounting date lies in the future."))
        self.plan_id.sudo()._check_open_date(  # sudo: lock dates of the company
            self.date, self.company_id.sudo().cash_journal_id
        )
        self._queue_job("post", self.row_count)
        return True

    def _job_post(self):
        """Book everything in one transaction: either the payments and the books say the
        same, or nothing happened and the step starts again."""
        plans = self.row_ids.plan_id | self.plan_id
        plans.lock_for_update(allow_referencing=True)
        plans.invalidate_recordset()
        rows = self._rematch()
        special = rows.filtered(lambda row: row.outcome in ("late", "paid_twice"))
        self._apply_special(special)
        self._apply_plain()
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
            plan._log_step(self.env._("Report %(report)s posted", report=self.name))
        return True

    def _rematch(self):
        """Compare the rows with the payments as they are now: follow-ups may have been
        made since the report was read."""
        names = (
            "number",
            "payment_code",
            "provider_ref",
            "amount",
            "fee",
            "date",
            "meaning",
            "failure_reason",
        )
        rows = self.row_ids.sorted("number")
        known = [{name: row[name] for name in names} for row in rows]
        changed = False
        for row, now in zip(rows, self._match(known), strict=True):
            values = {
                name: now[name]
                for name in (
                    "line_id",
                    "plan_id",
                    "outcome",
                    "booked",
                    "disputed",
                    "question_reason",
                )
            }
            if (
                row.outcome != values["outcome"]
                or row.booked != values["booked"]
                or row.disputed != values["disputed"]
                or row.line_id.id != values["line_id"]
            ):
                row._unprotected().write(values)
                changed = True
        if changed:
            self.env.flush_all()
        return rows

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
                    follow_up.plan_id._update_totals()
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
                    "provider_ref": line.provider_ref or row.provider_ref,
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
                   provider_ref = coalesce(r.provider_ref, l.provider_ref)
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
