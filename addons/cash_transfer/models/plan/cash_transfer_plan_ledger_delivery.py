from odoo import models

from odoo.addons.remediation_base.tools.money import Money, split_units


class CashTransferPlanLedgerDelivery(models.AbstractModel):
    """What was delivered, and what is taken back of it (R35, R44)."""

    _inherit = "cash.transfer.plan.ledger"

    def _unposted(self):
        """Return ``[(analytic key, grant id, units)]`` delivered and not in the
        books.
        """
        return [
            (key, grant, Money.of(amount, self.currency_id).units)
            for key, grant, amount in self._query(
                """
                SELECT analytic_key, grant_id, sum(amount_delivered - amount_posted)
                  FROM cash_transfer_payment_split
                 WHERE plan_id = %(plan)s AND amount_delivered <> amount_posted
                 GROUP BY analytic_key, grant_id ORDER BY analytic_key, grant_id
                """
            )
        ]

    def _post_deliveries(self, date, reconciliation=None, fee=0.0, disputes=None):
        """Post what was delivered, the fees and the disputes as one entry (or one bill
        of a pre-financing provider), aggregated by account and analytic key.

        :param fee: in the plan's currency.
        :param disputes: recordset of new disputes of this plan.
        :return: the posted move, empty where there is nothing to post.
        """
        self.ensure_one()
        disputes = disputes or self.env["cash.transfer.dispute"]
        delivered = self._unposted()
        fee_units = Money.of(fee, self.currency_id).units
        weights = [row for row in delivered if row[2] > 0] or self._weights()
        fees = [
            (key, grant, units)
            for (key, grant, _w), units in zip(
                weights,
                split_units(fee_units, [row[2] for row in weights])
                if fee_units
                else [],
                strict=False,
            )
            if units
        ]
        if not delivered and not fees and not disputes:
            return self.env["account.move"]
        if self.provider_id.kind == "prefinanced":
            move = self._post_bills(date, self._unposted_bills(), fees, reconciliation)
        else:
            move = self._post_entry(date, delivered, fees, disputes, reconciliation)
        self._mark_posted(move)
        return move

    def _post_entry(self, date, delivered, fees, disputes, reconciliation):
        company = self.company_id
        self._check_open_date(date, company.cash_journal_id)
        expense = self._expense_account()
        lines, movements, taken = [], [], 0
        for kind, account, parts in (
            ("delivered", expense, delivered),
            ("fee", company.cash_fee_account_id, fees),
        ):
            units = sum(part[2] for part in parts)
            if not units:
                continue
            pieces = self._take(units, date, taken)
            taken += units
            lines += self._debit_lines(kind, account, parts, pieces, date)
            credit_lines, new = self._credit_lines(kind, pieces, date, reconciliation)
            lines += credit_lines
            movements += new
        for dispute in disputes:
            units = Money.of(dispute.amount, self.currency_id).units
            pieces = self._take(units, date, taken)
            taken += units
            cost = self._from_cents(sum(piece[2] for piece in pieces))
            dispute._unprotected().company_amount = cost
            lines.append(
                {
                    "account_id": company.cash_claims_account_id.id,
                    "cash_event": "dispute",
                    "amount_currency": dispute.amount,
                    "balance": cost,
                    "name": f"{self.name} {dispute.name}",
                }
            )
            credit_lines, new = self._credit_lines(
                "dispute", pieces, date, reconciliation, dispute
            )
            lines += credit_lines
            movements += new
        ref = f"{self.name} {reconciliation.name}" if reconciliation else self.name
        move = self._create_move(lines, date, ref, reconciliation)
        self._store_movements(move, movements)
        return move

    def _debit_lines(self, kind, account, parts, pieces, date):
        """Return the expense lines of one kind and their exchange lines.

        *Cost of the advance*: the expense is what the money cost. *Rate of the day*:
        the expense is at the day's rate and the difference to the cost is exchange,
        with the grants' analytic distribution.
        """
        company, currency = self.company_id, self.currency_id
        cost = sum(piece[2] for piece in pieces)
        units = [part[2] for part in parts]
        shares = self._split_cost(cost, units)
        balances = shares
        if company.cash_exchange_policy == "day" and (
            currency != self.company_currency_id
        ):
            balances = [
                Money.of(
                    currency._convert(
                        Money(unit, currency).amount,
                        self.company_currency_id,
                        company,
                        date,
                    ),
                    self.company_currency_id,
                ).units
                for unit in units
            ]
        lines = []
        grants = self.env["cash.transfer.grant"].browse([part[1] for part in parts])
        for (key, _g, unit), grant, share, balance in zip(
            parts, grants, shares, balances, strict=True
        ):
            lines.append(
                {
                    "account_id": account.id,
                    "amount_currency": Money(unit, currency).amount,
                    "balance": Money(balance, self.company_currency_id).amount,
                    "analytic_distribution": {key: 100.0},
                    "cash_event": kind,
                }
            )
            lines += self._exchange_lines(share - balance, key, grant)
        return lines

    def _credit_lines(self, kind, pieces, date, reconciliation=None, dispute=None):
        """Return one credit line per layer taken from, and its movement."""
        account = self.provider_id._get_money_account()
        lines, movements = [], []
        for layer, units, cost in pieces:
            amount, balance = (
                Money(units, self.currency_id).amount,
                self._from_cents(cost),
            )
            lines.append(
                {
                    "account_id": account.id,
                    "amount_currency": -amount,
                    "balance": -balance,
                    "cash_event": kind,
                }
            )
            movements.append(
                self._movement_vals(
                    kind,
                    date,
                    amount,
                    balance,
                    layer_id=layer.id,
                    reconciliation_id=reconciliation and reconciliation.id,
                    dispute_id=dispute and dispute.id,
                )
            )
        return lines, movements

    def _mark_posted(self, move):
        """Note per split what is in the books, in both currencies.

        The company amounts of the entry are spread over thousands of splits by
        cumulative rounding in one statement, so that their sum is the entry's line.
        """
        expense = self._expense_account()
        costs = {}
        for line in move.line_ids:
            if line.cash_event == "delivered" and line.account_id == expense:
                key = next(iter(line.analytic_distribution))
                costs[key] = costs.get(key, 0.0) + line.balance
        grants = {key: grant for key, grant, _units in self._weights()}
        for key, cost in costs.items():
            grant = self.env["cash.transfer.grant"].browse(grants[key])
            rate = None  # posted in the grant's own currency
            if grant.currency_id != self.currency_id:
                rate = grant._rate_told(move[:1].date)
            self._execute(
                """
                WITH new AS (
                    SELECT id, amount_delivered - amount_posted AS delta,
                           sum(amount_delivered - amount_posted)
                               OVER (ORDER BY id) AS running,
                           sum(amount_delivered - amount_posted) OVER () AS whole
                      FROM cash_transfer_payment_split
                     WHERE plan_id = %(plan)s AND analytic_key = %(key)s
                       AND amount_delivered <> amount_posted)
                UPDATE cash_transfer_payment_split s
                   SET amount_posted = s.amount_delivered,
                       company_posted = s.company_posted
                           + round(%(cost)s::numeric * new.running / new.whole,
                                   %(digits)s)
                           - round(%(cost)s::numeric * (new.running - new.delta)
                                   / new.whole, %(digits)s),
                       grant_posted = coalesce(s.grant_posted, 0) + CASE
                           WHEN %(rate)s::numeric IS NULL THEN new.delta
                           ELSE round(%(cost)s::numeric * %(rate)s::numeric
                                      * new.running / new.whole, %(grant_digits)s)
                              - round(%(cost)s::numeric * %(rate)s::numeric
                                      * (new.running - new.delta) / new.whole,
                                      %(grant_digits)s) END
                  FROM new
                 WHERE s.id = new.id AND new.whole <> 0
                """,
                plan=self.id,
                key=key,
                cost=cost,
                digits=self.company_currency_id.decimal_places,
                rate=rate,
                grant_digits=grant.currency_id.decimal_places,
            )
        self._update_spent()

    def _update_spent(self):
        """Bring the budget rows of this plan's entitlements up to date (R33)."""
        for grant in self.env["cash.transfer.grant"].browse(
            {row[1] for row in self._weights()}
        ):
            rate = self.currency_id._get_conversion_rate(
                self.currency_id, grant.currency_id, self.company_id, self._rate_date()
            )
            self._execute(
                """
                UPDATE cash_transfer_entitlement_funding f
                   SET spent = t.spent,
                       committed = CASE WHEN f.state IN
                                        ('approved', 'active', 'suspended')
                                        THEN greatest(f.planned - t.spent, 0) ELSE 0 END
                  FROM (SELECT o.id,
                               round(sum(s.amount_delivered) * %(rate)s::numeric,
                                     %(digits)s) AS spent
                          FROM cash_transfer_payment_split s
                          JOIN cash_transfer_entitlement_funding o
                            ON o.entitlement_id = s.entitlement_id
                           AND o.grant_id = s.grant_id
                           AND coalesce(o.date_from, s.period) <= s.period
                           AND coalesce(o.date_to, s.period) >= s.period
                         WHERE s.grant_id = %(grant)s AND s.entitlement_id IN (
                               SELECT entitlement_id FROM cash_transfer_payment_split
                                WHERE plan_id = %(plan)s)
                         GROUP BY o.id) t
                 WHERE f.id = t.id
                """,
                rate=rate,
                digits=grant.currency_id.decimal_places,
                grant=grant.id,
                plan=self.id,
            )

    def _book_delivery(self, line, amount, day):
        """Book a delivery on one payment and its splits (no entry yet)."""
        amount = self.currency_id.round(amount)
        line._unprotected().write(
            {
                "amount_delivered": amount,
                "delivered_on": day,
                "status": "delivered"
                if self.currency_id.compare_amounts(amount, line.amount_due) >= 0
                else "partial",
                "is_live": False,
                "failure_reason": False,
            }
        )
        cycle_line = line.cycle_line_id
        cycle_line._unprotected().write(
            {
                "amount_live": max(cycle_line.amount_live - line.amount_due, 0.0),
                "amount_delivered": cycle_line.amount_delivered + amount,
            }
        )
        line._split_delivery()
        cycle_line._update_payment_status()

    def _reverse_lines(self, lines, reason, date, amounts):
        """Post the reversing entry of delivered payments at their cost (R44).

        :param dict amounts: line → what is reversed of it.
        """
        self._check_open_date(date, self.company_id.cash_journal_id)
        entry = self._reversal_lines(self._take_back(lines, amounts))
        move = self._create_move(
            entry, date, self.env._("%(plan)s reversal", plan=self.name)
        )
        self._create_reversal_movements(move, date)
        for line in lines:
            line._mark_reversed(amounts[line], reason)
        lines.cycle_line_id._update_payment_status()
        self._update_spent()
        self._reopen()
        self._update_state()
        self._log_event(
            self.env._("Reversed %(codes)s", codes=", ".join(lines.mapped("name")))
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    def _reversal_lines(self, taken):
        """Return the values of the entry's lines: the expense by partner and analytic
        key, and whose money it is again.

        :param dict taken: see :meth:`_take_back`.
        """
        company = self.company_id
        expense = self._expense_account()
        billed = self.provider_id.kind == "prefinanced"
        parts = {}
        for split, (back, cost_back, _grant) in taken.items():
            partner = self.provider_id.partner_id
            if billed:
                partner = split.line_id._billed_by() or partner
            key = (partner, split.analytic_key)
            amount, cost = parts.get(key, (0.0, 0.0))
            parts[key] = (amount + back, cost + cost_back)
        entry, totals = [], {}
        for (partner, key), (amount, cost) in sorted(
            parts.items(), key=lambda part: (part[0][0].id, part[0][1])
        ):
            total, whole = totals.get(partner, (0.0, 0.0))
            totals[partner] = (total + amount, whole + cost)
            entry.append(
                {
                    "account_id": expense.id,
                    "partner_id": partner.id,
                    "amount_currency": -amount,
                    "balance": -cost,
                    "analytic_distribution": {key: 100.0},
                    "cash_event": "reversal",
                }
            )
        for partner, (amount, cost) in totals.items():
            account = self.provider_id._get_money_account()
            if billed:  # what was billed is owed no longer
                account = partner.with_company(company).property_account_payable_id
            entry.append(
                {
                    "account_id": account.id,
                    "partner_id": partner.id,
                    "amount_currency": self.currency_id.round(amount),
                    "balance": self.company_currency_id.round(cost),
                    "cash_event": "reversal",
                }
            )
        return entry

    def _create_reversal_movements(self, move, date):
        billed = self.provider_id.kind == "prefinanced"
        money = move.line_ids.filtered(
            lambda aml: aml.cash_event == "reversal" and not aml.analytic_distribution
        )
        vals_list = []
        for line in money:
            values = (date, line.amount_currency, line.balance)
            vals_list.append(
                self._movement_vals("reversal", *values, move_line_id=line.id)
            )
            if billed:
                values = (date, -line.amount_currency, -line.balance)
                vals_list.append(
                    self._movement_vals("bill", *values, move_line_id=line.id)
                )
        self.env["cash.transfer.movement"]._unprotected().create(vals_list)

    def _take_back(self, lines, amounts):
        """Take the reversed amounts off the splits; what stays is divided as what is
        due, its cost as its amount.

        :return: split → (amount, company amount, grant's amount) taken off.
        """
        factor = 10**self.currency_id.decimal_places
        cents = 10**self.company_currency_id.decimal_places
        names = ("amount_posted", "company_posted", "grant_posted")
        taken = {}
        for line in lines:
            splits = line.split_ids.sorted("id")
            before = {split: [split[name] for name in names] for split in splits}
            whole = sum(splits.mapped("amount_posted"))
            line._unprotected().amount_delivered = self.currency_id.round(
                line.amount_delivered - amounts[line]
            )
            line._split_delivery()
            rest = line.amount_delivered / whole if whole else 0.0
            units = [round(split.amount_delivered * factor) for split in splits]
            cost = round(sum(splits.mapped("company_posted")) * rest * cents)
            costs = self._split_cost(cost, units)
            for split, stays in zip(splits, costs, strict=True):
                amount, _company, granted = before[split]
                share = split.amount_delivered / amount if amount else 0.0
                split._unprotected().write(
                    {
                        "amount_posted": split.amount_delivered,
                        "company_posted": stays / cents,
                        "grant_posted": split.grant_id.currency_id.round(
                            granted * share
                        ),
                    }
                )
                if any(
                    old != split[name]
                    for old, name in zip(before[split], names, strict=True)
                ):
                    taken[split] = tuple(
                        old - split[name]
                        for old, name in zip(before[split], names, strict=True)
                    )
        return taken
