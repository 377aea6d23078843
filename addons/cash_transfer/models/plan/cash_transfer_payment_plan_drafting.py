from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.steps import step

from ..entitlement.cash_transfer_entitlement import PAID_STATES


class CashTransferPaymentPlanDrafting(models.Model):
    """The payments of a plan: drafted from a cycle, or from what was not delivered."""

    _inherit = "cash.transfer.payment.plan"

    @api.model
    def _unplanned_query(self, cycle_id, columns, tail):
        """Payable cycle lines that no payment was made for, with the account in use.

        What was stopped is in no new plan, nor what is suspended or ended (R67)."""
        return SQL(
            """
            SELECT %(columns)s
              FROM cash_transfer_cycle_line c
              JOIN cash_transfer_entitlement e ON e.id = c.entitlement_id
              LEFT JOIN LATERAL (
                   SELECT pm.id, pm.provider_id
                     FROM cash_transfer_payment_method pm
                    WHERE pm.payee_id = e.payee_id AND pm.state = 'approved'
                      AND pm.effective_from <= %(now)s
                    ORDER BY pm.effective_from DESC, pm.id DESC
                    LIMIT 1) m ON TRUE
             WHERE c.cycle_id = %(cycle)s
               AND c.payable AND c.amount_due > 0
               AND c.amount_live + c.amount_delivered < c.amount_due
               AND e.state = ANY(%(live)s)
               AND NOT EXISTS (
                   SELECT 1 FROM cash_transfer_payment_line l
                    WHERE l.cycle_line_id = c.id AND l.status <> 'cancelled')
             %(tail)s
            """,
            columns=SQL(columns),
            cycle=cycle_id,
            tail=SQL(tail),
            now=fields.Datetime.now(),
            live=list(PAID_STATES),
        )

    def _is_follow_up(self):
        if self.plan_type != "follow_up":
            return []
        return [self.env._("The payments of a follow-up are drafted with it.")]

    @step(frm="draft", duty="prepare", check="_is_follow_up", referencing=True)
    def action_prepare(self):
        """Draft the payments of a plan whose drafting stopped, in the background. For
        cash officers.

        :raises UserError: the plan is no draft, or every payable line is planned.
        """
        self.ensure_one()
        counts = self.cycle_id._get_unplanned_providers()
        with_missing = (self.job_data or {}).get("with_missing", False)
        total = counts.get(self.provider_id.id, 0)
        if with_missing:
            total += counts.get(None, 0)
        self._queue_job("prepare", total, {"with_missing": with_missing})

    def _job_prepare(self):
        """Make the next portion of draft lines."""
        self.env.flush_all()
        with_missing = self.job_data.get("with_missing")
        query = SQL(
            "%s",
            self._unplanned_query(
                self.cycle_id.id,
                "c.id, c.entitlement_id, c.beneficiary_id, e.household_id, e.payee_id,"
                " m.id, c.amount_due - c.amount_live - c.amount_delivered, c.compliant",
                "",
            ),
        )
        self.env.cr.execute(
            SQL(
                "%s AND (m.provider_id = %s OR (m.id IS NULL AND %s)) ORDER BY c.id "
                "LIMIT %s",
                query,
                self.provider_id.id,
                bool(with_missing),
                self._job_size,
            )
        )
        rows = self.env.cr.fetchall()
        scheme = self.scheme_id
        lines = (
            self.env["cash.transfer.payment.line"]
            ._unprotected()
            .create(
                [
                    {
                        **self._line_vals(),
                        "cycle_line_id": row[0],
                        "entitlement_id": row[1],
                        "beneficiary_id": row[2],
                        "household_id": row[3],
                        "payee_id": row[4],
                        "method_id": row[5],
                        "amount_due": row[6],
                        "compliant": row[7],
                        "kind": self.plan_type,
                        "period": self.cycle_id.period,
                        "purpose_id": scheme.purpose_id.id,
                        "one_per_household": scheme.one_per_household,
                    }
                    for row in rows
                ]
            )
        )
        self._unprotected().job_done = self.job_done + len(lines)
        self._mark_planned(lines)
        if len(rows) == self._job_size:
            return False
        self.cycle_id._update_state()
        return True

    def _line_vals(self):
        return {
            "plan_id": self.id,
            "company_id": self.company_id.id,
            "provider_id": self.provider_id.id,
            "currency_id": self.currency_id.id,
        }

    def _mark_planned(self, lines):
        lines.cycle_line_id.filtered(
            lambda c: c.payment_status == "none"
        )._unprotected().write({"payment_status": "planned"})

    @step(
        frm=(
            "locked",
            "approved",
            "released",
            "instructed",
            "partly_reconciled",
            "reconciled",
            "closed",
        ),
        duty="prepare",
        referencing=True,
    )
    def action_follow_up(self):
        """Draft a follow-up plan with everything that was not delivered: failed, not
        collected, the rest of partial payments, set aside, reversed (R39). For cash
        officers. What is sent, in question or missing from the report never enters.

        :return: action that opens the new plan.
        """
        self.ensure_one()
        lines = self.line_ids.filtered_domain(self._reissuable_domain()).filtered(
            # a stop by the case side ends the matter; set aside waits for an account
            lambda line: (
                line.cycle_line_id.sudo().payable  # sudo: a yes or no
                and line.entitlement_id.sudo().state in PAID_STATES  # sudo: as above
            )
        )
        amounts = {line: line._open_amount() for line in lines}
        lines = lines.filtered(lambda line: amounts[line] > 0)
        if not lines:
            raise UserError(self.env._("Nothing of this plan waits to be paid again."))
        follow_up = self._unprotected().create(
            {
                "cycle_id": self.cycle_id.id,
                "plan_type": "follow_up",
                "provider_id": self.provider_id.id,
                "currency_id": self.currency_id.id,
                "is_emergency": self.is_emergency,
                "origin_plan_id": self.id,
            }
        )
        follow_up = self.browse(follow_up.id)
        # sudo: payment lines have no create right; the duty was checked.
        self.env["cash.transfer.payment.line"].sudo()._unprotected().create(
            [
                {
                    **follow_up._line_vals(),
                    "cycle_line_id": line.cycle_line_id.id,
                    "entitlement_id": line.entitlement_id.id,
                    "beneficiary_id": line.beneficiary_id.id,
                    "household_id": line.household_id.id,
                    "payee_id": line.sudo().entitlement_id.payee_id.id,
                    "amount_due": amounts[line],
                    "kind": line.kind,
                    "period": line.period,
                    "purpose_id": line.purpose_id.id,
                    "one_per_household": line.one_per_household,
                    "origin_line_id": line.id,
                    "compliant": line.compliant,
                }
                for line in lines
            ]
        )
        # sudo: payments of the new plan, which nobody may write
        follow_up.sudo()._refresh_methods()
        self._log_event(self.env._("Follow-up %(plan)s drafted.", plan=follow_up.name))
        return follow_up._get_records_action()
