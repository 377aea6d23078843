from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .remediation_desk import AHEAD, DECIDED, FORMS, UNSEEN_DAYS


class Desk(models.AbstractModel):
    """What a case worker has to do."""

    _inherit = "remediation.desk"

    @api.model
    def _due(self):
        """What the user has to do: late first, then the days ahead (R15)."""
        ahead = fields.Datetime.now() + timedelta(days=AHEAD)
        deadlines = yield self._ask(
            "remediation.deadline",
            [
                ("user_id", "=", self.env.uid),
                ("done_on", "=", False),
                ("date_due", "<=", ahead),
            ],
            ["case_id", "kind", "date_due", "plan_action_id"],
            order="date_due",
            limit=200,
        )
        lines = self._case_lines(
            deadlines,
            lambda deadline: {
                "task": self._label(deadline, "kind"),
                "button": self._button_of(deadline),
                **self._when(deadline.date_due),
            },
        )
        return self._section(
            "due",
            self.env._("Today and Late"),
            lines,
            self.env._("Nothing is due in the next 7 days."),
            total=len(deadlines),
            action="child_remediation.deadline_action",
        )

    @api.model
    def _button_of(self, deadline):
        """What answers a deadline: the form itself, ready to type."""
        case = deadline.case_id
        if deadline.kind == "first_contact":
            return {
                "label": self.env._("Record"),
                "model": case._name,
                "res_id": case.id,
                "method": "action_record_first_contact",
            }
        if deadline.plan_action_id:
            return {
                "label": self.env._("Go There"),
                "model": "remediation.plan.action",
                "res_id": deadline.plan_action_id.id,
            }
        if deadline.kind not in FORMS:
            return {
                "label": self.env._("Go There"),
                "model": case._name,
                "res_id": case.id,
            }
        labels = {
            "assessment": self.env._("Assess"),
            "plan": self.env._("Plan"),
            "placement_panel": self.env._("Decide"),
        }
        return {
            "label": labels.get(deadline.kind) or self.env._("Visit"),
            "model": FORMS[deadline.kind],
            "res_id": False,
            "context": {"default_case_id": case.id},
        }

    @api.model
    def _unseen(self):
        """Children at high risk whom nobody saw for two weeks."""
        today = self._place_today()
        before = today - timedelta(days=UNSEEN_DAYS)
        cases = yield self._ask(
            "remediation.case",
            [
                ("user_id", "=", self.env.uid),
                ("risk_level", "=", "high"),
                ("stage", "not in", ("closed", "on_hold")),
                ("opened_at", "<", before),
                (
                    "visit_ids",
                    "not any",
                    [("state", "=", "done"), ("date_done", ">=", before)],
                ),
            ],
            ["name", "risk_level", "site_id", "area_id", "beneficiary_id"],
            limit=100,
            order="next_due, id",
        )
        lines = self._case_lines(
            cases,
            lambda case: {
                "badge": False,
                "button": {
                    "label": self.env._("Visit"),
                    "model": "remediation.visit",
                    "res_id": False,
                    "context": {"default_case_id": case.id},
                },
            },
        )
        if not lines:
            return None
        return self._section(
            "unseen",
            self.env._("High Risk, Not Seen for %(days)s Days", days=UNSEEN_DAYS),
            lines,
            "",
            total=len(cases),
            place="side",
        )

    @api.model
    def _written(self):
        """What waits for the decision of a supervisor, and what the user drafted."""
        waiting = self._waiting() if self._is("group_supervisor") else []
        found = yield [
            self._ask(
                name,
                [
                    "|",
                    ("state", "=", "submitted"),
                    "&",
                    ("state", "=", "draft"),
                    ("user_id", "=", self.env.uid),
                ],
                [
                    "case_id",
                    "user_id",
                    "state",
                    "create_uid",
                    "submitted_by_id",
                    "submitted_on",
                    "rejection_comment",
                    "write_date",
                ],
                order="submitted_on, id",
                limit=100,
            )
            for name in DECIDED
            if self.env[name].has_access("read")
        ] + [ask for ask, _say in waiting]
        others = found[len(found) - len(waiting) :]
        written = [
            record
            for records in found[: len(found) - len(waiting)]
            for record in records
        ]
        sections = [self._unfinished(written)]
        if self._is("group_supervisor"):
            say = self._say_written
            decided = [(record, say) for record in written]
            for (_ask, say), records in zip(waiting, others, strict=True):
                decided += [(record, say) for record in records]
            sections.insert(0, self._decisions(decided))
        return sections

    @api.model
    def _kind_of(self, record):
        return {
            "remediation.assessment": self.env._("Assessment"),
            "remediation.plan": self.env._("Plan"),
            "remediation.closure": self.env._("Closure"),
        }.get(record._name, record._description)

    @api.model
    def _unfinished(self, written):
        """What the user drafted, and what came back with a sentence."""
        drafts = [
            record
            for record in written
            if record.state == "draft" and record.user_id == self.env.user
        ]
        if not drafts:
            return None
        drafts.sort(key=lambda record: not record.rejection_comment)
        lines = self._case_lines(
            drafts,
            lambda record: {
                "model": record._name,
                "res_id": record.id,
                "task": self._kind_of(record),
                "detail": record.rejection_comment or self.env._("Not submitted yet"),
                "badge": record.rejection_comment and self.env._("Sent Back"),
                "badge_tone": "warning",
            },
        )
        return self._section(
            "unfinished",
            self.env._("Came Back, and Drafts"),
            lines,
            "",
            total=len(drafts),
            place="side",
        )

    @api.model
    def _week(self):
        """The visits planned for the seven days that begin today."""
        today = self._place_today()
        visits = yield self._ask(
            "remediation.visit",
            [
                ("user_id", "=", self.env.uid),
                ("state", "=", "planned"),
                ("date_planned", ">=", today),
                ("date_planned", "<", today + timedelta(days=AHEAD)),
            ],
            ["case_id", "date_planned", "visit_type"],
            order="date_planned, id",
            limit=100,
        )
        by_day = defaultdict(list)
        for visit in visits:
            by_day[visit.date_planned].append(
                {
                    "case": visit.case_id.id,
                    "id": visit.id,
                    "model": visit._name,
                    "res_id": visit.id,
                    "detail": self._label(visit, "visit_type"),
                }
            )
        days = [today + timedelta(days=number) for number in range(AHEAD)]
        return self._section(
            "week",
            self.env._("Visits of the Week"),
            [
                {
                    "id": str(day),
                    "title": format_date(self.env, day, date_format="EEE d"),
                    "visits": by_day[day],
                }
                for day in days
            ],
            "",
            kind="week",
            place="wide",
            total=len(visits),
            action="child_remediation.visit_action",
        )

    @api.model
    def _recent(self):
        """The cases that the user opened last."""
        rows = yield SQL(
            "SELECT res_id, max(date) FROM remediation_access_log "
            "WHERE user_id = %s AND model = 'remediation.case' AND res_id > 0 "
            "AND action = 'view' AND date > now() - interval '14 days' "
            "GROUP BY res_id ORDER BY 2 DESC LIMIT 6",
            self.env.uid,
        )
        cases = self.env["remediation.case"].browse(row["res_id"] for row in rows)
        cases = cases._filtered_access("read")
        if not cases:
            return None
        return self._section(
            "recent",
            self.env._("Opened Lately"),
            self._case_lines(cases, lambda case: {"badge": False}),
            "",
            place="side",
        )

    @api.model
    def _news(self):
        """What moved since yesterday in the cases that the user reads."""
        since = fields.Datetime.now() - timedelta(days=1)
        moves = yield self._ask(
            "remediation.case.stage.log",
            [("changed_on", ">=", since)],
            ["case_id", "to_stage", "changed_on"],
            order="changed_on desc, id desc",
            limit=50,
        )
        if not moves:
            return None
        return self._section(
            "news",
            self.env._("Since Yesterday"),
            self._case_lines(
                moves,
                lambda move: {
                    "task": self._label(move, "to_stage"),
                    "detail": "",
                    "badge": False,
                },
            ),
            "",
            total=len(moves),
            place="side",
        )
