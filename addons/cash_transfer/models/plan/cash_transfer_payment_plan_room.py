from odoo import api, fields, models
from odoo.tools import SQL

from ..entitlement.cash_transfer_entitlement_funding import SHARES_OF_PAYMENTS

#: Each payment beside the last one of its entitlement that was meant to be paid.
CHANGES = """
SELECT l.id, l.plan_id,
       b.id IS NULL AS is_new,
       b.amount_due AS amount_before,
       b.amount_due IS DISTINCT FROM l.amount_due AS other_amount,
       b.payee_id IS DISTINCT FROM l.payee_id AS other_payee,
       b.method_id IS DISTINCT FROM l.method_id AS other_account,
       b.status IN ('failed', 'not_collected', 'partial', 'reversed') AS unpaid_before
  FROM cash_transfer_payment_line l
  LEFT JOIN LATERAL (
       SELECT p.* FROM cash_transfer_payment_line p
        WHERE p.entitlement_id = l.entitlement_id
          AND (p.period, p.id) < (l.period, l.id)
          AND p.status NOT IN ('cancelled', 'stopped')
        ORDER BY p.period DESC, p.id DESC LIMIT 1) b ON TRUE
 WHERE %s
"""
#: What may have changed, the weightiest first.
KINDS = (
    "is_new",
    "other_amount",
    "other_payee",
    "other_account",
    "unpaid_before",
)


