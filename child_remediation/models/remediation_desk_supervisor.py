from odoo import api, fields, models

from odoo.addons.remediation_base.tools.numbers import say_number


class Desk(models.AbstractModel):
    """What waits for a supervisor, and how the team stands."""

    _inherit = "remediation.desk"

    @api.model
    def _decisions(self, decided):
        """What others submitted and the user may decide on (R18), oldest first.

        :param decided: pairs of a record and what says its line (:meth:`_waiting`)
        """
        lines = []
        for record, say in decided:
            said = say(record)
            if said:
                lines.append((record, said))
        lines.sort(key=lambda pair: pair[1]["since"] or pair[0].write_date)
        # Read at once: those of each model would be read apart.
        authors = self.env["res.users"].union(*(said["by"] for _row, said in lines))
        names = {author.id: author.name for author in authors}

        def say(record):
            said = dict(by_record[record])
            asked_by, since = said.pop("by"), said.pop("since")
            return {
                "model": record._name,
                "res_id": record.id,
                "detail": self.env._("by %(name)s", name=names[asked_by.id])
                if asked_by
                else "",
                "when": self._since(since),
                "tone": "muted",
                **said,
            }

        by_record = dict(lines)
        return self._section(
            "decisions",
            self.env._("Waiting for You"),
            self._case_lines([record for record, _said in lines], say),
            self.env._("Nothing waits for your decision."),
            total=len(lines),
            kind="decisions",
            rank=1,
        )

    @api.model
    def _say_written(self, record):
        """A line of the inbox about what a case manager submitted, unless it is the
        user's own."""
        if record.state != "submitted" or self.env.user in (
            record.submitted_by_id,
            record.create_uid,
        ):
            return None
        return {
            "task": self._kind_of(record),
            "by": record.submitted_by_id,
            "since": record.submitted_on,
            "approve": "action_approve",
            "send_back": "action_reject",
        }

    @api.model
    def _waiting(self):
        """Hook: what else waits for a supervisor, as pairs of an :meth:`_ask` and a
        function of a record. It says ``{task, by, since, approve, approve_label,
        send_back}``, the last two names of steps, or None where it is not the user's
        turn."""
        return [
            (
                self._ask(
                    "remediation.best.interest.decision",
                    [
                        ("state", "!=", "decided"),
                        ("decision", "!=", False),
                        ("panel_member_ids.member_user_id", "=", self.env.uid),
                    ],
                    ["case_id", "create_uid", "write_date", "state"],
                    order="id",
                    limit=100,
                ),
                lambda decision: {
                    "task": self.env._("Best-Interest Decision"),
                    "by": decision.create_uid,
                    "since": decision.write_date,
                    "approve": "action_decide",
                    "approve_label": self.env._("Record the Decision"),
                },
            )
        ]

    @api.model
    def _urgent(self):
        """Children at high risk without a safety step (R16), and open cases that no
        case manager holds."""
        cases = yield self._ask(
            "remediation.case",
            [
                ("stage", "!=", "closed"),
                "|",
                ("needs_safety_action", "=", True),
                ("case_manager_id", "=", False),
            ],
            [
                "name",
                "risk_level",
                "site_id",
                "area_id",
                "needs_safety_action",
                "case_manager_id",
            ],
            order="needs_safety_action desc, opened_at",
            limit=100,
        )
        lines = self._case_lines(
            cases,
            lambda case: {
                "badge": self.env._("No safety step")
                if case.needs_safety_action
                else self.env._("No case manager"),
                "badge_tone": "danger" if case.needs_safety_action else "warning",
            },
        )
        return self._section(
            "urgent",
            self.env._("Urgent and Unassigned"),
            lines,
            self.env._("Every child at high risk has a safety step and a holder."),
            total=len(cases),
            place="side",
        )

    @api.model
    def _workers(self):
        """The load of each worker of the user's teams, and what is late there (R13)."""
        domain = [("level", "in", ("junior", "accredited"))]
        if not self._is("group_coordinator"):
            domain.append(("team_id", "in", self.env.user.remediation_team_ids.ids))
        managers = yield self._ask(
            "remediation.case.manager",
            domain,
            ["display_name", "level", "max_caseload", "team_id", "user_id"],
            order="team_id, display_name",
            limit=24,
        )
        if not managers:
            return None
        late = dict(
            self.env["remediation.deadline"]._read_group(
                [
                    ("user_id", "in", managers.user_id.ids),
                    ("done_on", "=", False),
                    ("date_due", "<", fields.Datetime.now()),
                ],
                ["user_id"],
                ["__count"],
            )
        )
        lines = []
        for manager in managers:
            load, most = manager.weighted_caseload, manager.max_caseload or 1
            lines.append(
                {
                    "id": f"manager-{manager.id}",
                    "model": manager._name,
                    "res_id": manager.id,
                    "title": manager.display_name,
                    "detail": f"{self._label(manager, 'level')} · "
                    f"{manager.team_id.display_name}",
                    "percent": min(100, round(100 * load / most)),
                    "tone": "danger" if load >= most else "success",
                    "numbers": self.env._(
                        "%(load)s of %(most)s",
                        load=say_number(self.env, load),
                        most=say_number(self.env, most),
                    ),
                    "late": late.get(manager.user_id, 0),
                }
            )
        return self._section(
            "workers",
            self.env._("Workers and Their Load"),
            lines,
            "",
            kind="workers",
            place="wide",
            limit=None,
            total=len(lines),
            action="child_remediation.case_caseload_action",
        )
