from datetime import timedelta

from odoo import api, fields, models

from .remediation_legal_matter import DUTY as LEGAL
from .remediation_survivor_status import STANDING

#: Days ahead that the desk looks for the end of an appeal and for hearings.
AHEAD = 14
#: A safety plan that nobody went through for so many days is on the desk.
UNSEEN_DAYS = 30


class Desk(models.AbstractModel):
    """What waits for those who serve survivors."""

    _inherit = "remediation.desk"

    @api.model
    def _sections(self):
        sections = super()._sections()
        if self._is("group_case_worker"):
            sections.append(self._survivors())
        if self.env.user.has_group(LEGAL):
            sections.append(self._hearings())
        return sections

    @api.model
    def _survivors(self):
        """Statuses to record or to appeal against, and safety plans to go through."""
        today = self._place_today()
        before = today - timedelta(days=UNSEEN_DAYS)
        statuses, plans = yield [
            self._ask(
                "remediation.survivor.status",
                [
                    ("user_id", "=", self.env.uid),
                    "|",
                    ("state", "=", "draft"),
                    "&",
                    ("state", "in", STANDING),
                    "&",
                    ("appeal_until", ">=", today),
                    ("appeal_until", "<=", today + timedelta(days=AHEAD)),
                ],
                ["case_id", "state", "appeal_until"],
                order="appeal_until, id",
                limit=100,
            ),
            self._ask(
                "remediation.safety.plan",
                [
                    ("user_id", "=", self.env.uid),
                    ("state", "=", "running"),
                    ("date", "<=", before),
                    "|",
                    ("reviewed_on", "=", False),
                    ("reviewed_on", "<=", before),
                ],
                ["case_id", "date", "reviewed_on"],
                order="date, id",
                limit=100,
            ),
        ]
        if not statuses and not plans:
            return None
        lines = self._case_lines(statuses, self._say_status)
        lines += self._case_lines(
            plans,
            lambda plan: {
                "task": self.env._("Go through the safety plan"),
                "button": self._opens(plan),
                **self._when(
                    (plan.reviewed_on or plan.date) + timedelta(days=UNSEEN_DAYS)
                ),
            },
        )
        return self._section(
            "survivors",
            self.env._("Survivors"),
            lines,
            "",
            total=len(statuses) + len(plans),
            place="side",
            action="case_survivor.survivor_queue_action",
        )

    @api.model
    def _say_status(self, status):
        if status.state == "draft":
            return {
                "task": self.env._("Record the Decision"),
                "button": self._opens(status),
            }
        return {
            "task": self.env._("Last day of an appeal"),
            "button": self._opens(status),
            **self._when(status.appeal_until),
        }

    @api.model
    def _opens(self, record):
        return {
            "label": self.env._("Open"),
            "model": record._name,
            "res_id": record.id,
        }

    @api.model
    def _hearings(self):
        """Hearings and dates of the days ahead, by code. For the duty alone."""
        dates = yield self._ask(
            "remediation.legal.date",
            [
                ("done_on", "=", False),
                ("date", "<=", fields.Datetime.now() + timedelta(days=AHEAD)),
            ],
            ["matter_id", "kind", "date"],
            order="date, id",
            limit=100,
        )
        return self._section(
            "hearings",
            self.env._("Hearings and Dates"),
            [
                {
                    "id": f"hearing-{day.id}",
                    "model": "remediation.legal.matter",
                    "res_id": day.matter_id.id,
                    "title": day.matter_id.display_name,
                    "detail": self._label(day, "kind"),
                    **self._when(day.date),
                }
                for day in dates
            ],
            self.env._("No date is due in the next 14 days."),
            total=len(dates),
            place="side",
            action="case_survivor.remediation_legal_date_action",
        )
