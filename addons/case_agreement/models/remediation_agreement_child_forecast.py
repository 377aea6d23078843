from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import step

from ..tools.schedule import end_of_school_year, month_of, reached_on, schedule

#: What an action of a plan is in an agreement: kind, and how often it is paid.
OF_DOMAIN = {
    "cash": ("stipend", "month"),
    "education": ("school", "year"),
    "vocational": ("training", "once"),
    "health": ("health", "once"),
    "sibling_support": ("sibling", "once"),
}


class AgreementChild(models.Model):
    """The schedule of one child: from its costs to the end of its support."""

    _inherit = "remediation.agreement.child"

    _protected_fields = frozenset(
        {"schedule", "forecast", "uncovered", "uncovered_from", "date_until"}
    )
    # Months, kinds and amounts, that code wrote.
    _open_texts = frozenset({"schedule", "schedule_shown"})

    cost_ids = fields.One2many(
        "remediation.agreement.cost", "agreement_child_id", string="Costs"
    )
    date_until = fields.Date(
        string="Supported Until",
        readonly=True,
        copy=False,
        help="The end of the school year in which the child reaches working age, or "
        "the agreement's fixed day.",
    )
    schedule = fields.Json(string="Schedule in Units", readonly=True, copy=False)
    schedule_shown = fields.Html(compute="_compute_schedule_shown", string="Schedule")
    forecast = fields.Monetary(readonly=True, copy=False)
    uncovered = fields.Monetary(readonly=True, copy=False)
    uncovered_from = fields.Date(
        readonly=True, copy=False, help="The first month that nobody pays in full."
    )

    _uncovered_list = models.Index("(uncovered_from) WHERE uncovered > 0")

    @api.depends("schedule")
    @api.depends_context("lang")
    def _compute_schedule_shown(self):
        kinds = dict(
            self.env["remediation.agreement.cost"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for child in self:
            months = {}
            for month, kind, units, missing in child.schedule or []:
                row = months.setdefault(month, {"kinds": [], "sum": 0, "missing": 0})
                row["kinds"].append(kinds.get(kind, kind))
                row["sum"] += units
                row["missing"] += missing
            say = child.currency_id.format
            unit = 10**-child.currency_id.decimal_places
            child.schedule_shown = self.env["ir.qweb"]._render(
                "case_agreement.schedule_table",
                {
                    "rows": [
                        {
                            "month": child._say_day(month, "MMMM y"),
                            "kinds": ", ".join(row["kinds"]),
                            "sum": say(row["sum"] * unit),
                            "missing": row["missing"] and say(row["missing"] * unit),
                        }
                        for month, row in sorted(months.items())
                    ]
                },
            )

    def _missing_to_submit(self):
        missing = super()._missing_to_submit()
        if not self.agreement_id:
            return missing
        if not self.cost_ids:
            missing.append(
                self.env._("Add what is paid for the child, or take it from the plan.")
            )
        missing += self._missing_of_floor()
        until = self._ends()[self.id]
        if not until:
            missing.append(
                self.env._(
                    "The child's age is unknown: record an estimate, so that the end "
                    "of the support is known."
                )
            )
        elif until < self.date_start:
            missing.append(
                self.env._(
                    "The child is of working age by then: choose an agreement that "
                    "ends on a fixed day."
                )
            )
        return missing

    def _missing_of_floor(self):
        """A stipend below the child's last earnings and the minimum wage takes a reason
        beside the second person who approves it (R80)."""
        self.ensure_one()
        money, day = self.currency_id, self.date_start
        # sudo: what the child earned and what the law says is compared for whoever
        # submits; the sums stand in the sentence for who sees the case.
        earned, currency = (
            self.sudo().case_id._monthly_earnings().get(self.case_id.id, (0.0, money))
        )
        earned = currency._convert(earned, money, self.company_id, day)
        framework = (
            # sudo: a figure of the law
            self.env["remediation.legal.framework"].sudo()._for_company(self.company_id)
        )
        wage = (framework.currency_id or self.company_id.currency_id)._convert(
            framework._monthly_wage(), money, self.company_id, day
        )
        floor = money.round(max(earned, wage))
        stipends = self.cost_ids.filtered(
            lambda c: c.kind == "stipend" and c.every == "month"
        )
        missing = []
        for cost in stipends:
            together = sum(
                other.amount
                for other in stipends
                if other.date_from <= cost.date_from
                and (not other.date_to or other.date_to >= cost.date_from)
            )
            low = money.compare_amounts(together, floor) < 0
            # sudo: whether a reason stands there; it is not shown
            if low and not (cost.sudo().floor_reason or "").strip():
                missing.append(
                    self.env._(
                        "%(floor)s Pay as much, or write why less.",
                        floor=self.case_id._say_floor(earned, wage, money),
                    )
                )
        return missing

    def _after_approval(self):
        result = super()._after_approval()
        # sudo: sums over all children of the agreement, whoever approves this one.
        self.agreement_id.sudo()._forecast()
        return result

    def _ends(self):
        """Return ``{child id: last day of support}`` by what is known today; None
        where the child's age is unknown."""
        ends = {}
        for agreement, children in self.grouped("agreement_id").items():
            age = agreement._working_age()
            # sudo: the end is a date of the agreement, no identity; the birth date
            # that it follows from stays.
            for child in children.sudo():
                if agreement.end_rule == "date":
                    until = agreement.date_end
                else:
                    readings = child.case_id.beneficiary_id._age_readings()
                    until = reached_on(readings, age) if age else None
                    if until:
                        until = end_of_school_year(until, int(agreement.school_ends))
                stops = [day for day in (child.date_last, agreement.date_last) if day]
                ends[child.id] = min([until, *stops]) if until else None
        return ends

    def _dues(self, ends):
        """Return ``{child id: [(month, kind, units)]}`` of the time of the present
        version of the agreement.

        :param ends: as :meth:`_ends` returns them
        """
        dues = {}
        for child in self:
            agreement = child.agreement_id
            start = max(child.date_start, agreement.date_start)
            until = ends[child.id]
            dues[child.id] = (
                schedule(
                    child.cost_ids._as_costs(),
                    start,
                    until,
                    Decimal(str(agreement.growth)),
                    child.date_start,
                )
                if until and until >= start
                else []
            )
        return dues

    def _note_schedules(self, dues, uncovered, ends):
        """Write what was computed on the children.

        :param dues: as :meth:`_dues` returns them
        :param uncovered: ``{child id: {month: units}}``
        :param ends: as :meth:`_ends` returns them
        """
        for child in self:
            own = dict(uncovered.get(child.id, {}))
            start = max(child.date_start, child.agreement_id.date_start)
            rows = [
                # What the versions before paid stays as it was.
                row
                for row in child.schedule or []
                if fields.Date.to_date(row[0]) < month_of(start)
            ]
            for month, kind, units in dues[child.id]:
                missing = min(own.get(month, 0), units)
                if missing:
                    own[month] -= missing
                rows.append([fields.Date.to_string(month), kind, units, missing])
            money = child.currency_id
            unit = 10**-money.decimal_places
            lacking = [row for row in rows if row[3]]
            child._unprotected().write(
                {
                    "schedule": rows,
                    "date_until": ends[child.id] or False,
                    "forecast": money.round(sum(row[2] for row in rows) * unit),
                    "uncovered": money.round(sum(row[3] for row in lacking) * unit),
                    "uncovered_from": lacking[0][0] if lacking else False,
                }
            )

    # -- from the plan -----------------------------------------------------------
    @step(frm="draft")
    def action_take_plan(self):
        """Take over what the child's plan and enrolment say, as lines to correct. For
        the holder of the case."""
        for child in self:
            child.env["remediation.agreement.cost"].create(child._costs_of_plan())

    def _costs_of_plan(self):
        """Return the values of the cost lines that follow from the active plan."""
        self.ensure_one()
        known = self.cost_ids.plan_action_id
        actions = self.env["remediation.plan.action"].search(
            [
                ("case_id", "=", self.case_id.id),
                ("plan_id.state", "=", "active"),
                ("state", "in", ("planned", "in_progress")),
                ("cost_estimate", ">", 0),
                ("id", "not in", known.ids),
            ]
        )
        lines = []
        for action in actions:
            kind, every = OF_DOMAIN.get(action.domain, ("other", "once"))
            first = max(self.date_start, action.plan_id.date_start or self.date_start)
            amount = action.currency_id._convert(
                action.cost_estimate, self.currency_id, self.company_id, first
            )
            lines.append(
                {
                    "agreement_child_id": self.id,
                    "plan_action_id": action.id,
                    "kind": kind,
                    "every": every,
                    "amount": amount,
                    "date_from": first,
                }
            )
        return lines
