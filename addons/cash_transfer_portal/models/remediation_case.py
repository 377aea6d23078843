from odoo import models
from odoo.exceptions import UserError

from ..forms import CASH


class RemediationCase(models.Model):
    """What a partner's case manager does about cash, one named method per change."""

    _inherit = "remediation.case"

    def portal_cash(self):
        """Return what the portal shows of the case's cash support: codes, amounts,
        paid or not and why not, accounts masked (R45). For whoever reads the case."""
        self.ensure_one()
        self.check_access("read")
        entitlements = self.env["cash.transfer.entitlement"].search(
            [("case_id", "=", self.id)]
        )
        dues = self.env["cash.transfer.cycle.line"]

        def words(record, name):
            return dict(record._fields[name]._description_selection(self.env))

        states, payments = words(entitlements, "state"), words(dues, "payment_status")
        reasons = words(dues, "failure_reason")
        # sudo: scheme and payee are named on rows that the user reads by rule.
        return [
            {
                "code": entitlement.name,
                "scheme": entitlement.sudo().scheme_id.name,
                "state": states.get(entitlement.state),
                "reason": entitlement.reason or "",
                "amount": entitlement.currency_id.format(entitlement.amount),
                "payee": entitlement.payee_id.display_name,
                "account": entitlement.payee_id.method_ids[:1].number_masked or "",
                "until": entitlement.date_to,
                "payments": [
                    {
                        "period": due._say_day(due.period, "MMMM y"),
                        "amount": due.currency_id.format(due.amount_due),
                        "status": payments.get(due.payment_status),
                        "why": reasons.get(due.failure_reason, ""),
                        "paid_on": due.paid_on,
                    }
                    for due in entitlement.cycle_line_ids.sorted("period", reverse=True)
                ],
            }
            for entitlement in entitlements
        ]

    def portal_propose_cash(self, values):
        """Propose cash support for the case. For the holder (R45).

        ``values``: as the form ``CASH`` asks; without an action of the plan it is an
        emergency. The account is masked afterwards; payee, account and support wait
        for the supervisor. Returns the code of the proposal.
        """
        case = self._portal_held()
        said = CASH.take(self.env, values, self)
        scheme, member = said["scheme_id"], said["member_id"]
        provider, action = said["provider_id"], said.get("action_id") or False
        number, justification = said.get("number"), said["justification"]
        # sudo: from _portal_held, after the check that the user holds the case.
        payees = case.env["cash.transfer.payee"]
        payee = payees.search(
            [
                ("case_id", "=", case.id),
                ("member_id", "=", member),
                ("state", "!=", "stopped"),
            ],
            limit=1,
        ) or payees.create({"case_id": case.id, "kind": "member", "member_id": member})
        if number:
            case.env["cash.transfer.payment.method"]._propose(
                payee, case.env["cash.transfer.provider"].browse(provider), number
            )
        elif not payee.method_ids:
            raise UserError(self.env._("Enter the number the money goes to."))
        entitlement = case.env["cash.transfer.entitlement"].create(
            {
                "case_id": case.id,
                "scheme_id": scheme,
                "payee_id": payee.id,
                "plan_action_id": action,
                "is_emergency": not action,
                "justification": justification,
            }
        )
        entitlement.action_propose()
        return entitlement.name
