from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.money import Money

from ...tools import provider_report


class CashTransferReconciliationMatch(models.Model):
    """What each row of a report means for our payments, as they are now (R69)."""

    _inherit = "cash.transfer.reconciliation"

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
            note = self._without_payment(row, by_reference)
            if note:
                aside[row["number"]] = note
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
        matched = [
            self._matched_row(row, now, changes[row["number"]])
            for row, now in zip(rows, told, strict=True)
        ]
        if not self.fees_told:
            self._add_expected_fees(matched)
        return matched

    def _without_payment(self, row, by_reference):
        """Return the outcome of a row that no payment is looked for: left out, or it
        names none. None of the others."""
        if row["meaning"] == "left_out":
            return provider_report.change("left_out")
        named = row["payment_code"] or (by_reference and row["provider_ref"])
        if not named and row["note"] in ("which_payment", "number_unknown"):
            return provider_report.change("waiting", note=row["note"])
        return None

    def _matched_row(self, row, now, change):
        """Return a row with its payment and what follows from it, in money."""
        amounts = {
            name: Money(change[name], self.currency_id).amount
            for name in ("booked", "disputed", "fee")
        }
        found = {name: now[name] for name in ("line_id", "plan_id", "receipt")}
        return {**row, **found, **change, **amounts}

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
