"""What posted entries charge, and who pays it.

For apps that build on core's accounting; this module itself has no accounts.
"""

from dataclasses import dataclass
from datetime import date

from odoo.tools import SQL

from .money import Money

#: What is charged to a payer stands on its analytic lines, to the cent; what is left of
#: an entry's line has no payer. A line with two payers in two plans counts once.
CHARGED = """
WITH line AS (
    SELECT CASE WHEN m.id = ANY(%(moves)s) THEN m.id ELSE m.reversed_entry_id
           END AS move, l.id, l.date, l.balance, l.company_currency_id AS currency
      FROM account_move m
      JOIN account_move_line l ON l.move_id = m.id AND l.parent_state = 'posted'
      JOIN account_account t ON t.id = l.account_id AND t.account_type ^@ 'expense'
     WHERE m.id = ANY(%(moves)s) OR m.reversed_entry_id = ANY(%(moves)s)
), paid AS (
    SELECT a.move_line_id AS line, found.payer, sum(-a.amount) AS amount
      FROM account_analytic_line a
     CROSS JOIN LATERAL (
           SELECT min(named.account) AS payer
             FROM (VALUES %(columns)s) named (account)
            WHERE named.account = ANY(%(payers)s)) found
     WHERE a.move_line_id IN (SELECT id FROM line) AND found.payer IS NOT NULL
     GROUP BY 1, 2
), part AS (
    SELECT line.move, line.date, line.currency, paid.payer, paid.amount
      FROM line JOIN paid ON paid.line = line.id
    UNION ALL
    SELECT line.move, line.date, line.currency, NULL, line.balance - coalesce(
               (SELECT sum(amount) FROM paid WHERE paid.line = line.id), 0)
      FROM line
)
SELECT move, date, payer, currency, sum(amount) FROM part
 GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
 ORDER BY 1, 2, 3 NULLS LAST
"""


@dataclass(frozen=True)
class Charge:
    """So much that an entry charges on a day."""

    move: object
    day: date
    #: id of the analytic account that pays, or None
    payer: int | None
    #: in units of the company's currency; below zero where it is taken back
    units: int


def charged(moves, payers):
    """Return what these entries charge to expense accounts, and apart from it what
    their reversals take back; nothing where they are not posted.

    :param moves: ``account.move``
    :param payers: ids of the analytic accounts that count as payers
    :return: list of :class:`Charge`
    """
    env = moves.env
    if not moves:
        return []
    for model in ("account.move", "account.move.line", "account.analytic.line"):
        env[model].flush_model()
    # sudo: the columns of plans are no secret
    first, others = env["account.analytic.plan"].sudo()._get_all_plans()
    columns = SQL(", ").join(
        SQL("(a.%s)", SQL.identifier(plan._strict_column_name()))
        for plan in first + others
    )
    rows = env.execute_query(
        SQL(CHARGED, moves=moves.ids, payers=list(payers), columns=columns)
    )
    by_id = {move.id: move for move in moves}
    currencies = env["res.currency"].browse({row[3] for row in rows})
    by_currency = {currency.id: currency for currency in currencies}
    return [
        Charge(by_id[move], day, payer, Money.of(amount, by_currency[currency]).units)
        for move, day, payer, currency, amount in rows
    ]
