from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.money import Money, split_units
from odoo.addons.remediation_base.tools.steps import step

from ..tools.schedule import Payer, divide, month_of
from .remediation_agreement import basis_points

#: Agreements forecast in one transaction of the night.
FORECAST_BATCH = 20


class Agreement(models.Model):
    """What the children cost until the end, who pays it and what nobody pays."""

    _inherit = "remediation.agreement"

    _protected_fields = frozenset({"forecast_on"})

    month_ids = fields.One2many(
        "remediation.agreement.month", "agreement_id", string="Months"
    )
    forecast = fields.Monetary(compute="_compute_forecast")
    uncovered = fields.Monetary(
        compute="_compute_forecast",
        search="_search_uncovered",
        help="What nobody pays: past all ceilings, or of a party that stopped.",
    )
    forecast_on = fields.Datetime(string="Forecast Made On", readonly=True, copy=False)

    # compute_sudo: sums without a child, whoever reads the agreement.
    @api.depends("month_ids.amount", "month_ids.party_id")
    def _compute_forecast(self):
        for agreement in self:
            rows = agreement.month_ids
            money = agreement.currency_id
            agreement.forecast = money.round(sum(rows.mapped("amount")))
            agreement.uncovered = money.round(
                sum(rows.filtered(lambda row: not row.party_id).mapped("amount"))
            )

    @api.model
    def _search_uncovered(self, operator, value):
        if operator != ">" or value:
            return NotImplemented
        return [("month_ids", "any", [("party_id", "=", False), ("amount", ">", 0)])]

    @step(frm="approved", group="child_remediation.group_supervisor", right="read")
    def action_forecast(self):
        """Forecast again from what is known today. For supervisors; it also happens
        every night and with each decision."""
        # sudo: sums over all children, whoever asks; no figure of a child is returned.
        self.sudo()._forecast()

    def action_months(self):
        """Show what each party pays, month by month; for whoever reads the
        agreement."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Months"),
            "res_model": "remediation.agreement.month",
            "view_mode": "pivot,graph,list",
            "domain": [("agreement_id", "in", self.ids)],
        }

    def _forecast(self):
        """Compute the schedules of the children and divide them among the payers.

        As superuser: called by steps and by the nightly job.
        """
        rows = []
        running = self.filtered(
            lambda agreement: agreement.state in ("approved", "ended")
        )
        for agreement in running:
            rows += agreement._forecast_one()
        since = {agreement.id: agreement.date_start for agreement in running}
        running.month_ids._unprotected().unlink()
        # The version before keeps the months that were its own.
        before = running.previous_id
        before.month_ids.filtered(
            lambda row: any(
                row.month >= month_of(since[agreement.id])
                for agreement in running
                if agreement.previous_id == row.agreement_id
            )
        )._unprotected().unlink()
        self.env["remediation.agreement.month"]._unprotected().create(rows)
        running._unprotected().write({"forecast_on": fields.Datetime.now()})

    def _forecast_one(self):
        """Write the schedules of one agreement's children; return its months."""
        self.ensure_one()
        children = self.child_ids.filtered(lambda child: child.state == "approved")
        ends = children._ends()
        dues = children._dues(ends)
        totals = defaultdict(int)
        for rows in dues.values():
            for month, _kind, units in rows:
                totals[month] += units
        paid, uncovered = divide(sorted(totals.items()), self._payers())
        children._note_schedules(dues, self._uncovered_by_child(dues, uncovered), ends)
        amount = 10**-self.currency_id.decimal_places
        return [
            {
                "agreement_id": self.id,
                "party_id": party,
                "month": month,
                "amount": self.currency_id.round(units * amount),
            }
            for (party, month), units in [
                *paid.items(),
                *(((False, month), units) for month, units in uncovered.items()),
            ]
        ]

    @staticmethod
    def _uncovered_by_child(dues, uncovered):
        """Return ``{child id: {month: units that nobody pays}}``: each month's in the
        proportion of what the children cost in it."""
        found = defaultdict(dict)
        by_month = defaultdict(lambda: defaultdict(int))
        for child, rows in dues.items():
            for month, _kind, units in rows:
                if month in uncovered:
                    by_month[month][child] += units
        for month, costs in by_month.items():
            parts = split_units(uncovered[month], list(costs.values()))
            for child, part in zip(costs, parts, strict=True):
                if part:
                    found[child][month] = part
        return found

    def _payers(self):
        """The parties as :func:`divide` takes them, in their order of calling."""
        self.ensure_one()
        return [
            Payer(
                party.id,
                basis_points(party.share),
                Money.of(party.ceiling, self.currency_id).units
                if party.ceiling
                else None,
                party.stopped_from or None,
            )
            for party in self.party_ids.sorted(lambda p: (p.sequence, p.id))
            if party.share
        ]

    def _working_age(self):
        """The minimum age for work of the company's legal framework; None where no
        framework says one."""
        self.ensure_one()
        # sudo: a figure of the law, whoever asks
        framework = (
            self.env["remediation.legal.framework"].sudo()._for_company(self.company_id)
        )
        return framework._working_age()

    @api.model
    def _cron_forecast(self):
        """Forecast what is in force again, every night, the longest ago first."""
        since = fields.Datetime.now() - timedelta(hours=12)
        old = self.search(
            [
                ("state", "=", "approved"),
                "|",
                ("forecast_on", "=", False),
                ("forecast_on", "<", since),
            ],
            order="forecast_on, id",
        )
        each_batch(old, lambda batch: batch._forecast(), size=FORECAST_BATCH)

    @api.model
    def _forecast_again(self, beneficiary_ids):
        """Forecast for children whose age was corrected (at the end of the
        transaction)."""
        self.search(
            [
                ("state", "=", "approved"),
                ("child_ids.case_id.beneficiary_id", "in", list(beneficiary_ids)),
            ]
        )._forecast()
