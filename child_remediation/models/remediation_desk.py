from collections import defaultdict
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

#: Lines of a section; what is beyond stands in its number and behind its link.
LINES = 8
#: Days ahead that the desk of a worker looks.
AHEAD = 7
#: A child at high risk is seen within these days, whatever is planned.
UNSEEN_DAYS = 14
#: Models that one person submits and another decides on, and what the desk calls them.
DECIDED = ("remediation.assessment", "remediation.plan", "remediation.closure")
#: What answers a deadline.
FORMS = {
    "assessment": "remediation.assessment",
    "plan": "remediation.plan",
    "visit": "remediation.visit",
    "post_closure": "remediation.visit",
    "placement_panel": "remediation.best.interest.decision",
}
RISK_TONES = {"high": "danger", "medium": "warning", "low": "success"}


class Desk(models.AbstractModel):
    """The first page of each person: what is due, what waits, what changed.

    One call answers the whole page. A module adds its own by :meth:`_sections`; each
    section reads as the user, so nobody sees a line that they could not open.

    A section is ``{key, title, place, lines, total, empty, action}``: ``place`` is
    ``main``, ``side`` or ``wide``; ``lines`` are shown, ``total`` is how many there
    are, ``empty`` is the sentence in their place, ``action`` opens all of them.
    ``kind`` says how the lines are drawn: ``lines``, ``decisions``, ``week``,
    ``workers``, ``bars``, ``steps`` or ``map``.
    """

    _name = "remediation.desk"
    _description = "Desk"

    # -- the page --------------------------------------------------------------
    @api.model
    def get_desk(self):
        """Return the page of the current user. For everybody of the back office.

        :return: ``{name, day, can_search, sections}``
        :rtype: dict
        """
        self._check_back_office()
        sections = [section for section in self._sections() if section]
        today = self._place_today()
        return {
            "name": (self.env.user.name or "").split(" ")[0],
            "day": format_date(self.env, today, date_format="EEEE d MMMM y"),
            "can_search": self.env["remediation.case"].has_access("read"),
            "sections": sections,
        }

    @api.model
    def _sections(self):
        """Hook: the sections of the page in their order; None leaves one out."""
        if not self.env["remediation.case"].has_access("read"):
            return []
        sections = []
        if self._is("group_case_worker"):
            decisions = self._undecided()
            if self._is("group_supervisor"):
                sections += [self._decisions(decisions), self._urgent()]
            sections += [
                self._due(),
                self._unseen(),
                self._unfinished(decisions),
                self._recent(),
                self._news(),
                self._week(),
            ]
            if self._is("group_supervisor"):
                sections.append(self._workers())
        if self._is("group_coordinator", "group_monitoring", "group_auditor"):
            sections += [self._funnel(), self._places()]
        if self._is("group_data_protection"):
            sections.append(self._requests())
        return sections

    @api.model
    def _check_back_office(self):
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._("The desk is for the back office: use the portal.")
            )

    # -- helpers for sections --------------------------------------------------
    @api.model
    def _is(self, *groups):
        return any(self.env.user.has_group(f"child_remediation.{g}") for g in groups)

    @api.model
    def _section(self, key, title, lines, empty, limit=LINES, **more):
        """A section as the page draws it."""
        return {
            "key": key,
            "title": title,
            "kind": "lines",
            "place": "main",
            "lines": lines[:limit],
            "total": len(lines),
            "empty": empty,
            "action": False,
            **more,
        }

    @api.model
    def _facts_of(self, cases):
        """``{id of a case: what a line says of it}``, read at once."""
        facts = {}
        names = "child_name" in cases._fields and cases._has_field_access(
            cases._fields["child_name"], "read"
        )
        sexes = dict(
            self.env["remediation.beneficiary"]
            ._fields["sex"]
            ._description_selection(self.env)
        )
        for case in cases:
            name = case.child_name if names else False
            who = [
                sexes.get(case.sex),
                case.age and self.env._("%(age)s years", age=case.age),
                case.site_id.display_name or case.area_id.display_name,
            ]
            facts[case.id] = {
                "code": case.name,
                "name": name or "",
                "initials": self._initials(name or ""),
                "who": " · ".join(filter(None, who)),
                "risk": case.risk_level,
            }
        return facts

    @api.model
    def _initials(self, name):
        return "".join(word[0] for word in name.split()[:2]).upper()

    @api.model
    def _case_line(self, case, facts, **more):
        """A line about a case: opens it, says who it is about."""
        fact = facts.get(case.id) or {}
        risk = fact.get("risk")
        labels = dict(
            self.env["remediation.case"]
            ._fields["risk_level"]
            ._description_selection(self.env)
        )
        return {
            "id": f"case-{case.id}",
            "model": case._name,
            "res_id": case.id,
            "initials": fact.get("initials", ""),
            "title": fact.get("name") or fact.get("code", ""),
            "code": fact.get("code", "") if fact.get("name") else "",
            "detail": fact.get("who", ""),
            "badge": labels.get(risk) if risk == "high" else False,
            "badge_tone": RISK_TONES.get(risk),
            **more,
        }

    @api.model
    def _when(self, moment):
        """How far a moment or a day is, exactly, and how that looks.

        :return: ``{"when": sentence, "tone": danger, warning or muted}``
        """
        local = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        if isinstance(moment, datetime):
            due = fields.Datetime.context_timestamp(self, moment)
            days = (due.date() - local.date()).days
            hours = int((local - due).total_seconds() // 3600)
        else:
            days = (moment - local.date()).days
            due, hours = None, 0
        if days < 0 and due and 0 < hours < 48:
            when = self.env._("%(hours)s h late", hours=hours)
        elif days == -1:
            when = self.env._("1 day late")
        elif days < 0:
            when = self.env._("%(days)s days late", days=-days)
        elif days == 0 and due and due < local:
            when = self.env._("%(hours)s h late", hours=hours)
        elif days == 0:
            when = self.env._("today")
            if due:
                when = f"{when} {due:%H:%M}"
        elif days == 1:
            when = self.env._("tomorrow")
        else:
            when = self.env._("in %(days)s days", days=days)
        late = days < 0 or bool(due and due < local)
        return {
            "when": when,
            "tone": "danger" if late else "warning" if days == 0 else "muted",
        }

    @api.model
    def _since(self, moment):
        """How long something waits, in days."""
        if not moment:
            return ""
        local = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        days = (
            local.date() - fields.Datetime.context_timestamp(self, moment).date()
        ).days
        if not days:
            return self.env._("since today")
        if days == 1:
            return self.env._("waits 1 day")
        return self.env._("waits %(days)s days", days=days)

    @api.model
    def _day(self, day):
        """A day as the reader writes it, short."""
        return format_date(self.env, day, date_format="d MMM")

    @api.model
    def _label(self, record, name):
        return dict(record._fields[name]._description_selection(self.env)).get(
            record[name], ""
        )

    # -- case workers ----------------------------------------------------------
    @api.model
    def _due(self):
        """What the user has to do: late first, then the days ahead (R15)."""
        ahead = fields.Datetime.now() + timedelta(days=AHEAD)
        deadlines = self.env["remediation.deadline"].search_fetch(
            [
                ("user_id", "=", self.env.uid),
                ("done_on", "=", False),
                ("date_due", "<=", ahead),
            ],
            ["case_id", "kind", "date_due", "plan_action_id"],
            order="date_due",
            limit=200,
        )
        facts = self._facts_of(deadlines[:LINES].case_id)
        lines = [
            self._case_line(
                deadline.case_id,
                facts,
                id=f"deadline-{deadline.id}",
                task=self._label(deadline, "kind"),
                button=self._button_of(deadline),
                **self._when(deadline.date_due),
            )
            for deadline in deadlines[:LINES]
        ]
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
                "label": self.env._("Open"),
                "model": "remediation.plan.action",
                "res_id": deadline.plan_action_id.id,
            }
        if deadline.kind not in FORMS:
            return {"label": self.env._("Open"), "model": case._name, "res_id": case.id}
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
        cases = self.env["remediation.case"].search_fetch(
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
        facts = self._facts_of(cases[:LINES])
        lines = [
            self._case_line(
                case,
                facts,
                id=f"unseen-{case.id}",
                badge=False,
                button={
                    "label": self.env._("Visit"),
                    "model": "remediation.visit",
                    "res_id": False,
                    "context": {"default_case_id": case.id},
                },
            )
            for case in cases[:LINES]
        ]
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
    def _undecided(self):
        """``{model: records}`` that are drafted by the user or wait for a decision."""
        return {
            name: self.env[name].search_fetch(
                [
                    "|",
                    ("state", "=", "submitted"),
                    "&",
                    ("state", "=", "draft"),
                    ("user_id", "=", self.env.uid),
                ],
                [
                    "case_id",
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
        }

    @api.model
    def _kind_of(self, record):
        return {
            "remediation.assessment": self.env._("Assessment"),
            "remediation.plan": self.env._("Plan"),
            "remediation.closure": self.env._("Closure"),
        }.get(record._name, record._description)

    @api.model
    def _unfinished(self, undecided):
        """What the user drafted, and what came back with a sentence."""
        drafts = [
            record
            for records in undecided.values()
            for record in records
            if record.state == "draft" and record.case_id.user_id == self.env.user
        ]
        if not drafts:
            return None
        drafts.sort(key=lambda record: not record.rejection_comment)
        cases = self.env["remediation.case"].union(
            *(record.case_id for record in drafts[:LINES])
        )
        facts = self._facts_of(cases)
        lines = [
            self._case_line(
                record.case_id,
                facts,
                id=f"{record._name}-{record.id}",
                model=record._name,
                res_id=record.id,
                task=self._kind_of(record),
                detail=record.rejection_comment or self.env._("Not submitted yet"),
                badge=record.rejection_comment and self.env._("Sent back"),
                badge_tone="warning",
            )
            for record in drafts[:LINES]
        ]
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
        visits = self.env["remediation.visit"].search_fetch(
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
                    "id": visit.id,
                    "model": visit._name,
                    "res_id": visit.id,
                    "title": visit.case_id.name,
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
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, max(date) FROM remediation_access_log "
                "WHERE user_id = %s AND model = 'remediation.case' AND res_id > 0 "
                "AND action = 'view' AND date > now() - interval '14 days' "
                "GROUP BY res_id ORDER BY 2 DESC LIMIT 6",
                self.env.uid,
            )
        )
        cases = self.env["remediation.case"].browse(row[0] for row in rows)
        cases = cases._filtered_access("read")
        if not cases:
            return None
        facts = self._facts_of(cases)
        return self._section(
            "recent",
            self.env._("Opened Lately"),
            [
                self._case_line(case, facts, id=f"recent-{case.id}", badge=False)
                for case in cases
            ],
            "",
            place="side",
        )

    @api.model
    def _news(self):
        """What moved since yesterday in the cases that the user reads."""
        since = fields.Datetime.now() - timedelta(days=1)
        moves = self.env["remediation.case.stage.log"].search_fetch(
            [("changed_on", ">=", since)],
            ["case_id", "to_stage", "changed_on"],
            order="changed_on desc, id desc",
            limit=50,
        )
        if not moves:
            return None
        shown = moves[:6]
        facts = self._facts_of(shown.case_id)
        return self._section(
            "news",
            self.env._("Since Yesterday"),
            [
                self._case_line(
                    move.case_id,
                    facts,
                    id=f"move-{move.id}",
                    task=self._label(move, "to_stage"),
                    detail="",
                    badge=False,
                )
                for move in shown
            ],
            "",
            total=len(moves),
            place="side",
        )

    # -- supervisors -----------------------------------------------------------
    @api.model
    def _decisions(self, undecided):
        """What others submitted and the user may decide on (R18), oldest first."""
        waiting = [
            record
            for records in undecided.values()
            for record in records
            if record.state == "submitted"
            and self.env.user not in (record.submitted_by_id, record.create_uid)
        ]
        waiting.sort(key=lambda record: record.submitted_on or record.write_date)
        cases = self.env["remediation.case"].union(
            *(record.case_id for record in waiting[:LINES])
        )
        facts = self._facts_of(cases)
        lines = [
            self._case_line(
                record.case_id,
                facts,
                id=f"{record._name}-{record.id}",
                model=record._name,
                res_id=record.id,
                task=self._kind_of(record),
                detail=self.env._("by %(name)s", name=record.submitted_by_id.name),
                when=self._since(record.submitted_on),
                tone="muted",
                approve="action_approve",
                send_back="action_reject",
            )
            for record in waiting[:LINES]
        ]
        return self._section(
            "decisions",
            self.env._("Waiting for You"),
            lines,
            self.env._("Nothing waits for your decision."),
            total=len(waiting),
            kind="decisions",
        )

    @api.model
    def _urgent(self):
        """Children at high risk without a safety step (R16), and open cases that no
        case manager holds."""
        cases = self.env["remediation.case"].search_fetch(
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
        facts = self._facts_of(cases[:LINES])
        lines = [
            self._case_line(
                case,
                facts,
                id=f"urgent-{case.id}",
                badge=self.env._("No safety step")
                if case.needs_safety_action
                else self.env._("No case manager"),
                badge_tone="danger" if case.needs_safety_action else "warning",
            )
            for case in cases[:LINES]
        ]
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
        managers = self.env["remediation.case.manager"].search_fetch(
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

    # -- coordinators, and readers without names -------------------------------
    @api.model
    def _funnel(self):
        """How many open cases stand at each stage."""
        groups = self.env["remediation.case"]._read_group(
            [("stage", "!=", "closed")], ["stage"], ["__count"]
        )
        counts = dict(groups)
        stages = self.env["remediation.case"]._fields["stage"]
        most = max(counts.values(), default=1)
        lines = [
            {
                "id": stage,
                "title": label,
                "count": counts.get(stage, 0),
                "percent": round(100 * counts.get(stage, 0) / most),
                "domain": [("stage", "=", stage)],
                "list": "remediation.case",
            }
            for stage, label in stages._description_selection(self.env)
            if stage != "closed"
        ]
        return self._section(
            "funnel",
            self.env._("Open Cases by Stage"),
            lines,
            "",
            kind="bars",
            limit=None,
            total=sum(counts.values()),
            action="child_remediation.case_action",
        )

    @api.model
    def _places(self):
        """Where the children are: one dot per site that has coordinates."""
        groups = self.env["remediation.case"]._read_group(
            [("stage", "!=", "closed"), ("site_id", "!=", False)],
            ["site_id"],
            ["__count"],
        )
        lines = [
            {
                "id": f"site-{site.id}",
                "title": site.display_name,
                "count": count,
                "latitude": site.latitude,
                "longitude": site.longitude,
                "domain": [("site_id", "=", site.id), ("stage", "!=", "closed")],
                "list": "remediation.case",
            }
            for site, count in groups
            if site.latitude or site.longitude
        ]
        if not lines:
            return None
        return self._section(
            "places",
            self.env._("Where the Children Are"),
            lines,
            "",
            kind="map",
            place="side",
            limit=None,
        )

    @api.model
    def _requests(self):
        """Requests of persons about their data that run against the clock (R47)."""
        requests = self.env["remediation.subject.request"].search_fetch(
            [("state", "=", "open")],
            ["name", "kind", "due_on"],
            order="due_on",
            limit=100,
        )
        lines = [
            {
                "id": f"request-{request.id}",
                "model": request._name,
                "res_id": request.id,
                "title": request.name,
                "detail": self._label(request, "kind"),
                **(self._when(request.due_on) if request.due_on else {}),
            }
            for request in requests[:LINES]
        ]
        return self._section(
            "requests",
            self.env._("Requests about Personal Data"),
            lines,
            self.env._("No request is open."),
            total=len(requests),
        )

    # -- search ----------------------------------------------------------------
    @api.model
    def search_desk(self, text):
        """Find what the user may see by a code, a name, a telephone or an old number.

        For everybody of the back office. Searching by a name leaves a row in the
        access log, as any search does.

        :param str text: at least two characters
        :return: lines as a section has them, at most eight
        :rtype: list
        """
        self._check_back_office()
        text = str(text or "").strip()[:100]
        if len(text) < 2:
            return []
        return self._found(text)[:LINES]

    @api.model
    def _found(self, text):
        """Hook: the lines that a search finds, best first."""
        if not self.env["remediation.case"].has_access("read"):
            return []
        Case = self.env["remediation.case"]
        domain = Domain("name", "ilike", text)
        child = self.env["remediation.beneficiary"]
        if child.has_access("read"):
            domain |= Domain("beneficiary_id", "any", [("display_name", "ilike", text)])
            if child._has_field_access(child._fields["external_ref"], "read"):
                domain |= Domain("beneficiary_id.external_ref", "=ilike", text)
        member = self.env["remediation.household.member"]
        digits = "".join(filter(str.isdigit, text))
        if (
            len(digits) >= 6
            and member.has_access("read")
            and member._has_field_access(member._fields["phone"], "read")
        ):
            # The last digits: people write a number with its country or without.
            domain |= Domain(
                "household_id.member_ids.phone", "like", "%".join(digits[-9:])
            )
        cases = Case.search(domain, limit=LINES)
        facts = self._facts_of(cases)
        stages = dict(Case._fields["stage"]._description_selection(self.env))
        return [
            self._case_line(case, facts, when=stages.get(case.stage), tone="muted")
            for case in cases
        ]
