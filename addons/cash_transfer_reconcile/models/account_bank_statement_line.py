from odoo import models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _default_reconcile_data(self):
        """Propose the funding or return that this bank line is (amount, reference,
        partner); OCA proposes nothing for accounts other than receivable and payable.
        """
        result = super()._default_reconcile_data()
        if self.is_reconciled or any(
            line["kind"] not in ("liquidity", "suspense") for line in result["data"]
        ):
            return result
        counterpart = self._find_cash_transfer_line()
        if not counterpart:
            return result
        data = [line for line in result["data"] if line["kind"] != "suspense"]
        currency = self._get_reconcile_currency()
        pending = sum(self._get_amount_currency(line, currency) for line in data)
        auxiliary_id, lines = self._get_reconcile_line(
            counterpart,
            "other",
            is_counterpart=True,
            max_amount=currency.round(pending),
            reconcile_auxiliary_id=result["reconcile_auxiliary_id"],
            move=True,
        )
        return self._recompute_suspense_line(
            data + lines, auxiliary_id, self.manual_reference
        )

    def _find_cash_transfer_line(self):
        """Return the one open outstanding line of a payment to or from a provider with
        this amount; the plan's code in the label decides among several."""
        self.ensure_one()
        currency = self.foreign_currency_id or self.currency_id
        amount = self.amount_currency if self.foreign_currency_id else self.amount
        domain = [
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("company_id", "=", self.company_id.id),
            ("journal_id", "=", self.journal_id.id),
            ("payment_id.provider_id", "!=", False),
            ("payment_id.journal_id", "=", self.journal_id.id),
            ("account_id.reconcile", "=", True),
            ("currency_id", "=", currency.id),
        ]
        lines = (
            self.env["account.move.line"]
            .search(domain)
            .filtered(
                lambda line: (
                    line.account_id == line.payment_id.outstanding_account_id
                    and currency.compare_amounts(line.amount_residual_currency, amount)
                    == 0
                )
            )
        )
        if self.partner_id:
            lines = lines.filtered(lambda line: line.partner_id == self.partner_id)
        if len(lines) < 2:
            return lines
        label = " ".join(filter(None, (self.payment_ref, self.ref, self.narration)))
        named = lines.filtered(
            lambda line: any(
                code in label for code in (line.payment_id.memo or "").split(", ")
            )
        )
        # two equal amounts without a reference are nobody's proposal
        return named if len(named) == 1 else named.browse()
