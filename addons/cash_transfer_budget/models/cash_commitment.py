from odoo import fields, models, tools
from odoo.tools import SQL


class CashCommitment(models.Model):
    """What grants have promised, one by one: approved support that is not paid yet, and
    bills that are entered and not posted (R65)."""

    _name = "cash.commitment"
    _description = "Commitment of a Grant"
    _rules_of = "remediation.in.company"
    _auto = False
    _order = "grant_id, id"

    kind = fields.Selection(
        [("support", "Approved Support"), ("bill", "Open Bill")], readonly=True
    )
    name = fields.Char(string="Code", readonly=True)
    grant_id = fields.Many2one("cash.transfer.grant", readonly=True)
    entitlement_id = fields.Many2one("cash.transfer.entitlement", readonly=True)
    move_id = fields.Many2one("account.move", string="Bill", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Committed", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)

    def _get_columns(self):
        """Return the columns of the view and their types; a part that has none of one
        leaves it empty."""
        return {
            "kind": "varchar",
            "name": "varchar",
            "grant_id": "int",
            "entitlement_id": "int",
            "move_id": "int",
            "company_id": "int",
            "currency_id": "int",
            "amount": "numeric",
            "date_from": "date",
            "date_to": "date",
        }

    def _get_parts(self):
        """Return the parts of the view: the columns that each has, and its SQL. Every
        part has an ``id`` that no other uses."""
        common = {"kind", "name", "grant_id", "company_id", "currency_id", "amount"}
        common |= {"date_from", "date_to"}
        return [
            (
                common | {"entitlement_id"},
                """
                SELECT f.id::bigint * 2 AS id, 'support' AS kind, e.name, f.grant_id,
                       e.id AS entitlement_id, g.company_id, g.currency_id,
                       f.committed AS amount,
                       greatest(coalesce(f.date_from, e.date_from), g.date_start)
                       AS date_from,
                       least(f.date_to, e.date_to, g.date_end) AS date_to
                  FROM cash_transfer_entitlement_funding f
                  JOIN cash_transfer_entitlement e ON e.id = f.entitlement_id
                  JOIN cash_transfer_grant g ON g.id = f.grant_id
                 WHERE f.state IN ('approved', 'active', 'suspended')
                   AND f.committed > 0
                """,
            ),
            (
                common | {"move_id"},
                """
                SELECT (min(l.id)::bigint * 100000 + g.id) * 2 + 1 AS id,
                       'bill' AS kind, coalesce(nullif(m.name, '/'), '#' || m.id)
                       AS name, g.id AS grant_id, m.id AS move_id, g.company_id,
                       l.currency_id,
                       sum(l.amount_currency * d.share::numeric / 100) AS amount,
                       coalesce(m.invoice_date, m.date) AS date_from,
                       m.invoice_date_due AS date_to
                  FROM account_move m
                  JOIN account_move_line l ON l.move_id = m.id
                  JOIN account_account t ON t.id = l.account_id
                       AND starts_with(t.account_type, 'expense')
                 CROSS JOIN LATERAL jsonb_each_text(l.analytic_distribution)
                       AS d(key, share)
                  JOIN cash_transfer_grant g ON g.company_id = m.company_id
                       AND g.analytic_account_id::text
                           = ANY(string_to_array(d.key, ','))
                 WHERE m.state = 'draft' AND m.move_type IN ('in_invoice', 'in_refund')
                 GROUP BY m.id, g.id, l.currency_id
                """,
            ),
        ]

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        columns = self._get_columns()
        selects = []
        for there, part in self._get_parts():
            shown = [
                f"x.{name}::{kind}" if name in there else f"NULL::{kind} AS {name}"
                for name, kind in columns.items()
            ]
            selects.append(f"SELECT x.id, {', '.join(shown)} FROM ({part}) x")
        view = SQL.identifier(self._table)
        union = SQL(" UNION ALL ").join(SQL(select) for select in selects)
        self.env.cr.execute(SQL("CREATE VIEW %s AS %s", view, union))

    def _get_source(self):
        """Return the record that a row is about."""
        return self.entitlement_id or self.move_id

    def action_open_source(self):
        """Open what is behind the row; by the reader's own rights."""
        self.ensure_one()
        return self._get_source()._get_records_action()
