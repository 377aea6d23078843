from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

from ..res_users import CASH_DUTIES
from .cash_transfer_cycle import KINDS

_lt = LazyTranslate(__name__)


class CashTransferCycleLine(models.Model):
    """What one entitlement is due in one period, and what became of it (E19).

    Case staff see here whether it was paid and why not, without amounts' accounts;
    supervisors decide about conditions (R42, R45).
    """

    _name = "cash.transfer.cycle.line"
    _description = "Due in a Cycle"
    _inherit = ["remediation.case.owned"]
    _order = "cycle_id desc, id"
    # Whoever moves money has to know why it stopped.
    _text_readers = {"compliance_note": CASH_DUTIES}
    _rec_name = "entitlement_id"

    _protected_fields = frozenset(
        {
            "eligible",
            "ineligible_reason",
            "compliant",
            "compliance_note",
            "decision",
            "decision_by_id",
            "decision_on",
            "decision_note",
            "amount_due",
            "amount_live",
            "amount_delivered",
            "payment_status",
            "failure_reason",
            "payment_number",
            "currency_id",
            "paid_on",
        }
    )
    _frozen_fields = frozenset({"cycle_id", "entitlement_id", "period", "kind"})

    cycle_id = fields.Many2one(
        "cash.transfer.cycle",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    entitlement_id = fields.Many2one(
        "cash.transfer.entitlement",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    beneficiary_id = fields.Many2one(
        related="entitlement_id.beneficiary_id", store=True, index=True
    )
    period = fields.Date(required=True)
    kind = fields.Selection(KINDS, required=True)
    payment_number = fields.Integer(readonly=True, copy=False)
    currency_id = fields.Many2one("res.currency", required=True)
    # conditions
    eligible = fields.Boolean(readonly=True, copy=False)
    ineligible_reason = fields.Selection(
        [
            ("no_amount", "No Amount in This Period"),
            ("ended", "Ended"),
            ("suspended", "Suspended"),
            ("case_closed", "Case Closed"),
        ],
        readonly=True,
        copy=False,
    )
    compliant = fields.Selection(
        [
            ("yes", "Yes"),
            ("no", "No"),
            ("waived", "Waived"),
            ("not_applicable", "Not Applicable"),
        ],
        required=True,
        default="not_applicable",
        readonly=True,
        copy=False,
    )
    compliance_note = fields.Char(string="Why", readonly=True, copy=False)
    decision = fields.Selection(
        [("waived", "Pay All the Same"), ("suspended", "Do Not Pay")],
        readonly=True,
        copy=False,
    )
    decision_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decision_on = fields.Datetime(readonly=True, copy=False)
    decision_note = fields.Text(
        string="Best-Interest Note",
        readonly=True,
        copy=False,
        groups="child_remediation.group_case_worker",
    )
    payable = fields.Boolean(compute="_compute_payable", store=True)
    # money
    amount_due = fields.Monetary(required=True, readonly=True, copy=False, default=0.0)
    amount_live = fields.Monetary(
        required=True, readonly=True, copy=False, default=0.0, string="On the Way"
    )
    amount_delivered = fields.Monetary(
        required=True, readonly=True, copy=False, default=0.0, string="Paid"
    )
    payment_status = fields.Selection(
        [
            ("none", "Not Planned"),
            ("planned", "Planned"),
            ("sent", "On the Way"),
            ("paid", "Paid"),
            ("partial", "Partly Paid"),
            ("failed", "Not Paid"),
            ("stopped", "Stopped"),
        ],
        required=True,
        default="none",
        readonly=True,
        copy=False,
    )
    failure_reason = fields.Selection(
        "_selection_failure_reason", readonly=True, copy=False, string="Why Not Paid"
    )
    paid_on = fields.Date(readonly=True, copy=False)
    payment_line_ids = fields.One2many("cash.transfer.payment.line", "cycle_line_id")

    _due_once = models.UniqueIndex(
        "(entitlement_id, period, kind)",
        "This entitlement has a line for the period already.",
    )
    # The last guard of R32: whatever the code does, no more than what is due is ever
    # delivered or on the way for one entitlement, period and kind.
    _never_more_than_due = models.Constraint(
        "CHECK (amount_live >= 0 AND amount_delivered >= 0"
        " AND amount_live + amount_delivered <= amount_due)",
        "More would be paid than what is due for this entitlement and period.",
    )
    _beneficiary_period = models.Index("(beneficiary_id, period)")

    def _selection_failure_reason(self):
        return self.env["cash.transfer.payment.line"]._failure_reasons()

    @api.depends("entitlement_id.name", "period")
    def _compute_display_name(self):
        for line in self:
            month = line.period.strftime("%Y-%m") if line.period else ""
            line.display_name = f"{line.entitlement_id.name} {month}"

    @api.depends("eligible", "decision")
    def _compute_payable(self):
        for line in self:
            line.payable = line.eligible and line.decision != "suspended"

    # -- compliance ------------------------------------------------------------
    def _check_compliance(self):
        """Set compliance from attendance and visits; failing leads to a visit and a
        decision, never to less money by itself (R42)."""
        cycle = self.cycle_id
        scheme, start, end = cycle.scheme_id, cycle.period, cycle.period_end
        open_days, attended = self._get_attendance(scheme, start, end)
        no_school = scheme.condition_attendance and (
            self.env["cash.transfer.school.year"]._open_days(
                cycle.company_id, start, end
            )
            == 0
        )
        visited = self._get_visited(scheme, start, end)
        failing = self.browse()
        for line in self:
            if line.decision:
                continue
            compliant, why = "not_applicable", []
            case = line.case_id.id
            if scheme.condition_attendance:
                if no_school:
                    why.append(self.env._("no school day in the calendar"))
                elif case not in open_days:
                    compliant = "no"
                    why.append(self.env._("no attendance recorded"))
                elif open_days[case]:
                    rate = 100.0 * attended[case] / open_days[case]
                    compliant = "yes" if rate >= scheme.attendance_threshold else "no"
                    why.append(self.env._("attendance %(rate)d %%", rate=rate))
                else:
                    why.append(self.env._("no open school day"))
            if scheme.condition_visit:
                if case in visited:
                    compliant = "no" if compliant == "no" else "yes"
                else:
                    compliant = "no"
                    why.append(self.env._("no visit in the period"))
            line._unprotected().write(
                {"compliant": compliant, "compliance_note": "; ".join(why)}
            )
            if compliant == "no":
                failing |= line
        failing._plan_visits()

    def _get_attendance(self, scheme, start, end):
        if not scheme.condition_attendance:
            return {}, {}
        groups = self.env["remediation.attendance"]._read_group(
            [
                ("case_id", "in", self.case_id.ids),
                ("month", ">=", start),
                ("month", "<=", end),
            ],
            ["case_id"],
            ["days_open:sum", "days_present:sum", "days_excused:sum"],
        )
        return (
            {case.id: days for case, days, _present, _excused in groups},
            {case.id: present + excused for case, _d, present, excused in groups},
        )

    def _get_visited(self, scheme, start, end):
        if not scheme.condition_visit:
            return set()
        return {
            case.id
            for [case] in self.env["remediation.visit"]._read_group(
                [
                    ("case_id", "in", self.case_id.ids),
                    ("state", "=", "done"),
                    ("date_done", ">=", start),
                    ("date_done", "<=", end),
                ],
                ["case_id"],
            )
        }

    def _plan_visits(self):
        """Plan a home visit for the cases that have none planned."""
        visits = self.env["remediation.visit"]
        planned = {
            case.id
            for [case] in visits._read_group(
                [("case_id", "in", self.case_id.ids), ("state", "=", "planned")],
                ["case_id"],
            )
        }
        today = self._place_today()
        visits.create(
            [
                {
                    "case_id": case.id,
                    "date_planned": fields.Date.add(today, days=7),
                }
                for case in self.case_id
                if case.id not in planned
            ]
        )

    def _missing_to_decide(self):
        if self.cycle_id.state == "compliance_check":
            return []
        return [self.env._("The cycle is validated: stop the payment instead.")]

    @step(
        group="child_remediation.group_supervisor",
        asks={"note": "decision_note"},
        stamp="decision",
        check="_missing_to_decide",
        right="read",
        referencing=True,
        sudo="supervisors have no write right on lines of a cycle",
        title=_lt("Pay All the Same"),
    )
    def action_waive(self, note):
        """Pay although the conditions were not met. For supervisors (R42).

        :param str note: best-interest note, required.
        """
        self._unprotected().write({"decision": "waived", "compliant": "waived"})

    @step(
        group="child_remediation.group_supervisor",
        asks={"note": "decision_note"},
        stamp="decision",
        check="_missing_to_decide",
        right="read",
        referencing=True,
        sudo="supervisors have no write right on lines of a cycle",
        title=_lt("Do Not Pay"),
    )
    def action_suspend(self, note):
        """Do not pay this period. For supervisors (R42).

        :param str note: best-interest note, required.
        """
        self._unprotected().write({"decision": "suspended"})

    def _missing_to_correct(self):
        if self.kind == "correction" and self.cycle_id.state == "compliance_check":
            return []
        return [
            self.env._(
                "Amounts are set on lines of a correction cycle before it is validated."
            )
        ]

    @step(
        duty="prepare",
        asks={
            "amount": Ask("amount_due", keep=False, label=_lt("Amount")),
            "reason": "compliance_note",
        },
        check="_missing_to_correct",
        right="read",
        referencing=True,
        sudo="cash officers have no write right on lines of a cycle",
        title=_lt("Set the Amount"),
    )
    def action_set_correction(self, amount, reason):
        """Set the amount of a correction. For cash officers, before validation.

        :param float amount: positive, in the scheme's currency.
        """
        self.ensure_one()
        if amount <= 0:
            raise UserError(self.env._("A correction is above zero."))
        self._unprotected().write(
            {"amount_due": self.currency_id.round(amount), "eligible": True}
        )

    def _check_may_stop(self):
        self.env["cash.transfer.payment.line"]._check_may_stop()

    @step(
        allowed="_check_may_stop",
        asks={"reason": Ask(label=_lt("Reason"))},
        right="read",
        referencing=True,
        sudo="case staff do not read payments (R45)",
        title=_lt("Stop the Payment"),
    )
    def action_stop_payment(self, reason):
        """Stop what is on the way for these lines as long as the provider has not paid
        (R36). For supervisors, safeguarding and every cash duty."""
        live = self.payment_line_ids.filtered(lambda line: line.status == "pending")
        if not live:
            raise UserError(
                self.env._("There is no payment that could still be stopped.")
            )
        live._stop(reason)

    def _update_payment_status(self):
        """Derive what case staff see from the payments, in one statement."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE cash_transfer_cycle_line c
                   SET payment_status = CASE
                           WHEN c.amount_delivered >= c.amount_due THEN 'paid'
                           WHEN t.sent THEN 'sent'
                           WHEN t.planned THEN 'planned'
                           WHEN c.amount_delivered > 0 THEN 'partial'
                           WHEN t.failed THEN 'failed'
                           WHEN t.stopped THEN 'stopped'
                           ELSE 'none' END,
                       failure_reason = CASE
                           WHEN c.amount_delivered < c.amount_due AND NOT t.sent
                           THEN t.failure_reason END,
                       paid_on = t.paid_on
                  FROM (SELECT l.cycle_line_id AS id,
                               bool_or(l.status IN ('sent', 'in_question')) AS sent,
                               bool_or(l.status = 'pending') AS planned,
                               bool_or(l.status IN ('failed', 'not_collected',
                                       'set_aside', 'reversed')) AS failed,
                               bool_or(l.status = 'stopped') AS stopped,
                               max(l.delivered_on) FILTER (
                                   WHERE l.amount_delivered > 0) AS paid_on,
                               (array_agg(l.failure_reason ORDER BY l.id DESC)
                                   FILTER (WHERE l.failure_reason IS NOT NULL))[1]
                                   AS failure_reason
                          FROM cash_transfer_payment_line l
                         WHERE l.cycle_line_id = ANY(%(ids)s)
                         GROUP BY l.cycle_line_id) t
                 WHERE c.id = t.id
                """,
                ids=list(self.ids),
            )
        )
        self.invalidate_recordset(
            ["payment_status", "failure_reason", "paid_on"], flush=False
        )
