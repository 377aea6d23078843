from odoo import fields, models
from odoo.exceptions import UserError


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
                        "period": due.period.strftime("%Y-%m"),
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

    def _portal_cash_choices(self):
        """Return what the form offers: schemes, providers, adults, cash actions."""
        self.ensure_one()
        company = [
            ("company_id", "=", self.company_id.id),
            ("is_in_force", "=", True),
        ]
        today = fields.Date.context_today(self)
        return {
            "schemes": [
                (scheme.id, scheme.name)
                for scheme in self.env["cash.transfer.scheme"].search(company)
            ],
            "providers": [
                (provider.id, provider.name)
                for provider in self.env["cash.transfer.provider"].search(company)
            ],
            "members": [
                (member.id, member.full_name or member.display_name)
                for member in self.household_id.member_ids
                if member._is_adult(today) and not member.is_suspected_of_harm
            ],
            "actions": [
                (action.id, action.display_name)
                for action in self.plan_action_ids
                if action.domain == "cash"
                and action.state in ("planned", "in_progress")
            ],
        }

    def portal_propose_cash(self, values):
        """Propose cash support for the case. For the holder (R45).

        ``values``: scheme_id, member_id, provider_id, number, action_id (empty for an
        emergency), justification. The account is masked afterwards; payee, account and
        support wait for the supervisor. Returns the code of the proposal.
        """
        case = self._portal_held()
        values = self._clean_values(values)
        choices = self._portal_cash_choices()

        def chosen(name, offered, required=True):
            try:
                wanted = int(values.get(name) or 0)
            except (TypeError, ValueError):
                wanted = -1
            if not wanted and not required:
                return False
            if wanted not in dict(choices[offered]):
                raise UserError(self.env._("Choose one of the answers offered."))
            return wanted

        scheme = chosen("scheme_id", "schemes")
        member = chosen("member_id", "members")
        provider = chosen("provider_id", "providers")
        action = chosen("action_id", "actions", required=False)
        justification = self._clean_text(values, "justification")
        number = self._clean_text(values, "number", size=40)
        if not justification:
            raise UserError(self.env._("Say why this support is needed."))
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
