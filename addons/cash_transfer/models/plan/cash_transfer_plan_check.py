from odoo import fields, models
from odoo.tools import SQL

#: What the posted journal items say of plans, and beside it what the plans say that
#: stands in no statement.
FIGURES = """
WITH plan AS (
    SELECT p.id, p.provider_id, p.company_id,
           CASE WHEN v.kind = 'wallet' THEN j.default_account_id
                ELSE coalesce(v.advance_account_id, c.cash_advance_account_id)
                END AS money_account,
           c.cash_claims_account_id AS claims_account
      FROM cash_transfer_payment_plan p
      JOIN cash_transfer_provider v ON v.id = p.provider_id
      JOIN res_company c ON c.id = p.company_id
      LEFT JOIN account_journal j ON j.id = v.journal_id
     WHERE p.id = ANY(%(ids)s)),
item AS (
    SELECT l.*, l.payment_plan_id AS plan
      FROM account_move_line l
     WHERE l.payment_plan_id = ANY(%(ids)s) AND l.parent_state = 'posted'),
entries AS (
    SELECT i.plan AS id,
           sum(i.amount_currency) FILTER (WHERE i.account_id = p.money_account
               AND NOT EXISTS (SELECT 1 FROM cash_transfer_movement f
                                WHERE f.move_line_id = i.id AND f.kind = 'payment')
               ) AS money,
           sum(i.balance) FILTER (WHERE i.account_id = p.money_account
               AND NOT EXISTS (SELECT 1 FROM cash_transfer_movement f
                                WHERE f.move_line_id = i.id AND f.kind = 'payment')
               ) AS money_company,
           sum(i.amount_currency) FILTER (WHERE i.account_id = p.claims_account)
               AS claims,
           sum(i.balance) FILTER (WHERE i.account_id = p.claims_account)
               AS claim_cost,
           sum(i.amount_currency) FILTER (
               WHERE i.cash_event IN ('delivered', 'reversal', 'fee', 'written_off')
                 AND i.analytic_distribution IS NOT NULL) AS spent,
           sum(i.balance) FILTER (WHERE i.cash_event IN ('delivered', 'reversal')
                 AND i.analytic_distribution IS NOT NULL) AS cost,
           sum(i.balance) FILTER (WHERE i.analytic_distribution IS NOT NULL)
               AS analytic_expected
      FROM item i JOIN plan p ON p.id = i.plan GROUP BY i.plan),
analytic AS (
    SELECT i.plan AS id, -sum(a.amount) AS amount
      FROM item i JOIN account_analytic_line a ON a.move_line_id = i.id
     GROUP BY i.plan),
flow AS (
    SELECT m.plan_id AS id,
           sum(CASE m.kind WHEN 'carry_out' THEN -m.amount ELSE m.amount END)
               AS amount,
           sum(CASE m.kind WHEN 'carry_out' THEN -m.company_amount
                           ELSE m.company_amount END) AS cost
      FROM cash_transfer_movement m
      LEFT JOIN account_move_line l ON l.id = m.move_line_id
     WHERE m.plan_id = ANY(%(ids)s)
       AND (m.kind IN ('carry_in', 'carry_out')
            OR m.kind = 'payment' AND l.parent_state = 'posted')
     GROUP BY m.plan_id),
back AS (  -- what an advance gave back stands in the payment's own entry
    SELECT id, sum(amount_currency) AS amount, sum(balance) AS cost
      FROM (SELECT DISTINCT m.plan_id AS id, l.id AS line, l.amount_currency,
                   l.balance
              FROM cash_transfer_movement m
              JOIN account_move_line l ON l.id = m.move_line_id
             WHERE m.plan_id = ANY(%(ids)s) AND m.kind = 'returned'
               AND l.payment_plan_id IS NULL AND l.parent_state = 'posted') t
     GROUP BY id),
line AS (  -- a funding line is shared by plans: all its shares are the line
    SELECT m.move_line_id, sum(m.amount) AS amount, sum(m.company_amount) AS cost
      FROM cash_transfer_movement m
     WHERE m.kind = 'payment' AND m.move_line_id IN (
           SELECT move_line_id FROM cash_transfer_movement
            WHERE plan_id = ANY(%(ids)s) AND kind = 'payment')
     GROUP BY m.move_line_id),
funding AS (
    SELECT s.plan_id AS id, sum(n.amount) AS expected, sum(n.cost) AS cost_expected,
           -- of an adopted item a part may still be free
           sum(least(n.amount, l.amount_currency))
               FILTER (WHERE l.parent_state = 'posted') AS found,
           sum(least(n.cost, l.balance))
               FILTER (WHERE l.parent_state = 'posted') AS cost
      FROM (SELECT DISTINCT plan_id, move_line_id FROM cash_transfer_movement
             WHERE plan_id = ANY(%(ids)s) AND kind = 'payment') s
      JOIN line n ON n.move_line_id = s.move_line_id
      JOIN account_move_line l ON l.id = s.move_line_id
     GROUP BY s.plan_id),
split AS (
    SELECT plan_id AS id, sum(company_posted) AS cost
      FROM cash_transfer_payment_split
     WHERE plan_id = ANY(%(ids)s) GROUP BY plan_id),
matching AS (  -- what a step matched with the advance is matched still
    SELECT m.plan_id AS id, sum(m.amount) AS found
      FROM cash_transfer_movement m
     WHERE m.plan_id = ANY(%(ids)s) AND EXISTS (
           SELECT 1 FROM account_partial_reconcile r
            WHERE r.credit_move_id = m.move_line_id)
     GROUP BY m.plan_id),
accepted AS (
    SELECT plan_id AS id, sum(company_amount) AS cost
      FROM cash_transfer_dispute
     WHERE plan_id = ANY(%(ids)s) AND state = 'accepted' GROUP BY plan_id)
SELECT p.id,
       coalesce(e.money, 0) + coalesce(f.amount, 0) + coalesce(b.amount, 0)
           AS money,
       coalesce(e.money_company, 0) + coalesce(f.cost, 0) + coalesce(b.cost, 0)
           AS money_company,
       e.claims, e.claim_cost, e.spent, e.cost,
       coalesce(s.cost, 0) + coalesce(a.cost, 0) AS cost_expected,
       e.analytic_expected, n.amount AS analytic,
       u.expected AS funding_expected, u.found AS funding,
       u.cost_expected AS fund_cost_expected, u.cost AS fund_cost,
       h.found AS matching
  FROM plan p
  LEFT JOIN entries e ON e.id = p.id
  LEFT JOIN flow f ON f.id = p.id
  LEFT JOIN back b ON b.id = p.id
  LEFT JOIN funding u ON u.id = p.id
  LEFT JOIN split s ON s.id = p.id
  LEFT JOIN accepted a ON a.id = p.id
  LEFT JOIN analytic n ON n.id = p.id
  LEFT JOIN matching h ON h.id = p.id
"""


