from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.money import Money, split_units
from odoo.addons.remediation_base.tools.steps import Ask, step

from ...tools.fifo import consume
from .cash_transfer_movement import INFLOWS

_lt = LazyTranslate(__name__)

#: Said on the plan; no names.
REASON = Ask(label=_lt("Reason"))
STATEMENT = (
    "funded",
    "carried_in",
    "delivered",
    "fees",
    "returned",
    "disputes",
    "written_off",
    "carried_out",
    "remaining",
)


class CashTransferPlanLedger(models.AbstractModel):
    """What the plan means in the ledger (domain rules of the accounting table, R40).

    Cash groups imply no accounting rights: posting runs with sudo() after the named
    method checked group, state and four eyes. No name ever enters an entry.
    """

    _name = "cash.transfer.plan.ledger"
    _description = "Ledger of a Payment Plan"

    # -- the statement (R40) ---------------------------------------------------
    def _get_statements(self):
        """Return plan → figures of R40's equation, in both currencies.

        Keys: those of STATEMENT, and each with ``_company``.
        """
        # sudo: movements have no read right of their own; whoever reads the plan
        # reads its sums.
        groups = (
            self.env["cash.transfer.movement"]
            .sudo()
            ._read_group(
                [("plan_id", "in", self.ids)],
                ["plan_id", "kind"],
                ["amount:sum", "company_amount:sum"],
            )
        )
        sums = {}
        for plan, kind, amount, company in groups:
            sums[plan.id, kind] = (amount, company)
        statements = {}
        for plan in self:
            statement = {}
            for index, suffix in ((0, ""), (1, "_company")):

                def total(kind, plan=plan, index=index):
                    return sums.get((plan.id, kind), (0.0, 0.0))[index]

                values = {
                    "funded": total("payment") + total("bill"),
                    "carried_in": total("carry_in"),
                    "delivered": total("delivered") - total("reversal"),
                    "fees": total("fee"),
                    "returned": total("returned"),
                    "disputes": total("dispute") - total("recovery"),
                    "written_off": total("written_off"),
                    "carried_out": total("carry_out"),
                }
                currency = plan.company_currency_id if index else plan.currency_id
                values["remaining"] = currency.round(
                    values["funded"]
                    + values["carried_in"]
                    - values["delivered"]
                    - values["fees"]
                    - values["returned"]
                    - values["disputes"]
                    - values["written_off"]
                    - values["carried_out"]
                    - total("exchange")
                )
                statement.update(
                    {f"{key}{suffix}": currency.round(values[key]) for key in STATEMENT}
                )
            statements[plan] = statement
        return statements

    def _statement_labels(self):
        env = self.env
        return {
            "funded": env._("Funded"),
            "carried_in": env._("Carried from another plan"),
            "delivered": env._("Delivered"),
            "fees": env._("Fees"),
            "returned": env._("Returned"),
            "disputes": env._("Open disputes"),
            "written_off": env._("Written off"),
            "carried_out": env._("Carried to follow-up plans"),
            "remaining": env._("Still with the provider"),
        }

    @api.depends("movement_ids", "state")
    def _compute_statement(self):
        statements, labels = self._get_statements(), self._statement_labels()
        owed = {}
        for line in self._owed_lines():
            owed[line.plan_id] = owed.get(line.plan_id, 0.0) + line._open_amount()
        for plan in self:
            statement = statements[plan]
            rows = Markup().join(
                Markup(
                    '<tr><th scope="row">%s</th><td class="text-end">%s</td>'
                    '<td class="text-end">%s</td></tr>'
                )
                % (
                    labels[key],
                    plan.currency_id.format(statement[key]),
                    plan.company_currency_id.format(statement[f"{key}_company"]),
                )
                for key in STATEMENT
            )
            # sudo: figures of the plan's money; whoever reads the plan sees them
            for label, amount in (
                (self.env._("Still owed to payees"), owed.get(plan, 0.0)),
                (self.env._("Funding missing"), plan.sudo()._shortfall()),
            ):
                rows += Markup(
                    '<tr class="text-muted"><th scope="row">%s</th>'
                    '<td class="text-end">%s</td><td></td></tr>'
                ) % (label, plan.currency_id.format(amount))
            plan.statement_html = Markup(
                '<table class="table table-sm w-auto"><thead><tr><th></th>'
                '<th class="text-end">%s</th><th class="text-end">%s</th></tr></thead>'
                "<tbody>%s</tbody></table>"
            ) % (plan.currency_id.name, plan.company_currency_id.name, rows)
            plan.is_balanced = not statement["remaining"] and (
                not statement["remaining_company"]
            )

    def _shortfall(self):
        """Return what still has to be funded, zero before the lock and at the end."""
        self.ensure_one()
        if self.state in ("draft", "closed", "aborted"):
            return 0.0
        if self.state in ("instructed", "partly_reconciled"):
            return max(-self._get_statements()[self]["remaining"], 0.0)
        return self._missing_funding()

    # -- funding ---------------------------------------------------------------
    def _missing_funding(self):
        """Return what has to be funded before the plan can be instructed."""
        self.ensure_one()
        if self.provider_id.kind == "prefinanced":
            return 0.0
        statement = self._get_statements()[self]
        if self.state == "reconciled":  # what was delivered is known by now
            # an open claim is the provider's to explain, not ours to fund (R64)
            owed = -statement["remaining"] - statement["disputes"]
            return max(self.currency_id.round(owed), 0.0)
        there = statement["funded"] + statement["carried_in"] - statement["carried_out"]
        missing = self.currency_id.round(
            self.amount_total + self.expected_fee - there + statement["returned"]
        )
        return max(missing, 0.0)

    @step(
        frm=("approved", "released", "instructed", "partly_reconciled", "reconciled"),
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_fund(self, amount=None, date=None, journal_id=None):
        """Pay the provider's advance or fill our wallet, for these plans. For
        releasers; one payment for all plans of the same provider.

        :param float amount: for a single plan; what is missing by default.
        :param date: accounting date, today by default.
        :param int journal_id: paid from; the provider's journal by default.
        :return: the payment's id.
        :raises UserError: plans of different providers, nothing missing, more than is
            missing (R64), locked date.
        """
        provider = self.provider_id
        if len(provider) != 1 or len(self.currency_id) != 1:
            raise UserError(
                self.env._("One payment funds plans of one provider and currency.")
            )
        if provider.kind == "prefinanced":
            raise UserError(
                self.env._(
                    "%(provider)s pays first and bills: there is nothing to fund.",
                    provider=provider.name,
                )
            )
        for plan in self.filtered(lambda p: p.state in ("approved", "released")):
            plan._check_snapshot()
        shares = {plan: plan._missing_funding() for plan in self}
        if amount and len(self) == 1:
            self._check_funding(amount, shares[self])
            shares = {self: self.currency_id.round(amount)}
        shares = {plan: share for plan, share in shares.items() if share > 0}
        if not shares:
            raise UserError(self.env._("The plan is funded already."))
        date = fields.Date.to_date(date) or self._place_today()
        journal = provider.bank_journal_id
        if journal_id:
            journal = journal.search(
                [
                    ("id", "=", journal_id),
                    ("type", "in", ["bank", "cash"]),
                    ("company_id", "=", provider.company_id.id),
                ]
            )
        if not journal:
            raise UserError(
                self.env._("Choose a bank or cash journal to pay the funding from.")
            )
        payment = self._create_payment("outbound", sum(shares.values()), date, journal)
        line = self[:1]._money_line_of(payment, date)
        self._allocate(line, payment, shares, date)
        return payment.id

    def _check_funding(self, amount, missing):
        """A funding never exceeds what the plan lacks (R64).

        :raises UserError: with what is missing.
        """
        if self.currency_id.compare_amounts(amount, missing) > 0:
            raise UserError(
                self.env._(
                    "%(plan)s lacks %(missing)s: fund at most that. More takes a plan "
                    "that is approved for it.",
                    plan=self.name,
                    missing=self.currency_id.format(missing),
                )
            )

    def _books(self, model):
        """Return an accounting model for this plan's step: allowed to make the entries
        that nobody else changes (R68). Their author is who pressed the button; they
        subscribe nobody."""
        moves = self.env["account.move"].with_company(self.company_id)._cash_step()
        return moves.with_context(mail_create_nosubscribe=True).env[model]

    def _create_payment(self, direction, amount, date, journal):
        """Create and post a payment to or from the provider."""
        provider = self.provider_id
        self[:1]._check_open_date(date, journal)
        payment = self._books("account.payment").create(
            {
                "payment_type": direction,
                "partner_type": "supplier",
                "partner_id": provider.partner_id.id,
                "provider_id": provider.id,
                "journal_id": journal.id,
                "partner_bank_id": provider.bank_account_id.id,
                "amount": amount,
                "currency_id": self.currency_id.id,
                "date": date,
                "memo": ", ".join(self.mapped("name")),
                "payment_plan_ids": [fields.Command.set(self.ids)],
            }
        )
        if not payment.outstanding_account_id:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has no outstanding account: press "
                    "Complete the Set-Up on the provider.",
                    journal=journal.name,
                )
            )
        payment.action_post()
        return payment

    def _money_line_of(self, payment, date):
        """Return the line on the advance or wallet account that a payment made; for our
        own wallet that is the second leg of an internal transfer."""
        provider = self.provider_id
        line = payment.move_id.line_ids.filtered(
            lambda aml: aml.account_id == payment.destination_account_id
        )
        if provider.kind != "wallet":
            return line
        move = self._create_move(
            [
                {
                    "account_id": provider.journal_id.default_account_id.id,
                    "amount_currency": line.amount_currency,
                    "balance": line.balance,
                },
                {
                    "account_id": line.account_id.id,
                    "amount_currency": -line.amount_currency,
                    "balance": -line.balance,
                },
            ],
            date,
            payment.memo,
            journal=provider.journal_id,
        )
        legs = move.line_ids.filtered(lambda aml: aml.account_id == line.account_id)
        if line.account_id.reconcile:
            (line + legs).reconcile()
        return move.line_ids - legs

    def _allocate(self, line, payment, shares, date):
        """Divide a funding line among plans; the company amounts add up to the line."""
        units = [
            Money.of(share, self[:1].currency_id).units for share in shares.values()
        ]
        costs = split_units(
            Money.of(abs(line.balance), self[:1].company_currency_id).units, units
        )
        self.env["cash.transfer.movement"]._unprotected().create(
            [
                plan._movement_vals(
                    "payment",
                    date,
                    Money(unit, self[:1].currency_id).amount,
                    Money(cost, self[:1].company_currency_id).amount,
                    move_line_id=line.id,
                    payment_id=payment.id,
                )
                for plan, unit, cost in zip(shares, units, costs, strict=True)
            ]
        )
        for plan in shares:
            plan._log_event(
                self.env._(
                    "Funded with %(amount)s (%(payment)s)",
                    amount=plan.currency_id.format(shares[plan]),
                    payment=payment.name,
                )
            )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    def _movement_vals(self, kind, date, amount, company_amount, **extra):
        self.ensure_one()
        return {
            "plan_id": self.id,
            "company_id": self.company_id.id,
            "provider_id": self.provider_id.id,
            "kind": kind,
            "date": date,
            "currency_id": self.currency_id.id,
            "amount": amount,
            "company_amount": company_amount,
            **extra,
        }

    # -- taking money at its cost ----------------------------------------------
    def _take(self, wanted, date, pending=0):
        """Take units of the plan's currency, first in, first out.

        :param int wanted: units (cents) of the plan's currency.
        :param int pending: units taken in this step and not stored yet.
        :return: list of ``(layer movement, units, cost units)``; the layer is empty for
            what no funding covers, at the rate of the day.
        """
        self.ensure_one()
        movements = self._held_movements()
        layers = movements.filtered(lambda m: m.kind in INFLOWS)
        used = pending + sum(
            Money.of(m.amount, self.currency_id).units for m in movements - layers
        )
        pieces, missing = consume(
            [
                (
                    Money.of(m.amount, self.currency_id).units,
                    Money.of(m.company_amount, self.company_currency_id).units,
                )
                for m in layers
            ],
            used,
            wanted,
        )
        result = [(layers[index], units, cost) for index, units, cost in pieces]
        if missing:
            cost = self.currency_id._convert(
                Money(missing, self.currency_id).amount,
                self.company_currency_id,
                self.company_id,
                date,
            )
            result.append(
                (
                    layers.browse(),
                    missing,
                    Money.of(cost, self.company_currency_id).units,
                )
            )
        return result

    def _held_movements(self):
        """Return the movements of money that the provider holds; a bill paid from the
        bank and what it charges pass the advance by."""
        movements = self.env["cash.transfer.movement"].search(
            [("plan_id", "=", self.id)], order="id"
        )
        billed = movements.filtered(lambda m: m.kind == "bill").move_line_id
        return movements.filtered(lambda m: not m.move_line_id & billed)

    # -- posting deliveries ----------------------------------------------------
    def _check_open_date(self, date, journal):
        """Refuse a date in a locked period and offer the first open day."""
        locks = self.company_id._get_violated_lock_dates(date, False, journal)
        if locks:
            first = fields.Date.add(max(lock[0] for lock in locks), days=1)
            raise UserError(
                self.env._(
                    "%(date)s lies in a locked period: choose %(first)s or later.",
                    date=fields.Date.to_string(date),
                    first=fields.Date.to_string(first),
                )
            )

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

    def _weights(self):
        """Return ``[(analytic key, grant id, units)]`` of what is due: the distribution
        of what belongs to the plan as a whole (fees, exchange)."""
        return [
            (key, grant, Money.of(amount, self.currency_id).units)
            for key, grant, amount in self._query(
                """
                SELECT analytic_key, grant_id, sum(amount)
                  FROM cash_transfer_payment_split WHERE plan_id = %(plan)s
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

    def _expense_account(self):
        return (
            self.scheme_id.expense_account_id or self.company_id.cash_expense_account_id
        )

    def _from_cents(self, units):
        return Money(units, self.company_currency_id).amount

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

    @staticmethod
    def _split_cost(cost, units):
        """Split a cost over amounts of either sign, exactly."""
        whole = sum(units)
        if not whole or any(unit < 0 for unit in units):
            running, done, parts = 0, 0, []
            for unit in units:
                running += unit
                reached = round(cost * running / whole) if whole else 0
                parts.append(reached - done)
                done = reached
            return parts
        return split_units(cost, units)

    def _exchange_lines(self, cents_lost, key, grant):
        """Return the line that takes an exchange difference; a loss is positive."""
        if not cents_lost:
            return []
        company = self.company_id
        account = (
            company.expense_currency_exchange_account_id
            if cents_lost > 0
            else company.income_currency_exchange_account_id
        )
        ineligible = company.cash_ineligible_analytic_id
        if grant.exchange_ineligible and ineligible:
            key = str(ineligible.id)
        return [
            {
                "account_id": account.id,
                "amount_currency": 0.0,
                "balance": self._from_cents(cents_lost),
                "analytic_distribution": {key: 100.0},
                "cash_event": "exchange",
            }
        ]

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

    def _create_move(self, lines, date, ref, reconciliation=None, journal=None):
        """Create and post an entry; labels carry codes only."""
        plan = self[:1]
        move = plan._books("account.move").create(
            {
                "move_type": "entry",
                "date": date,
                "ref": ref,
                "journal_id": (journal or plan.company_id.cash_journal_id).id,
                "currency_id": plan.currency_id.id,
                "partner_id": plan.provider_id.partner_id.id,
                "payment_plan_id": plan.id,
                "cash_reconciliation_id": reconciliation and reconciliation.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "name": ref,
                            "currency_id": plan.currency_id.id,
                            "partner_id": plan.provider_id.partner_id.id,
                            "tax_ids": [],
                            **line,
                        }
                    )
                    for line in [*lines, *plan._release_lines(lines)]
                ],
            }
        )
        move.action_post()
        return move

    def _release_lines(self, lines):
        """Return the lines that release restricted income for an entry of this plan.

        :param lines: value dicts of the entry's other lines.
        """
        return self.env["cash.transfer.grant"]._income_lines(
            self.company_id,
            [
                (key, self.currency_id, line["amount_currency"], line["balance"])
                for line in lines
                for key in line.get("analytic_distribution") or ()
            ],
        )

    def _store_movements(self, move, movements):
        """Link the movements to their lines and reconcile the advance with them."""
        money = move.line_ids.filtered(
            lambda aml: (
                aml.account_id == self.provider_id._get_money_account()
                and aml.balance <= 0
            )
        ).sorted("id")
        for vals, line in zip(movements, money, strict=True):
            vals["move_line_id"] = line.id
        created = self.env["cash.transfer.movement"]._unprotected().create(movements)
        created._reconcile_advance()
        self.invalidate_recordset(["statement_html", "is_balanced"])
        return created

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
                rate = self.env["res.currency"]._get_conversion_rate(
                    self.company_currency_id,
                    grant.currency_id,
                    self.company_id,
                    move[:1].date,
                )
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

    # -- a pre-financing provider bills ----------------------------------------
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
        self.env["cash.transfer.movement"]._unprotected().create(movements)
        self._release_for_bill(move, date, ref, reconciliation)
        self.invalidate_recordset(["statement_html", "is_balanced"])
        return move

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

    # -- one delivery outside an import, reversal --------------------------------
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
        company = self.company_id
        self._check_open_date(date, company.cash_journal_id)
        expense = self._expense_account()
        billed = self.provider_id.kind == "prefinanced"
        rest = self._take_back(lines, amounts)
        parts = {}
        for split, (back, cost_back, _grant) in rest.items():
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
        move = self._create_move(
            entry, date, self.env._("%(plan)s reversal", plan=self.name)
        )
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
        for line in lines:
            cycle_line = line.cycle_line_id
            cycle_line._unprotected().amount_delivered = self.currency_id.round(
                cycle_line.amount_delivered - amounts[line]
            )
            line._unprotected().write(
                {
                    "status": "partial" if line.amount_delivered else "reversed",
                    "reason": reason,
                    "owed_decision": False,
                }
            )
        lines.cycle_line_id._update_payment_status()
        self._update_spent()
        self._reopen()
        self._update_state()
        self._log_event(
            self.env._("Reversed %(codes)s", codes=", ".join(lines.mapped("name")))
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

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

    # -- what stays with the provider --------------------------------------------
    @step(
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_return(self, amount=None, date=None):
        """Register money that the provider gave back (or that left our wallet). For
        releasers. The bank line is then matched in the bank's reconciliation.

        :param float amount: everything that remains by default.
        """
        self.ensure_one()
        plan = self
        remaining = plan._get_statements()[plan]["remaining"]
        amount = plan.currency_id.round(amount or remaining)
        if amount <= 0 or plan.currency_id.compare_amounts(amount, remaining) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s remain with the provider: return at most that.",
                    amount=plan.currency_id.format(remaining),
                )
            )
        if plan.provider_id.kind == "prefinanced":
            raise UserError(
                self.env._("A pre-financing provider holds none of our money.")
            )
        date = fields.Date.to_date(date) or self._place_today()
        payment = plan._create_payment(
            "inbound", amount, date, plan.provider_id.bank_journal_id
        )
        plan._book_return(payment, amount, date)
        plan._log_event(
            self.env._(
                "Returned %(amount)s (%(payment)s)",
                payment=payment.name,
                amount=plan.currency_id.format(amount),
            )
        )
        return payment.id

    def _book_return(self, payment, amount, date):
        pieces = self._take(Money.of(amount, self.currency_id).units, date)
        cost = sum(piece[2] for piece in pieces)
        line = payment.move_id.line_ids.filtered(
            lambda aml: aml.account_id == payment.destination_account_id
        )
        difference = Money.of(-line.balance, self.company_currency_id).units - cost
        money = self.provider_id._get_money_account()
        entry = []
        if self.provider_id.kind == "wallet":
            # second leg of the internal transfer: out of our wallet at its cost
            entry = [
                {
                    "account_id": line.account_id.id,
                    "amount_currency": amount,
                    "balance": -line.balance,
                },
                {
                    "account_id": money.id,
                    "amount_currency": -amount,
                    "balance": -self._from_cents(cost),
                    "cash_event": "returned",
                },
            ]
        elif difference:
            entry = [
                {
                    "account_id": money.id,
                    "amount_currency": 0.0,
                    "balance": self._from_cents(difference),
                    "cash_event": "returned",
                },
            ]
        if difference:
            weights = self._weights()
            grants = self.env["cash.transfer.grant"].browse([row[1] for row in weights])
            for (key, _g, _u), grant, part in zip(
                weights,
                grants,
                split_units(-difference, [row[2] for row in weights]),
                strict=True,
            ):
                entry += self._exchange_lines(part, key, grant)
        move = self.env["account.move"]
        if entry:
            move = self._create_move(
                entry, date, self.env._("%(plan)s return", plan=self.name)
            )
        if self.provider_id.kind == "wallet":
            legs = move.line_ids.filtered(lambda aml: aml.account_id == line.account_id)
            if line.account_id.reconcile:
                (line + legs).reconcile()
            line = move.line_ids.filtered(lambda aml: aml.account_id == money)
        created = (
            self.env["cash.transfer.movement"]
            ._unprotected()
            .create(
                [
                    self._movement_vals(
                        "returned",
                        date,
                        Money(units, self.currency_id).amount,
                        self._from_cents(piece_cost),
                        layer_id=layer.id,
                        move_line_id=line.id,
                        payment_id=payment.id,
                    )
                    for layer, units, piece_cost in pieces
                ]
            )
        )
        created._reconcile_advance(
            move.line_ids.filtered(lambda aml: aml.account_id == money)
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    @step(
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_carry(self):
        """Carry what remains to the follow-up plans that still need funding; no entry,
        the money stays in the advance. For releasers.

        :return: amount carried.
        """
        self.ensure_one()
        plan = self
        today = self._place_today()
        carried = 0.0
        targets = plan.follow_up_plan_ids.filtered(
            lambda p: p.state in ("approved", "released")
        )
        for target in targets:
            target.lock_for_update(allow_referencing=True)
            remaining = plan._get_statements()[plan]["remaining"]
            amount = min(remaining, target._missing_funding())
            if amount <= 0:
                continue
            plan._carry_to(target, amount, today)
            carried += amount
        if not carried:
            raise UserError(
                self.env._(
                    "No approved follow-up plan needs this money: make one, or "
                    "register the return."
                )
            )
        (plan | targets).invalidate_recordset(["statement_html", "is_balanced"])
        return carried

    def _carry_to(self, target, amount, day):
        """Move money that stays in the advance to another plan, at its cost."""
        vals_list = []
        for layer, units, cost in self._take(
            Money.of(amount, self.currency_id).units, day
        ):
            values = (
                day,
                Money(units, self.currency_id).amount,
                self._from_cents(cost),
            )
            common = {
                "move_line_id": layer.move_line_id.id,
                "payment_id": layer.payment_id.id,
            }
            vals_list += [
                self._movement_vals(
                    "carry_out",
                    *values,
                    layer_id=layer.id,
                    counterpart_plan_id=target.id,
                    **common,
                ),
                target._movement_vals(
                    "carry_in", *values, counterpart_plan_id=self.id, **common
                ),
            ]
        self.env["cash.transfer.movement"]._unprotected().create(vals_list)
        self._log_event(
            self.env._(
                "Carried %(amount)s to %(plan)s",
                plan=target.name,
                amount=self.currency_id.format(amount),
            )
        )
        target._log_event(
            self.env._(
                "Received %(amount)s from %(plan)s",
                plan=self.name,
                amount=self.currency_id.format(amount),
            )
        )

    @step(
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_move_funding(self, target_id, amount=None):
        """Move funding that stays with the provider to another of its plans; no entry.
        For releasers. A plan made by mistake is given up afterwards (R70).

        :param int target_id: approved or released plan of the provider and currency.
        :param float amount: what the other plan is missing by default, never more
            (R64).
        :raises UserError: another provider, nothing there, or nothing missing there.
        """
        self.ensure_one()
        user = self.with_env(self.env(su=False))
        target = user.browse(target_id).exists()
        target.check_access("read")
        for other in target:
            other._check_apart("release")
        target.lock_for_update(allow_referencing=True)
        target.invalidate_recordset()
        # sudo: movements, after the check of duty and four eyes
        plan, target = self, target.sudo()
        if (
            not target
            or target == plan
            or target.provider_id != plan.provider_id
            or target.currency_id != plan.currency_id
            or target.state not in ("approved", "released")
        ):
            raise UserError(
                self.env._(
                    "Choose an approved plan of the same provider that still needs "
                    "money."
                )
            )
        remaining = plan._get_statements()[plan]["remaining"]
        amount = plan.currency_id.round(
            amount or min(remaining, target._missing_funding())
        )
        most = min(remaining, target._missing_funding())
        if amount <= 0 or plan.currency_id.compare_amounts(amount, most) > 0:
            raise UserError(
                self.env._(
                    "At most %(amount)s can be moved: what is left here, and what the "
                    "other plan is missing.",
                    amount=plan.currency_id.format(max(most, 0.0)),
                )
            )
        plan._carry_to(target, amount, self._place_today())
        (plan | target).invalidate_recordset(["statement_html", "is_balanced"])
        return amount

    @step(
        frm=("approved", "released", "reconciled"),
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_adopt(self, move_line_id=None):
        """Take money that the ledger already holds with the provider as funding of
        this plan: an opening balance, or a prepayment of the accountant. For
        releasers.

        :param int move_line_id: a posted item on the provider's account; the oldest
            with a free rest by default.
        :return: amount adopted, never more than the plan is missing (R64).
        :raises UserError: nothing missing, or nothing there to adopt.
        """
        self.ensure_one()
        plan = self
        plan.provider_id.lock_for_update(allow_referencing=True)
        missing = plan._missing_funding()
        if missing <= 0:
            raise UserError(self.env._("The plan is funded already."))
        movements = plan.env["cash.transfer.movement"]._unprotected()
        adopted, wanted = 0.0, Money.of(missing, plan.currency_id).units
        for line in plan._free_items(move_line_id):
            taken = line.cash_movement_ids.filtered(lambda m: m.kind == "payment")
            used = Money.of(sum(taken.mapped("amount")), plan.currency_id).units
            pieces, _missing = consume(
                [
                    (
                        Money.of(line.amount_currency, plan.currency_id).units,
                        Money.of(line.balance, plan.company_currency_id).units,
                    )
                ],
                used,
                wanted,
            )
            for _index, units, cost in pieces:
                movements.create(
                    plan._movement_vals(
                        "payment",
                        line.date,
                        Money(units, plan.currency_id).amount,
                        Money(cost, plan.company_currency_id).amount,
                        move_line_id=line.id,
                        payment_id=line.move_id.origin_payment_id.id,
                    )
                )
                wanted -= units
                adopted += Money(units, plan.currency_id).amount
                plan._log_event(
                    self.env._(
                        "Adopted %(amount)s of %(entry)s",
                        amount=plan.currency_id.format(
                            Money(units, plan.currency_id).amount
                        ),
                        entry=line.move_id.name,
                    )
                )
            if not wanted:
                break
        if not adopted:
            raise UserError(
                self.env._(
                    "The ledger holds no free money with %(provider)s in %(currency)s.",
                    provider=plan.provider_id.name,
                    currency=plan.currency_id.name,
                )
            )
        plan.invalidate_recordset(["statement_html", "is_balanced"])
        return adopted

    def _free_items(self, move_line_id=None):
        """Return posted items that brought money to the provider and that no plan made,
        oldest first."""
        account, partner = self.provider_id._purse()
        domain = [
            ("account_id", "=", account),
            ("parent_state", "=", "posted"),
            ("company_id", "=", self.company_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("amount_currency", ">", 0),
            ("payment_plan_id", "=", False),
        ]
        if partner:
            domain.append(("partner_id", "=", partner))
        if move_line_id:
            domain.append(("id", "=", move_line_id))
        items = self.env["account.move.line"].search(domain, order="date, id")
        return items.filtered(
            lambda item: not item.move_id.origin_payment_id.payment_plan_ids
        )

    @step(
        frm=("instructed", "partly_reconciled", "reconciled", "closed"),
        asks={"amount": Ask(kind="monetary", label=_lt("Amount")), "reason": REASON},
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
        title=_lt("Fee"),
    )
    def action_book_fee(self, amount, reason, date=None, billed=False):
        """Book a fee outside a report: a wallet's charge, a monthly invoice, or the
        correction of a wrong one. For releasers.

        :param float amount: in the plan's currency; below zero gives a fee back.
        :param str reason: required; no names.
        :param bool billed: the provider sends an invoice, paid from the bank;
            otherwise the money left the advance or wallet.
        :raises UserError: plan not instructed, or more given back than was charged.
        """
        self.ensure_one()
        plan = self
        amount = plan.currency_id.round(amount or 0.0)
        charged = plan._get_statements()[plan]["fees"]
        if not amount or plan.currency_id.compare_amounts(charged + amount, 0.0) < 0:
            raise UserError(
                self.env._(
                    "Give an amount; at most %(fees)s of fees can be given back.",
                    fees=plan.currency_id.format(charged),
                )
            )
        date = fields.Date.to_date(date) or self._place_today()
        weights = plan._weights()
        units = split_units(
            Money.of(amount, plan.currency_id).units, [row[2] for row in weights]
        )
        fees = [
            (key, grant, part)
            for (key, grant, _w), part in zip(weights, units, strict=True)
            if part
        ]
        if billed or plan.provider_id.kind == "prefinanced":
            plan._post_bill(date, plan.provider_id.partner_id.id, [], fees, None)
        elif amount > 0:
            plan._post_entry(date, [], fees, plan.env["cash.transfer.dispute"], None)
        else:
            plan._give_back_fee(-amount, fees, date)
        plan._log_event(
            self.env._(
                "Fee of %(amount)s: %(reason)s",
                amount=plan.currency_id.format(amount),
                reason=reason,
            )
        )
        plan._reopen()
        return True

    def _give_back_fee(self, amount, fees, date):
        """Post a fee back into the advance or wallet, at what it cost there."""
        self._check_open_date(date, self.company_id.cash_journal_id)
        movements = self._held_movements()
        layers = movements.filtered(lambda m: m.kind in INFLOWS)
        used = sum(
            Money.of(m.amount, self.currency_id).units for m in movements - layers
        )
        back = Money.of(amount, self.currency_id).units
        pieces, missing = consume(
            [
                (
                    Money.of(m.amount, self.currency_id).units,
                    Money.of(m.company_amount, self.company_currency_id).units,
                )
                for m in layers
            ],
            used - back,
            back,
        )
        cost = sum(piece[2] for piece in pieces)
        if missing:  # it was charged beyond the funding: at the rate of the day, too
            unfunded = self.currency_id._convert(
                Money(missing, self.currency_id).amount,
                self.company_currency_id,
                self.company_id,
                date,
            )
            cost += Money.of(unfunded, self.company_currency_id).units
        shares = self._split_cost(-cost, [part[2] for part in fees])
        lines = [
            {
                "account_id": self.company_id.cash_fee_account_id.id,
                "amount_currency": Money(units, self.currency_id).amount,
                "balance": Money(share, self.company_currency_id).amount,
                "analytic_distribution": {key: 100.0},
                "cash_event": "fee",
            }
            for (key, _grant, units), share in zip(fees, shares, strict=True)
        ]
        money = self.provider_id._get_money_account()
        lines.append(
            {
                "account_id": money.id,
                "amount_currency": amount,
                "balance": Money(cost, self.company_currency_id).amount,
                "cash_event": "fee",
            }
        )
        move = self._create_move(
            lines, date, self.env._("%(plan)s fee", plan=self.name)
        )
        item = move.line_ids.filtered(lambda aml: aml.account_id == money)
        self.env["cash.transfer.movement"]._unprotected().create(
            self._movement_vals(
                "fee",
                date,
                -amount,
                Money(-cost, self.company_currency_id).amount,
                move_line_id=item.id,
            )
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    def _reopen(self):
        """Open a closed plan again: something happened to its money (R70)."""
        for plan in self.filtered(lambda one: one.state == "closed"):
            plan._unprotected().write(
                {"state": "reconciled", "closed_by_id": False, "closed_on": False}
            )
            plan._log_event(
                self.env._("Opened again: something happened to it after all.")
            )
            plan.cycle_id._update_state()

    # -- what families are still owed (R70) -------------------------------------
    def _owed_lines(self):
        """Return payments of these plans that were not delivered and are not followed
        up: families still owed."""
        lines = self.env["cash.transfer.payment.line"].search(
            [("plan_id", "in", self.ids), *self._reissuable_domain()]
        )
        return lines.filtered(
            lambda line: (
                line.owed_decision != "nothing"
                and line.cycle_line_id.sudo().payable  # sudo: a yes or no
                and line.currency_id.compare_amounts(line._open_amount(), 0.0) > 0
            )
        )

    def _check_owed_decided(self):
        """Families still owed are listed at *Close* and ask for a decision each (R70).

        :raises UserError: the payments without a decision.
        """
        undecided = self._owed_lines().filtered(lambda line: not line.owed_decision)
        if undecided:
            raise UserError(
                self.env._(
                    "These families are still owed: make a follow-up, or decide on "
                    "each payment.\n%(payments)s",
                    payments="\n".join(
                        f"{line.name}: {line.currency_id.format(line._open_amount())}"
                        for line in undecided[:20]
                    ),
                )
            )

    # -- closing (R40) ---------------------------------------------------------
    def _missing_to_close(self):
        statement = self._get_statements()[self]
        remaining = statement["remaining"]
        problem = None
        if not self._is_final():
            problem = self.env._(
                "%(plan)s has payments without a final report.", plan=self.name
            )
        elif self.dispute_ids.filtered(
            lambda dispute: dispute.state in ("open", "write_off_asked")
        ):
            problem = self.env._(
                "%(plan)s has open disputes of %(amount)s: resolve them first.",
                plan=self.name,
                amount=self.currency_id.format(statement["disputes"]),
            )
        elif remaining < 0:
            problem = self.env._(
                "%(plan)s was delivered with %(amount)s more than it was funded with: "
                "let the releaser fund it.",
                plan=self.name,
                amount=self.currency_id.format(-remaining),
            )
        elif remaining:
            problem = self.env._(
                "%(amount)s of %(plan)s are still with the provider: register the "
                "return, or carry them to a follow-up plan.",
                plan=self.name,
                amount=self.currency_id.format(remaining),
            )
        else:
            self._check_owed_decided()
        return [problem] if problem else []

    @step(
        frm="reconciled",
        to=("closed",),
        duty="reconcile",
        stamp="closed",
        check="_missing_to_close",
        right="read",
        referencing=True,
        sudo="the statement, the ledger and the state",
    )
    def action_close(self):
        """Close a reconciled plan whose money is accounted for in both currencies. For
        reconcilers.

        :raises UserError: what is open, and what to do about it.
        """
        for plan in self:
            if plan._unposted():
                plan._post_deliveries(self._place_today())
            left = plan._get_statements()[plan]["remaining_company"]
            if left:
                plan._post_exchange(left)
            if plan._ledger_differences():
                raise UserError(
                    self.env._(
                        "%(plan)s and the ledger say different things: press Compare "
                        "with the Ledger and look at the entries with the accountant.",
                        plan=plan.name,
                    )
                )
            plan._unprotected().state = "closed"
            plan._log_event(self.env._("Closed"))
            plan.cycle_id._update_state()

    def _post_exchange(self, company_amount):
        """Post what is left in company currency alone, with the grants' analytic."""
        date = self._place_today()
        money = self.provider_id._get_money_account()
        weights = self._weights()
        grants = self.env["cash.transfer.grant"].browse([row[1] for row in weights])
        entry = [
            {
                "account_id": money.id,
                "amount_currency": 0.0,
                "balance": -company_amount,
                "cash_event": "exchange",
            }
        ]
        for (key, _g, _u), grant, part in zip(
            weights,
            grants,
            split_units(
                Money.of(company_amount, self.company_currency_id).units,
                [row[2] for row in weights],
            ),
            strict=True,
        ):
            entry += self._exchange_lines(part, key, grant)
        self._check_open_date(date, self.company_id.cash_journal_id)
        move = self._create_move(
            entry, date, self.env._("%(plan)s exchange", plan=self.name)
        )
        line = move.line_ids.filtered(lambda aml: aml.account_id == money)
        self.env["cash.transfer.movement"]._unprotected().create(
            self._movement_vals(
                "exchange", date, 0.0, company_amount, move_line_id=line.id
            )
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    def action_open_moves(self):
        """Open the plan's entries; reading them asks for accounting rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [
                "|",
                ("payment_plan_id", "=", self.id),
                ("origin_payment_id.payment_plan_ids", "=", self.id),
            ],
        }
