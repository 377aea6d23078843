from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import UserError

from ..scheme.cash_transfer_scheme import MONTHS
from .cash_transfer_entitlement import LIVE_STATES


class CashTransferEntitlementAmount(models.Model):
    """How much, and on whose money (R65, R80)."""

    _inherit = "cash.transfer.entitlement"

    def _add_default_funding(self):
        """Propose grants: those of the case's funders in their shares, or the scheme's
        only one. Where that does not settle it, whoever proposes chooses."""
        self.env["cash.transfer.entitlement.funding"].create(
            [
                {
                    "case_id": entitlement.case_id.id,
                    "entitlement_id": entitlement.id,
                    "grant_id": grant.id,
                    "share": share,
                }
                for entitlement in self
                if not entitlement.funding_ids
                for grant, share in entitlement._default_shares()
            ]
        )

    def _default_shares(self):
        """Return ``[(grant, share)]`` of a new entitlement."""
        self.ensure_one()
        grants = self.scheme_id.grant_ids
        if len(grants) == 1:
            return [(grants, 100.0)]
        start = self.date_from
        grants = grants.filtered(
            lambda g: g.active and g.date_start <= start <= g.date_end
        )
        shares = []
        # sudo: the case's funders are matched for whoever proposes, not shown.
        for funding in self.sudo().case_id._funding_on(start):
            grant = grants.filtered(lambda g, f=funding: g.funder_id == f.funder_id)
            if len(grant) != 1:
                return []
            shares.append((grant, funding.share))
        return shares

    def _set_amount(self):
        earnings = self._last_earnings()
        for entitlement in self.filtered(lambda e: e.state == "draft"):
            amount = entitlement.scheme_id._first_amount(
                earnings.get(entitlement.id, 0.0), entitlement.child_count
            )
            if amount != entitlement.amount:
                entitlement._unprotected().amount = amount

    def _check_floor(self):
        """A stipend below the child's last earnings and the minimum wage takes a reason
        and the second person who approves it (R80).

        :raises UserError: the amounts, and that the justification is missing.
        """
        stipends = self.filtered(lambda e: e.scheme_id.purpose_id.is_stipend)
        earnings = stipends._last_earnings(stipends)
        for entitlement in self:
            earned = earnings.get(entitlement.id, 0.0)
            wage = 0.0
            if entitlement in stipends:
                wage = entitlement._minimum_wage()
            floor = entitlement.currency_id.round(max(earned, wage))
            low = entitlement.currency_id.compare_amounts(entitlement.amount, floor) < 0
            # sudo: whether a reason stands there; it is not shown
            if low and not (entitlement.sudo().justification or "").strip():
                raise UserError(
                    self.env._(
                        "%(code)s pays %(amount)s. %(floor)s Pay as much, or write in "
                        "the justification why less.",
                        code=entitlement.name,
                        amount=entitlement.currency_id.format(entitlement.amount),
                        floor=entitlement.case_id._say_floor(
                            earned, wage, entitlement.currency_id
                        ),
                    )
                )
            entitlement._unprotected().floor_amount = floor if low else 0.0

    def _minimum_wage(self):
        """Return the minimum wage of the country's framework for one payment, in the
        entitlement's currency; zero where none is given."""
        self.ensure_one()
        # sudo: a figure of the law, whoever proposes
        framework = (
            self.env["remediation.legal.framework"].sudo()._for_company(self.company_id)
        )
        if not framework.minimum_wage:
            return 0.0
        currency = framework.currency_id or self.company_id.currency_id
        return currency._convert(
            framework._monthly_wage() * (MONTHS[self.scheme_id.frequency] or 1),
            self.currency_id,
            self.company_id,
            self.date_from,
        )

    def _last_earnings(self, wanted=None):
        """Return entitlement id → the child's last earnings per period of the
        scheme.

        :param wanted: those asked about; by default where the scheme replaces them.
        """
        if wanted is None:
            wanted = self.filtered(lambda e: e.scheme_id.amount_rule == "income")
        earnings = {}
        if not wanted:
            return earnings
        last = wanted.case_id._monthly_earnings()
        for entitlement in wanted:
            if entitlement.case_id.id not in last:
                continue
            monthly, currency = last[entitlement.case_id.id]
            earnings[entitlement.id] = currency._convert(
                monthly * (MONTHS[entitlement.scheme_id.frequency] or 1),
                entitlement.currency_id,
                entitlement.company_id,
                entitlement.date_from,
            )
        return earnings

    def _birthday_limit(self):
        """Return the last day before the child reaches the scheme's age, if known."""
        self.ensure_one()
        # sudo: the limit is a date of the scheme, no identity; the birth date stays.
        birth = self.sudo().case_id.beneficiary_id.birth_date
        if not birth:
            return None
        return birth + relativedelta(years=self.scheme_id.end_age, days=-1)

    def _unfunded(self):
        """Return ``(first day, amount)`` of the periods that the grants' dates do not
        cover with 100 %, ``(False, 0.0)`` where each has its funders (R65)."""
        self.ensure_one()
        scheme, start = self.scheme_id, self.date_from
        # sudo: grants' dates are compared for case staff; a day and a sum are shown
        shares = {}
        for funding in self.sudo().funding_ids:
            for number in funding._payment_numbers():
                shares[number] = shares.get(number, 0.0) + funding.share
        end = self.date_to or start
        first, amount = False, 0.0
        for number in range(1, scheme._periods(start, end) + 1):
            missing = round(100.0 - shares.get(number, 0.0), 6)
            if missing > 0:
                months = MONTHS[scheme.frequency] * (number - 1)
                first = first or max(
                    start, start.replace(day=1) + relativedelta(months=months)
                )
                amount += scheme._amount_for(self.amount, number) * missing / 100.0
        return first, self.currency_id.round(amount)

    def _unfunded_problems(self):
        """Return a sentence per entitlement with a period that nobody pays for."""
        problems = []
        for entitlement in self:
            first, amount = entitlement._unfunded()
            if first:
                problems.append(
                    self.env._(
                        "%(code)s: from %(day)s on, %(amount)s have no grant. Name a "
                        "grant for that time, or end the support earlier.",
                        code=entitlement.name,
                        day=self._say_day(first),
                        amount=entitlement.currency_id.format(amount),
                    )
                )
        return problems

    def _note_unfunded(self):
        """Store what has no funder (finance's worklist shows it) and tell the
        supervisor of the case when it begins."""
        told = self.browse()
        for entitlement in self:
            first, amount = False, 0.0
            if entitlement.state in LIVE_STATES:
                first, amount = entitlement._unfunded()
            if (first, amount) == (
                entitlement.unfunded_from,
                entitlement.unfunded_amount,
            ):
                continue
            if first and not entitlement.unfunded_from:
                told |= entitlement
            entitlement._unprotected().write(
                {"unfunded_from": first, "unfunded_amount": amount}
            )
        told._alert_supervisor(
            self.env._("Part of this support has no grant: ask finance for one.")
        )
