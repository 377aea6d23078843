from odoo import api, fields, models


class Desk(models.AbstractModel):
    """What waits for a supervisor, and how the team stands."""

    _inherit = "remediation.desk"

    @api.model
    def _decisions(self, written):
        """What others submitted and the user may decide on (R18), oldest first."""
        waiting = [
            record
            for record in written
            if record.state == "submitted"
            and self.env.user not in (record.submitted_by_id, record.create_uid)
        ]
        waiting.sort(key=lambda record: record.submitted_on or record.write_date)
        # Read at once: those of each model would be read apart.
        authors = self.env["res.users"].union(*(row.submitted_by_id for row in waiting))
        names = {author.id: author.name for author in authors}
        lines = self._case_lines(
            waiting,
            lambda record: {
                "model": record._name,
                "res_id": record.id,
                "task": self._kind_of(record),
                "detail": self.env._(
                    "by %(name)s", name=names[record.submitted_by_id.id]
                ),
                "when": self._since(record.submitted_on),
                "tone": "muted",
                "approve": "action_approve",
                "send_back": "action_reject",
            },
        )
        return self._section(
            "decisions",
            self.env._("Waiting for You"),
            lines,
            self.env._("Nothing waits for your decision."),
            total=len(waiting),
            kind="decisions",
            rank=1,
        )

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
                        "%(load)s of %(most)s", load=f"{load:g}", most=f"{most:g}"
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
            action="child_remediation.case_manager_action",
        )
