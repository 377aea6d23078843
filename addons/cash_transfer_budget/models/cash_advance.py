from odoo import fields, models, tools

from odoo.addons.cash_transfer.models.plan.cash_transfer_movement import INFLOWS


class CashAdvance(models.Model):
    """Our money with providers by its age: each amount that came to a plan, less what
    was taken from it, first in, first out. Below zero: paid without an advance."""

    _name = "cash.advance"
    _description = "Advance with a Provider"
    _rules_of = "cash.transfer.payment.plan"
    _auto = False
    _order = "age desc, id"
    _rec_name = "plan_id"

    plan_id = fields.Many2one("cash.transfer.payment.plan", readonly=True)
    provider_id = fields.Many2one("cash.transfer.provider", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Held", readonly=True)
    since = fields.Date(readonly=True)
    age = fields.Integer(string="Days", readonly=True, aggregator="max")
    age_bucket = fields.Selection(
        [("0", "0–30"), ("1", "31–60"), ("2", "61–90"), ("3", "Over 90")],
        string="Age",
        readonly=True,
    )

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            """
            CREATE VIEW cash_advance AS
            SELECT t.*, (CURRENT_DATE - t.since) AS age,
                   CASE WHEN CURRENT_DATE - t.since <= 30 THEN '0'
                        WHEN CURRENT_DATE - t.since <= 60 THEN '1'
                        WHEN CURRENT_DATE - t.since <= 90 THEN '2'
                        ELSE '3' END AS age_bucket
              FROM (
                SELECT min(m.id) AS id, m.plan_id, m.provider_id, m.company_id,
                       m.currency_id, min(coalesce(y.date, m.date)) AS since,
                       sum(CASE WHEN m.kind IN %s THEN m.amount
                                ELSE -m.amount END) AS amount
                  FROM cash_transfer_movement m
                  JOIN cash_transfer_provider p ON p.id = m.provider_id
                  LEFT JOIN cash_transfer_movement y ON y.id = m.layer_id
                 WHERE p.kind <> 'prefinanced'
                 GROUP BY coalesce(m.layer_id, m.id), m.plan_id, m.provider_id,
                          m.company_id, m.currency_id
                HAVING round(sum(CASE WHEN m.kind IN %s THEN m.amount
                                      ELSE -m.amount END)::numeric, 4) <> 0) t
            """,
            [INFLOWS, INFLOWS],
        )
