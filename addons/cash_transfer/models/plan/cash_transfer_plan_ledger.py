from odoo import fields, models

from odoo.addons.remediation_base.tools.money import Money, split_units

from ...tools.fifo import consume
from .cash_transfer_movement import INFLOWS


class CashTransferPlanLedger(models.AbstractModel):
    """What the plan means in the ledger (domain rules of the accounting table, R40).

    Cash groups imply no accounting rights: posting runs with sudo() after the named
    method checked group, state and four eyes. No name ever enters an entry.
    """

    _name = "cash.transfer.plan.ledger"
    _description = "Ledger of a Payment Plan"
    _inherit = ["cash.transfer.books"]

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

    # -- entries ---------------------------------------------------------------
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

    def _expense_account(self):
        return (
            self.scheme_id.expense_account_id or self.company_id.cash_expense_account_id
        )

    def _from_cents(self, units):
        return Money(units, self.company_currency_id).amount

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