class CashTransferPaymentPlanRoom(models.Model):
    """What the next person of a plan has to see before signing: what changed since the
    last payment of each entitlement, who is not paid any more, and what each grant has
    left. Read by SQL over the whole plan, so that 10,000 payments are one question."""

    _inherit = "cash.transfer.payment.plan"

    changes_text = fields.Char(
        compute="_compute_changes_text", string="Since Last Time"
    )
    grants_html = fields.Html(
        compute="_compute_grants_html", string="Grants", sanitize=False
    )

    @api.depends("line_ids.status", "line_ids.amount_due", "line_ids.payee_id")
    @api.depends_context("lang")
    def _compute_changes_text(self):
        counts = {}
        self.env.flush_all()
        for row in self._changed_rows(
            SQL("l.plan_id = ANY(%s)", list(self._origin.ids))
        ):
            found = counts.setdefault(row["plan_id"], dict.fromkeys(KINDS, 0))
            kind = next((kind for kind in KINDS if row[kind]), None)
            if kind:
                found[kind] += 1
        gone = self._gone_counts()
        for plan in self:
            found = counts.get(plan._origin.id) or dict.fromkeys(KINDS, 0)
            said = [
                (found["is_new"], self.env._("%(count)s new")),
                (found["other_amount"], self.env._("%(count)s with another amount")),
                (
                    found["other_payee"] + found["other_account"],
                    self.env._("%(count)s with another payee or account"),
                ),
                (found["unpaid_before"], self.env._("%(count)s not paid last time")),
                (
                    gone.get(plan._origin.id, 0),
                    self.env._("%(count)s of last time are not in this cycle"),
                ),
            ]
            plan.changes_text = (
                " · ".join(text % {"count": count} for count, text in said if count)
                or "–"
            )

    @api.model
    def _changed_rows(self, where):
        self.env.cr.execute(SQL(CHANGES, where))
        return self.env.cr.dictfetchall()

    def _gone_counts(self):
        """Return plan id → entitlements that the cycle before paid by this provider and
        that no plan of this cycle pays."""
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id, count(DISTINCT b.entitlement_id)
                  FROM cash_transfer_payment_plan p
                  JOIN cash_transfer_cycle c ON c.id = p.cycle_id
                  JOIN LATERAL (
                       SELECT o.id FROM cash_transfer_cycle o
                        WHERE o.scheme_id = c.scheme_id AND o.period < c.period
                        ORDER BY o.period DESC, o.id DESC LIMIT 1) o ON TRUE
                  JOIN cash_transfer_payment_plan q
                    ON q.cycle_id = o.id AND q.provider_id = p.provider_id
                  JOIN cash_transfer_payment_line b
                    ON b.plan_id = q.id AND b.status NOT IN ('cancelled', 'stopped')
                 WHERE p.id = ANY(%s) AND p.plan_type = 'regular'
                   AND NOT EXISTS (
                       SELECT 1 FROM cash_transfer_payment_line l
                         JOIN cash_transfer_payment_plan r ON r.id = l.plan_id
                        WHERE l.entitlement_id = b.entitlement_id
                          AND r.cycle_id = p.cycle_id
                          AND l.status NOT IN ('cancelled', 'stopped'))
                 GROUP BY p.id
                """,
                list(self._origin.ids),
            )
        )
        return dict(self.env.cr.fetchall())

    @api.depends("line_ids.status", "line_ids.amount_due", "state")
    @api.depends_context("lang")
    def _compute_grants_html(self):
        """What the plan takes of each grant, beside what that grant has left."""
        for plan in self:
            wanted = dict(
                plan._query(
                    f"""
                    SELECT f.grant_id, sum(l.amount_due * f.share / 100.0)
                      FROM {SHARES_OF_PAYMENTS}
                     WHERE l.plan_id = %(plan)s
                       AND l.status NOT IN ('set_aside', 'stopped', 'cancelled')
                     GROUP BY f.grant_id ORDER BY f.grant_id
                    """
                )
                if plan.id
                else ()
            )
            # sudo: what grants have left; whoever signs the plan sees it
            grants = self.env["cash.transfer.grant"].sudo().browse(wanted)
            plan.grants_html = self.env["ir.qweb"]._render(
                "cash_transfer.plan_grants_table",
                {
                    "rows": [
                        (
                            grant.display_name,
                            plan.currency_id.format(float(wanted[grant.id])),
                            grant.currency_id.format(grant.available),
                        )
                        for grant in grants
                    ]
                },
            )

    def action_open_changed(self):
        """Open the payments that are not as last time. For whoever reads the plan."""
        self.ensure_one()
        return {
            **self.action_open_lines(),
            "name": self.env._("Changed since Last Time"),
            "context": {"search_default_changed": 1},
        }


class CashTransferPaymentLine(models.Model):
    _inherit = "cash.transfer.payment.line"

    change = fields.Char(compute="_compute_change", string="Since Last Time")
    is_changed = fields.Boolean(compute="_compute_change", search="_search_is_changed")

    @api.depends("amount_due", "payee_id", "method_id", "status")
    @api.depends_context("lang")
    def _compute_change(self):
        self.env.flush_all()
        rows = self.env["cash.transfer.payment.plan"]._changed_rows(
            SQL("l.id = ANY(%s)", list(self._origin.ids))
        )
        found = {row["id"]: row for row in rows}
        for line in self:
            row = found.get(line._origin.id, {})
            line.is_changed = any(row.get(kind) for kind in KINDS)
            line.change = line._say_change(row) if line.is_changed else False

    def _say_change(self, row):
        if row["is_new"]:
            return self.env._("New")
        said = []
        if row["other_amount"]:
            said.append(
                self.env._(
                    "%(amount)s before",
                    amount=self.currency_id.format(float(row["amount_before"])),
                )
            )
        if row["other_payee"]:
            said.append(self.env._("Another payee"))
        elif row["other_account"]:
            said.append(self.env._("Another account"))
        if row["unpaid_before"]:
            said.append(self.env._("Not paid last time"))
        return ", ".join(said)

    @api.model
    def _search_is_changed(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env.flush_all()
        changed = SQL(
            "(SELECT c.id FROM (%s) c WHERE c.is_new OR c.other_amount "
            "OR c.other_payee OR c.other_account OR c.unpaid_before)",
            SQL(CHANGES, SQL("TRUE")),
        )
        wanted = "in" if True in value else "not in"
        return [("id", wanted, changed)]