class CashTransferPlanCheck(models.AbstractModel):
    """What the posted ledger holds for a plan, read from the journal items alone."""

    _name = "cash.transfer.plan.check"
    _description = "Plan Compared with the Ledger"

    ledger_check_ids = fields.One2many("cash.transfer.ledger.check", "plan_id")
    ledger_checked_on = fields.Datetime(
        readonly=True, copy=False, string="Compared with the Ledger"
    )

    def action_compare_ledger(self):
        """Compare these plans with the posted ledger now; the night does it for all.
        For whoever reads the plan."""
        self.check_access("read")
        # sudo: journal items; only sums by plan are kept
        self.sudo()._compare_plans()
        return True

    def _compare_plans(self):
        """Store the differences of these plans; return them."""
        rows = self._ledger_differences()
        self._unprotected().write({"ledger_checked_on": fields.Datetime.now()})
        checks = self.env["cash.transfer.ledger.check"]
        self.invalidate_recordset(["ledger_check_ids"])
        return checks._store(self.env["cash.transfer.provider"], self, rows)

    def _ledger_differences(self):
        """Return ``[(plan, provider, kind, currency, plan's figure, ledger's)]`` where
        the plan's movements and the posted journal items differ (R68)."""
        self.env.flush_all()
        statements = self._get_statements()
        figures = self._ledger_figures()
        rows = []
        for plan, statement in statements.items():
            found = figures.get(plan.id, {})
            prefinanced = plan.provider_id.kind == "prefinanced"
            currency, company = plan.currency_id, plan.company_currency_id
            spent = sum(statement[key] for key in ("delivered", "fees", "written_off"))
            pairs = [
                ("delivered", currency, spent, "spent"),
                ("cost", company, found.get("cost_expected", 0), "cost"),
                ("analytic", company, found.get("analytic_expected", 0), "analytic"),
                ("funding", currency, found.get("funding_expected", 0), "funding"),
                ("funding", company, found.get("fund_cost_expected", 0), "fund_cost"),
                ("matching", currency, plan.amount_matched, "matching"),
            ]
            if not prefinanced:
                pairs += [
                    ("money", currency, statement["remaining"], "money"),
                    ("money", company, statement["remaining_company"], "money_company"),
                    ("claims", currency, statement["disputes"], "claims"),
                    ("claims", company, statement["disputes_company"], "claim_cost"),
                ]
            for kind, money, expected, name in pairs:
                value = float(found.get(name) or 0)
                if not money.is_zero(value - float(expected or 0)):
                    rows.append((plan, plan.provider_id, kind, money, expected, value))
        return rows

    def _ledger_figures(self):
        """Return plan id → figures of the posted journal items; ``…_expected`` are
        those of the plan that no statement shows."""
        self.env.cr.execute(SQL(FIGURES, ids=list(self.ids)))
        return {row["id"]: row for row in self.env.cr.dictfetchall()}
