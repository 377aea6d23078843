from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

#: What a cycle begins with and a meeting carries on, in this order: cash of the two
#: pots, money at the bank, what the group owes, grants it keeps after the share-out.
BALANCES = ("loan", "social", "bank", "debt", "grant")


class SavingsCycle(models.Model):
    """One saving cycle, from the first meeting to the share-out.

    forming → active → share_out → closed. The rules are those of the group when the
    cycle was formed; they and the opening balances change only while it forms.

    Who may what: the group's field agent and the savings manager keep it; nobody
    deletes a cycle.
    """

    _name = "savings.cycle"
    _description = "Savings Cycle"
    _inherit = ["savings.owned", "savings.constitution"]
    _rules_of = "remediation.in.company"
    _order = "group_id, number desc"

    _protected_fields = frozenset(
        {
            "number",
            "state",
            "closed_on",
            "members_at_start",
            "closing_loan",
            "closing_social",
            "closing_bank",
            "closing_debt",
            "closing_grant",
        }
    )
    # Rules and opening balances are settled when the cycle starts.
    _open_fields = {
        "forming": EVERYTHING,
        "active": {"date_end"},
        "share_out": {"date_end"},
    }

    number = fields.Integer(readonly=True, copy=False, default=1)
    state = fields.Selection(
        [
            ("forming", "Forming"),
            ("active", "Active"),
            ("share_out", "Share-out"),
            ("closed", "Closed"),
        ],
        default="forming",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date(
        string="Planned End",
        compute="_compute_date_end",
        store=True,
        readonly=False,
    )
    closed_on = fields.Date(readonly=True, copy=False)
    members_at_start = fields.Integer("Members at Start", readonly=True, copy=False)
    # opening balances
    opening_loan = fields.Monetary(string="Opening Loan Fund Cash")
    opening_social = fields.Monetary(string="Opening Social Fund")
    opening_bank = fields.Monetary()
    opening_debt = fields.Monetary(string="Opening Debts of the Group")
    opening_grant = fields.Monetary(string="Opening Grants Kept")
    # closing balances
    closing_loan = fields.Monetary(string="Closing Loan Fund Cash", readonly=True)
    closing_social = fields.Monetary(string="Closing Social Fund", readonly=True)
    closing_bank = fields.Monetary(readonly=True)
    closing_debt = fields.Monetary(string="Closing Debts of the Group", readonly=True)
    closing_grant = fields.Monetary(string="Closing Grants Kept", readonly=True)
    # links
    membership_ids = fields.One2many("savings.membership", "cycle_id")
    meeting_ids = fields.One2many("savings.meeting", "cycle_id")
    loan_ids = fields.One2many("savings.loan", "cycle_id")
    share_out_ids = fields.One2many("savings.share.out", "cycle_id")
    # figures
    meeting_count = fields.Integer(compute="_compute_meetings")
    open_meeting_id = fields.Many2one("savings.meeting", compute="_compute_meetings")
    last_meeting_id = fields.Many2one("savings.meeting", compute="_compute_meetings")
    shares_total = fields.Integer(compute="_compute_figures")
    savings_total = fields.Monetary(compute="_compute_figures")
    loans_outstanding = fields.Monetary(compute="_compute_figures")
    loan_cash = fields.Monetary(string="Loan Fund Cash", compute="_compute_figures")
    social_cash = fields.Monetary(string="Social Fund Cash", compute="_compute_figures")
    share_worth = fields.Float(
        string="Worth of a Share Today",
        compute="_compute_figures",
        digits=(16, 2),
    )

    _number_unique = models.UniqueIndex(
        "(group_id, number)", "Two cycles of a group cannot share a number."
    )
    _one_at_a_time = models.UniqueIndex(
        "(group_id) WHERE state <> 'closed'",
        "A group runs one cycle at a time: close the other one first.",
    )
    _opening_not_negative = models.Constraint(
        "CHECK (opening_loan >= 0 AND opening_social >= 0 AND opening_bank >= 0 "
        "AND opening_debt >= 0 AND opening_grant >= 0)",
        "Opening balances are not negative.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end > date_start)",
        "The planned end comes after the start.",
    )

    @api.depends("group_id.name", "number")
    def _compute_display_name(self):
        for cycle in self:
            cycle.display_name = f"{cycle.group_id.name}/C{cycle.number}"

    @api.depends("date_start")
    def _compute_date_end(self):
        for cycle in self:
            if cycle.date_start and not cycle.date_end:
                cycle.date_end = cycle.date_start + relativedelta(months=9)

    @api.depends("meeting_ids.state")
    def _compute_meetings(self):
        rows = self.env["savings.meeting"]._read_group(
            [("cycle_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["cycle_id", "state"],
            ["__count", "id:recordset"],
        )
        found = {
            (cycle, state): (count, meetings) for cycle, state, count, meetings in rows
        }
        none = (0, self.env["savings.meeting"])
        for cycle in self:
            validated = found.get((cycle, "validated"), none)
            cycle.meeting_count = validated[0]
            cycle.open_meeting_id = found.get((cycle, "open"), none)[1][:1]
            cycle.last_meeting_id = validated[1].sorted("number")[-1:]

    @api.depends(
        "meeting_ids.state",
        "membership_ids.opening_shares",
        "loan_ids.balance",
        "loan_ids.state",
        "opening_loan",
        "opening_social",
    )
    def _compute_figures(self):
        meetings = self.env["savings.meeting"]._last_validated(self)
        shares = self.env["savings.membership"]._shares_by_cycle(self)
        loans = self.env["savings.loan"]._balance_by_cycle(self)
        for cycle in self:
            last = meetings.get(cycle)
            cycle.shares_total = shares.get(cycle, 0)
            cycle.savings_total = cycle.shares_total * cycle.share_value
            cycle.loans_outstanding = loans.get(cycle, 0.0)
            cycle.loan_cash = last.closing_loan if last else cycle.opening_loan
            cycle.social_cash = last.closing_social if last else cycle.opening_social
            bank = last.closing_bank if last else cycle.opening_bank
            debt = last.closing_debt if last else cycle.opening_debt
            grant = last.closing_grant if last else cycle.opening_grant
            equity = cycle.loan_cash + bank + cycle.loans_outstanding - debt - grant
            cycle.share_worth = (
                max(equity, 0.0) / cycle.shares_total
                if cycle.shares_total
                else cycle.share_value
            )

    @api.model
    def _add_protected_values(self, vals_list):
        vals_list = super()._add_protected_values(vals_list)
        groups = self.env["savings.group"].browse(
            {vals["group_id"] for vals in vals_list if vals.get("group_id")}
        )
        highest = {
            group.id: number
            for group, number in self._read_group(
                [("group_id", "in", groups.ids)], ["group_id"], ["number:max"]
            )
        }
        rules = {group.id: group._prepare_constitution() for group in groups}
        return [
            dict(
                rules.get(vals.get("group_id"), {}),
                number=highest.get(vals.get("group_id"), 0) + 1,
            )
            | vals
            for vals in vals_list
        ]

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unprotected():
            raise UserError(
                self.env._("Begin a cycle from its group, with the button New Cycle.")
            )
        # The unique indexes see what was closed a moment ago.
        self.flush_model(["state", "number"])
        return super().create(vals_list)

    # -- steps -----------------------------------------------------------------
    def _lock(self):
        """Take the cycle for this transaction: of two people one wins."""
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is writing in this cycle right now: wait a moment, "
                    "reload the page and try again."
                )
            ) from error
        self.invalidate_recordset(["state"])

    def _missing_to_start(self):
        if not self.membership_ids:
            return [
                self.env._(
                    "%(cycle)s has no members: enter them on the group first.",
                    cycle=self.display_name,
                )
            ]
        return []

    @step(frm="forming", to="active", referencing=True, check="_missing_to_start")
    def action_start(self):
        """Start saving. For the group's agent or a savings manager.

        :raises UserError: not forming, or no members.
        """
        counts = dict(
            self.env["savings.membership"]._read_group(
                [("cycle_id", "in", self.ids)], ["cycle_id"], ["__count"]
            )
        )
        for cycle in self:
            cycle._unprotected().write({"members_at_start": counts[cycle]})

    def action_open_meeting(self):
        """Open today's meeting, with a line per member, and show it.

        For the group's agent or a savings manager.

        :raises UserError: another meeting is open, or the cycle is not active.
        """
        self.ensure_one()
        return self._open_meetings()._action_form()

    def _open_meetings(self, date=None, source="live"):
        """Open one meeting in each cycle, in batch, and return them."""
        self.check_access("write")
        self._lock()
        date = fields.Date.to_date(date) or self._place_today()
        opened = dict(
            self.env["savings.meeting"]._read_group(
                [("cycle_id", "in", self.ids), ("state", "=", "open")],
                ["cycle_id"],
                ["__count"],
            )
        )
        last = self.env["savings.meeting"]._last_validated(self)
        vals_list = []
        for cycle in self:
            before = last.get(cycle)
            cycle._check_can_meet(date, before, bool(opened.get(cycle)))
            vals = {
                "cycle_id": cycle.id,
                "number": before.number + 1 if before else 1,
                "date": date,
                "source": source,
                "opened_by_id": self.env.uid,
            }
            for pot in BALANCES:
                vals[f"opening_{pot}"] = (
                    before[f"closing_{pot}"] if before else cycle[f"opening_{pot}"]
                )
            vals_list.append(vals)
        meetings = self.env["savings.meeting"]._unprotected().create(vals_list)
        meetings = meetings.with_env(self.env)
        meetings._create_lines()
        return meetings

    def _check_can_meet(self, date, before, is_open):
        self.ensure_one()
        if self.state != "active":
            raise UserError(
                self.env._(
                    "%(cycle)s is not active: a meeting needs a running cycle.",
                    cycle=self.display_name,
                )
            )
        if is_open:
            raise UserError(
                self.env._(
                    "%(cycle)s has an open meeting: validate or cancel it first.",
                    cycle=self.display_name,
                )
            )
        self._check_meeting_date(date, before)

    def _check_meeting_date(self, date, before):
        if date < self.date_start or (before and date <= before.date):
            raise UserError(
                self.env._(
                    "The meeting on %(date)s is not after %(last)s, the cycle's last "
                    "meeting or its start: correct the date.",
                    date=self._say_day(date),
                    last=self._say_day(before.date if before else self.date_start),
                )
            )

    def _missing_to_share_out(self):
        self.invalidate_recordset(["open_meeting_id", "last_meeting_id"])
        if self.open_meeting_id:
            return [
                self.env._(
                    "%(meeting)s is open: validate or cancel it before the share-out.",
                    meeting=self.open_meeting_id.display_name,
                )
            ]
        if not self.last_meeting_id:
            return [
                self.env._("There is nothing to share out: no meeting was validated.")
            ]
        return []

    @step(frm="active", to="share_out", referencing=True, check="_missing_to_share_out")
    def action_share_out(self):
        """Begin the share-out and show it. For the agent or a savings manager.

        :raises UserError: a meeting is open, or the cycle is not active (R49).
        """
        self.ensure_one()
        share_out = self.env["savings.share.out"]._start(self)
        return share_out._action_form()

    def _current_balances(self):
        """Return the balances after the last validated meeting."""
        self.ensure_one()
        last = self.env["savings.meeting"]._last_validated(self).get(self)
        if last:
            return {pot: last[f"closing_{pot}"] for pot in BALANCES}
        return {pot: self[f"opening_{pot}"] for pot in BALANCES}

    def _prepare_carry_over(self):
        """Return the opening balances of the next cycle."""
        self.ensure_one()
        return {f"opening_{pot}": self[f"closing_{pot}"] for pot in BALANCES}

    def _shares_left_in(self):
        """Return, per member id, the shares left in at the share-out."""
        lines = self.env["savings.share.out.line"].search(
            [
                ("share_out_id.cycle_id", "=", self.id),
                ("share_out_id.state", "=", "closed"),
                ("shares_left_in", ">", 0),
            ]
        )
        return {line.membership_id.member_id.id: line.shares_left_in for line in lines}

    def _period(self):
        """Return the length of one charge period."""
        self.ensure_one()
        if self.charge_period == "month":
            return relativedelta(months=1)
        return relativedelta(weeks=4)

    def _action_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_view_meetings(self):
        """Show the cycle's meetings; for whoever may read the group's books."""
        self.ensure_one()
        return self._action_list("savings.meeting", self.env._("Meetings"))

    def action_view_loans(self):
        """Show the cycle's loans; for whoever may read the group's books."""
        self.ensure_one()
        return self._action_list("savings.loan", self.env._("Loans"))

    def _action_list(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": list(Domain("cycle_id", "=", self.id)),
            "context": {"default_cycle_id": self.id},
        }
