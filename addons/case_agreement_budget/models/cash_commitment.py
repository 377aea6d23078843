from odoo import fields, models


class CashCommitment(models.Model):
    _inherit = "cash.commitment"

    kind = fields.Selection(selection_add=[("agreement", "Agreement")])
    agreement_id = fields.Many2one("remediation.agreement", readonly=True)

    def _get_columns(self):
        return {**super()._get_columns(), "agreement_id": "int"}

    def _get_parts(self):
        """Add a row for each agreement and grant: what is paid from the next month on,
        beside the stipends."""
        has = {"kind", "name", "grant_id", "company_id", "currency_id", "agreement_id"}
        has |= {"amount", "date_from", "date_to"}
        part = """
            SELECT -(max(y.id)::bigint * 100000 + g.id) AS id, 'agreement' AS kind,
                   a.name AS name, g.id AS grant_id, g.company_id AS company_id,
                   a.currency_id AS currency_id, a.id AS agreement_id,
                   round(sum(m.amount * s.other / s.whole)::numeric, 2) AS amount,
                   min(m.month) AS date_from, max(m.month) AS date_to
              FROM remediation_agreement_month m
              JOIN remediation_agreement a ON a.id = m.agreement_id
                   AND a.state = 'approved'
              JOIN remediation_agreement_party y ON y.id = m.party_id
              JOIN cash_transfer_grant g
                   ON g.analytic_account_id = y.analytic_account_id
                  AND g.company_id = a.company_id
                  AND m.month BETWEEN g.date_start AND g.date_end
              JOIN (SELECT c.agreement_id, (x.cost->>0)::date AS month,
                           sum((x.cost->>2)::numeric) AS whole,
                           sum((x.cost->>2)::numeric)
                               FILTER (WHERE x.cost->>1 <> 'stipend') AS other
                      FROM remediation_agreement_child c
                     CROSS JOIN LATERAL jsonb_array_elements(c.schedule) AS x(cost)
                     WHERE c.state = 'approved'
                     GROUP BY 1, 2) s
                   ON s.agreement_id = a.id AND s.month = m.month AND s.other > 0
             WHERE m.month > CURRENT_DATE
             GROUP BY a.id, g.id
            """
        return [*super()._get_parts(), (has, part)]

    def _get_source(self):
        return self.agreement_id or super()._get_source()
