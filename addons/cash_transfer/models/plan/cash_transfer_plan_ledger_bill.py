from odoo import fields, models

from odoo.addons.remediation_base.tools.money import Money


class CashTransferPlanLedgerBill(models.AbstractModel):
    """What a pre-financing provider or an institution bills: no child in it."""

    _inherit = "cash.transfer.plan.ledger"

    def _unposted_bills(self):
        """Return ``[(partner id, analytic key, grant id, units)]`` delivered and not
        billed: by the institution that was to be paid, else by the provider."""
        own = self.provider_id.partner_id.id
        return [
            (partner or own, key, grant, Money.of(amount, self.currency_id).units)
            for partner, key, grant, amount in self._query(
                """
                SELECT CASE WHEN y.kind = 'institution' THEN y.partner_id END,
                       s.analytic_key, s.grant_id,
                       sum(s.amount_delivered - s.amount_posted)
                  FROM cash_transfer_payment_split s
                  JOIN cash_transfer_payment_line l ON l.id = s.line_id
                  JOIN cash_transfer_payee y ON y.id = l.payee_id
                 WHERE s.plan_id = %(plan)s AND s.amount_delivered <> s.amount_posted
                 GROUP BY 1, 2, 3 ORDER BY 1 NULLS FIRST, 2, 3
                """
            )
        ]

    def _post_bills(self, date, delivered, fees=(), reconciliation=None):
        """Post one bill per institution, one of the provider; codes and grants only,
        no child (E14). A pre-financing provider and an institution are billed alike.

        :param delivered: ``[(partner id, analytic key, grant id, units)]``
        :param fees: ``[(analytic key, grant id, units)]`` of the provider
        :return: the posted bills
        """
        own = self.provider_id.partner_id.id
        by_partner = {}
        for partner, key, grant, units in delivered:
            by_partner.setdefault(partner, []).append((key, grant, units))
        if fees:
            by_partner.setdefault(own, [])
        moves = self.env["account.move"]
        for partner, parts in by_partner.items():
            moves |= self._post_bill(
                date, partner, parts, fees if partner == own else [], reconciliation
            )
        return moves

    def _post_bill(self, date, partner, delivered, fees, reconciliation):
        company = self.company_id
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", company.id)], limit=1
        )
        self._check_open_date(date, journal)
        ref = f"{self.name} {reconciliation.name}" if reconciliation else self.name
        parts = [
            (kind, account, key, units)
            for kind, account, rows in (
                ("delivered", self._expense_account(), delivered),
                ("fee", company.cash_fee_account_id, fees),
            )
            for key, _grant, units in rows
        ]
        if not parts:
            return self.env["account.move"]
        total = sum(part[3] for part in parts)
        sign = -1 if total < 0 else 1
        move = self._books("account.move").create(
            {
                "move_type": "in_invoice" if sign > 0 else "in_refund",
                "journal_id": journal.id,
                "partner_id": partner,
                "partner_bank_id": self._bank_account_of(partner),
                "currency_id": self.currency_id.id,
                "invoice_date": date,
                "date": date,
                "ref": ref,
                "payment_plan_id": self.id,
                "cash_reconciliation_id": reconciliation and reconciliation.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": ref,
                            "account_id": account.id,
                            "quantity": 1,
                            "price_unit": Money(sign * units, self.currency_id).amount,
                            "tax_ids": [],
                            "analytic_distribution": {key: 100.0},
                            "cash_event": kind,
                        }
                    )
                    for kind, account, key, units in parts
                ],
            }
        )
        move.action_post()
        movements = self._bill_movements(move, date, reconciliation)
        self.env["cash.transfer.movement"]._unprotected().create(movements)
        self._release_for_bill(move, date, ref, reconciliation)
        self.invalidate_recordset(["statement_html", "is_balanced"])
        return move

    def _bill_movements(self, move, date, reconciliation):
        """Return the values of what a bill brings and what it charges at once."""
        movements = []
        for kind in ("delivered", "fee"):
            lines = move.invoice_line_ids.filtered(
                lambda aml, k=kind: aml.cash_event == k
            )
            amount = sum(lines.mapped("amount_currency"))
            balance = sum(lines.mapped("balance"))
            if lines:
                for name in ("bill", kind):
                    movements.append(
                        self._movement_vals(
                            name,
                            date,
                            amount,
                            balance,
                            move_line_id=lines[0].id,
                            reconciliation_id=reconciliation and reconciliation.id,
                        )
                    )
        return movements

    def _bank_account_of(self, partner):
        """Return the account that a bill is paid into: the provider's is the one that
        two persons agreed to; an institution's is that of its approved payee."""
        provider = self.provider_id
        return (
            provider.bank_account_id.id if partner == provider.partner_id.id else False
        )

    def _release_for_bill(self, bill, date, ref, reconciliation):
        """A bill has no room for the release: it goes into an entry beside it."""
        lines = self._release_lines(
            [
                {
                    "amount_currency": line.amount_currency,
                    "balance": line.balance,
                    "analytic_distribution": line.analytic_distribution,
                }
                for line in bill.invoice_line_ids
            ]
        )
        if lines:
            self._create_move(lines, date, ref, reconciliation)
