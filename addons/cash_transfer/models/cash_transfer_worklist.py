from odoo import fields, models, tools


class CashTransferWorklist(models.Model):
    """Finance's worklist: what is unexplained, how old, how much."""

    _name = "cash.transfer.worklist"
    _description = "Unexplained Money"
    _rules_of = "cash.transfer.payment.plan"
    _auto = False
    _order = "age desc, id"

    kind = fields.Selection(
        [
            ("missing", "Sent, No Report"),
            ("in_question", "In Question"),
            ("dispute", "Open Dispute"),
            ("unpaid", "Failed, Not Followed Up"),
            ("unfunded", "Support without Funder"),
        ],
        readonly=True,
    )
    name = fields.Char(string="Code", readonly=True)
    plan_id = fields.Many2one("cash.transfer.payment.plan", readonly=True)
    provider_id = fields.Many2one("cash.transfer.provider", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    since = fields.Date(readonly=True)
    age = fields.Integer(string="Days", readonly=True)
    age_bucket = fields.Selection(
        [("0", "0–30"), ("1", "31–60"), ("2", "61–90"), ("3", "Over 90")], readonly=True
    )

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            """
            CREATE VIEW cash_transfer_worklist AS
            SELECT t.*, (CURRENT_DATE - t.since) AS age,
                   CASE WHEN CURRENT_DATE - t.since <= 30 THEN '0'
                        WHEN CURRENT_DATE - t.since <= 60 THEN '1'
                        WHEN CURRENT_DATE - t.since <= 90 THEN '2'
                        ELSE '3' END AS age_bucket
              FROM (
                SELECT l.id::bigint * 4 AS id,
                       CASE l.status WHEN 'sent' THEN 'missing'
                                     WHEN 'in_question' THEN 'in_question'
                                     ELSE 'unpaid' END AS kind,
                       l.name, l.plan_id, l.provider_id, l.company_id, l.currency_id,
                       CASE WHEN l.status = 'in_question'
                            THEN coalesce(nullif(l.question_amount, 0), l.amount_due)
                            ELSE l.amount_due - l.amount_delivered END AS amount,
                       l.sent_on AS since
                  FROM cash_transfer_payment_line l
                  JOIN cash_transfer_provider p ON p.id = l.provider_id
                 WHERE (l.status = 'sent'
                        AND l.sent_on + coalesce(p.settlement_days, 0) < CURRENT_DATE)
                    OR l.status = 'in_question'
                    OR (l.status IN ('failed', 'not_collected', 'partial')
                        AND NOT EXISTS (
                            SELECT 1 FROM cash_transfer_payment_line f
                             WHERE f.origin_line_id = l.id AND f.status <> 'cancelled')
                        AND EXISTS (
                            SELECT 1 FROM cash_transfer_payment_plan q
                             WHERE q.id = l.plan_id AND q.state <> 'closed'))
                UNION ALL
                SELECT d.id::bigint * 4 + 1, 'dispute', d.name, d.plan_id,
                       d.provider_id, d.company_id, d.currency_id, d.amount,
                       d.create_date::date
                  FROM cash_transfer_dispute d
                 WHERE d.state IN ('open', 'write_off_asked')
                UNION ALL
                SELECT e.id::bigint * 4 + 2, 'unfunded', e.name, NULL, NULL,
                       e.company_id, e.currency_id, e.unfunded_amount,
                       e.unfunded_from
                  FROM cash_transfer_entitlement e
                 WHERE e.unfunded_from IS NOT NULL
                   AND e.state IN ('approved', 'active', 'suspended')) t
            """
        )

    def action_open_source(self):
        """Open the payment or dispute behind the row."""
        self.ensure_one()
        models_by_kind = {
            "dispute": "cash.transfer.dispute",
            "unfunded": "cash.transfer.entitlement",
        }
        model = models_by_kind.get(self.kind, "cash.transfer.payment.line")
        return self.env[model].browse(self.id // 4)._get_records_action()
