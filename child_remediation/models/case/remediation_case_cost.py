from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.steps import step

#: Who reads what a case cost: whoever follows it, auditors and data protection.
COST_READERS = (
    "child_remediation.group_case_worker,child_remediation.group_auditor,"
    "child_remediation.group_data_protection"
)
#: What a case costs, by the field that shows it.
KINDS = ("cost_services", "cost_cash", "cost_groups")


class Case(models.Model):
    """Who pays for a case, and what was spent on it."""

    _inherit = "remediation.case"

    cost_so_far = fields.Monetary(
        compute="_compute_cost_so_far",
        compute_sudo=True,
        groups=COST_READERS,
        help="What the books show for this case: services, cash and its part of what "
        "its savings groups were given.",
    )
    cost_services = fields.Monetary(
        compute="_compute_cost_so_far",
        compute_sudo=True,
        string="Services in the Books",
        groups=COST_READERS,
    )
    cost_cash = fields.Monetary(
        compute="_compute_cost_so_far",
        compute_sudo=True,
        string="Cash in the Books",
        groups=COST_READERS,
    )
    cost_groups = fields.Monetary(
        compute="_compute_cost_so_far",
        compute_sudo=True,
        string="Part of Support to Groups",
        groups=COST_READERS,
    )

    # compute_sudo: sums of posted entries; who follows the case needs no right to the
    # books, and reads no entry.
    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_cost_so_far(self):
        costs = self._booked_costs()
        for case in self:
            whole = 0
            for kind in KINDS:
                units = costs.get((case.id, kind), 0)
                case[kind] = Money(units, case.currency_id).amount
                whole += units
            case.cost_so_far = Money(whole, case.currency_id).amount

    def _booked_costs(self):
        """Return ``{(case id, kind): units of the company's currency}`` of what the
        posted entries charge for these cases, kinds as :data:`KINDS`. Hook: each app
        adds what it books; called as superuser, once for all cases."""
        return {}

    @api.depends("plan_action_ids.cost_delivered")
    def _compute_cost_delivered(self):
        today = self._place_today()
        for case in self:
            case.cost_delivered = sum(
                action.currency_id._convert(
                    action.cost_delivered, case.currency_id, case.company_id, today
                )
                for action in case.plan_action_ids
            )

    # -- funding ---------------------------------------------------------------
    @step(allowed="_check_supervises")
    def action_set_funding(self, date_from, shares):
        """Set who pays for these cases from a day on. For supervisors of the cases.

        :param date_from: first day of the new split; not before the present one began
        :param dict shares: ``{res.partner id: percentage}``, adding up to 100
        :raises UserError: the sum is not 100, or the day comes before a later split
        """
        date_from = fields.Date.to_date(date_from)
        shares = {
            int(funder): round(float(share), 2) for funder, share in shares.items()
        }
        total = round(sum(shares.values()), 2)
        if total != 100.0 or min(shares.values(), default=0) <= 0:
            raise UserError(
                self.env._(
                    "The shares add up to %(total).2f %%: change them to add up to "
                    "100 %%.",
                    total=total,
                )
            )
        current = self.funding_ids.filtered(lambda f: not f.date_to)
        if current.filtered(lambda f: f.date_from >= date_from):
            raise UserError(
                self.env._(
                    "A split that begins on that day or later exists: choose a later "
                    "day."
                )
            )
        # sudo: nobody has write rights on shares; this method is their only writer.
        current.sudo()._unprotected().write({"date_to": date_from - timedelta(days=1)})
        self.env["remediation.funding"].sudo()._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "funder_id": funder,
                    "share": share,
                    "date_from": date_from,
                }
                for case in self
                for funder, share in shares.items()
            ]
        )

    def _funding_on(self, day):
        """Return the funder shares in force on a day."""
        return self.funding_ids.filtered(
            lambda f: f.date_from <= day and (not f.date_to or f.date_to >= day)
        )
