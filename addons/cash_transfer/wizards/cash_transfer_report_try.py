import base64
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.sheets import SheetError

from ..models.entitlement.cash_transfer_payment_method import CASH_GROUPS
from ..tools import provider_report

#: Rows shown.
SHOWN = 50


class CashTransferReportTry(models.TransientModel):
    """Read a provider's file by a profile and show what would happen; nothing is booked
    and nothing of the file is kept. For whoever reads profiles."""

    _name = "cash.transfer.report.try"
    _description = "Try a Profile on a File"

    profile_id = fields.Many2one("cash.transfer.report.profile", required=True)
    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        domain="[('state', 'in', ['instructed', 'partly_reconciled', 'reconciled'])]",
        help="Compare with the payments of this plan; empty: only read the file.",
    )
    # not attachments: wallets leave the database when the wizard is cleaned up
    file = fields.Binary(attachment=False, required=True, groups=CASH_GROUPS)
    file_name = fields.Char()
    picture = fields.Html(compute="_compute_picture", sanitize=False)

    @api.depends("profile_id", "plan_id", "file")
    def _compute_picture(self):
        for one in self:
            one.picture = one.file and one._draw()

    def _draw(self):
        """Return the picture: where the table is, what each row is, what it adds up
        to."""
        currency = self.plan_id.currency_id or self.env.company.currency_id
        provider = self.plan_id.provider_id or self.profile_id.provider_ids[:1]
        if not self.plan_id and provider:
            currency = provider.currency_id
        values = {"problems": [], "rows": [], "counts": [], "more": 0}
        try:
            found = provider_report.read(
                base64.b64decode(self.file),
                self.profile_id._as_plain(currency, provider),
            )
        except SheetError as error:
            values["problems"].append(self.profile_id._explain(error))
            return self._render(values)
        values["problems"] += [
            self.profile_id._explain(error) for error in found.problems[:SHOWN]
        ]
        report = self.env["cash.transfer.reconciliation"].new(
            {"plan_id": self.plan_id.id, "date": self._place_today()}
        )
        rows, labels = self._rows(report, found, currency)
        counts = Counter(row["what"] for row in rows)
        values.update(
            sheet=found.sheet,
            header_row=found.header_row,
            columns=[
                (self.profile_id._content_labels()[content], found.headers[index])
                for content, index in found.columns.items()
            ],
            counts=[(labels.get(what, what), n) for what, n in counts.most_common()],
            rows=[
                {
                    **row,
                    "what": labels.get(row["what"], row["what"]),
                    "amount": currency.format(row["amount"]),
                }
                for row in rows[:SHOWN]
            ],
            more=max(len(rows) - SHOWN, 0),
            total=currency.format(
                Money(
                    provider_report.told_total(
                        [
                            {**row, "line_id": False, "receipt": row["provider_ref"]}
                            for row in found.rows
                        ]
                    ),
                    currency,
                ).amount
            ),
            file_total=found.total is not None
            and currency.format(Money(found.total, currency).amount),
        )
        return self._render(values)

    def _rows(self, report, found, currency):
        """Return ``(rows, labels)``: what each row says, or with a plan what it
        changes."""
        row_fields = self.env["cash.transfer.reconciliation.row"]._fields
        if self.plan_id:
            # sudo: figures of the plan's payments; codes and outcomes are shown
            rows = report.sudo()._match(
                report.sudo()._as_rows(found, self.profile_id), self.profile_id
            )
            labels = dict(row_fields["outcome"]._description_selection(self.env))
            for row in rows:
                row["what"] = row["outcome"]
        else:
            for row in found.rows:
                row.setdefault("note", False)
            rows = [
                {**row, "what": row["meaning"] or "pending", "note": False}
                for row in found.rows
            ]
            rows += [
                {
                    **row,
                    "payment_code": "",
                    "provider_ref": "",
                    "date": False,
                    "note": False,
                    "what": "left_out",
                }
                for row in found.left_out
            ]
            rows = [
                {**row, "amount": Money(row["amount"], currency).amount} for row in rows
            ]
            words = self.env["cash.transfer.report.word"]._fields["meaning"]
            labels = dict(row_fields["outcome"]._description_selection(self.env))
            labels |= dict(words._description_selection(self.env))
        notes = dict(row_fields["note"]._description_selection(self.env))
        for row in rows:
            row["why"] = notes.get(row["note"], "")
        return sorted(rows, key=lambda row: row["number"]), labels

    def _render(self, values):
        return self.env["ir.qweb"]._render("cash_transfer.report_try_picture", values)

    def action_try(self):
        """Show the picture again, in the same window."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try It on a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
