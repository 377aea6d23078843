from typing import NamedTuple

from odoo import api, fields, models

HOUR = 3600
DAY = 24 * HOUR
#: When the last drill of a restore ended well: set by setup/restore-drill.
LAST_DRILL = "remediation_base.last_drill"


class Figure(NamedTuple):
    """One figure of the server's health, and above which value it wakes somebody."""

    name: str
    help: str
    value: float
    alarm: float | None = None
    labels: tuple = ()

    @property
    def alarmed(self):
        return self.alarm is not None and self.value > self.alarm


class RemediationHealth(models.AbstractModel):
    """The figures of `/health` and `/metrics`: each module adds its own.

    Ages are in seconds and 0 where nothing waits. Read with superuser's rights by the
    controller alone: a figure is a count or an age of the whole database.
    """

    _name = "remediation.health"
    _description = "Health of the Server"

    @api.model
    def _figures(self) -> list[Figure]:
        """The figures, those of one name beside each other."""
        return [
            *self._figures_of_steps(),
            *self._figures_of_mail(),
            self._figure_of_schedule(),
            self._figure_of_drill(),
        ]

    def _age(self, moment):
        """Seconds since a moment; 0 for none and for one that is to come."""
        if not moment:
            return 0
        return max(0, (fields.Datetime.now() - moment).total_seconds())

    def _oldest(self, model, domain, moment):
        """How many records wait, and the age in seconds of the oldest."""
        rows = self.env[model]._read_group(domain, [], ["__count", f"{moment}:min"])
        count, first = rows[0]
        return count, self._age(first)

    def _figures_of_steps(self):
        waiting, oldest, stopped = [], [], []
        for name in sorted(self.pool.descendants(["remediation.job"], "_inherit")):
            if self.env[name]._abstract:
                continue
            queue = (("queue", name),)
            count, age = self._oldest(name, [("job", "!=", False)], "job_queued_on")
            waiting.append(Figure("steps_waiting", "Steps queued", count, None, queue))
            oldest.append(
                Figure("step_oldest_seconds", "Age of a queue", age, HOUR, queue)
            )
            count = self.env[name].search_count([("job_failed", "!=", False)])
            stopped.append(
                Figure("steps_stopped", "Steps that stopped", count, 0, queue)
            )
        return waiting + oldest + stopped

    def _figures_of_mail(self):
        # What may wait for its hour is not late.
        due = [("state", "=", "outgoing"), ("scheduled_date", "=", False)]
        outgoing, age = self._oldest("mail.mail", due, "create_date")
        failed = self.env["mail.mail"].search_count([("state", "=", "exception")])
        bouncing = self.env["res.users"].search_count(
            [("partner_id.message_bounce", ">", 0)]
        )
        return [
            Figure("mail_waiting", "Letters not yet sent", outgoing),
            Figure("mail_oldest_seconds", "Age of the oldest of them", age, HOUR),
            Figure("mail_failed", "Letters that could not be sent", failed, 0),
            Figure("mail_users_bouncing", "Users whom no letter reaches", bouncing, 0),
        ]

    def _figure_of_schedule(self):
        late = self.env["ir.cron"].search([("active", "=", True)], order="nextcall")[:1]
        return Figure(
            "schedule_late_seconds",
            "How late the scheduled action is that waits longest",
            self._age(late.nextcall),
            HOUR,
        )

    def _figure_of_drill(self):
        parameters = self.env["ir.config_parameter"]
        # A database that saw no drill counts from its own first day.
        last = parameters.get_param(LAST_DRILL) or parameters.get_param(
            "database.create_date"
        )
        return Figure(
            "drill_age_seconds",
            "Since a backup was last restored and asked",
            self._age(fields.Datetime.to_datetime(last)),
            31 * DAY,
        )
