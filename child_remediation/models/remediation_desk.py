from collections import defaultdict
from datetime import datetime
from inspect import isgenerator
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, Query, format_date

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


class Ask(NamedTuple):
    """What a section looks for; see :meth:`Desk._ask`."""

    records: models.BaseModel
    query: Query
    fields: list


class Desk(models.AbstractModel):
    """The first page of each person: what is due, what waits, what changed.

    One call answers the whole page. A module adds its own by :meth:`_sections`; each
    section reads as the user, so nobody sees a line that they could not open.

    A section is ``{key, title, place, lines, total, empty, action}``: ``place`` is
    ``main``, ``side`` or ``wide``; ``lines`` are shown, ``total`` is how many there
    are, ``empty`` is the sentence in their place, ``action`` opens all of them, and
    ``rank`` says what comes first: 10 where a module says nothing.
    ``kind`` says how the lines are drawn: ``lines``, ``decisions``, ``week``,
    ``workers``, ``bars``, ``steps`` or ``map``.

    A section that looks something up is a generator. It yields what it asks for, an
    :meth:`_ask`, a statement, or a list of both, is sent the answer, and returns the
    section, a list of sections or None. All that the sections ask for at a time is
    found by one statement, and read by one more for each model.
    """

    _name = "remediation.desk"
    _description = "Desk"

    # -- the page --------------------------------------------------------------
    @api.model
    @api.readonly
    def get_desk(self):
        """Return the page of the current user. For everybody of the back office.

        :return: ``{name, day, can_search, sections}``
        :rtype: dict
        """
        self._check_back_office()
        sections = sorted(self._drawn(self._sections()), key=lambda s: s["rank"])
        lines = [line for section in sections for line in section["lines"]]
        self._fill(
            lines + [visit for line in lines for visit in line.get("visits", ())]
        )
        today = self._place_today()
        return {
            "name": (self.env.user.name or "").split(" ")[0],
            "day": format_date(self.env, today, date_format="EEEE d MMMM y"),
            "can_search": self.env["remediation.case"].has_access("read"),
            "sections": sections,
        }

    @api.model
    def _sections(self):
        """Hook: the sections of the page in their order, or what makes them."""
        sections = []
        if self._is("group_safeguarding", "group_safeguarding_alternate"):
            sections.append(self._reports())
        if not self.env["remediation.case"].has_access("read"):
            return sections
        if self._is("group_case_worker"):
            sections.append(self._written())
            if self._is("group_supervisor"):
                sections.append(self._urgent())
            sections += [
                self._due(),
                self._unseen(),
                self._recent(),
                self._news(),
                self._week(),
            ]
            if self._is("group_supervisor"):
                sections.append(self._workers())
        if self._is("group_coordinator", "group_monitoring", "group_auditor"):
            sections.append(self._overview())
        if self._is("group_data_protection"):
            sections += [self._requests(), self._breaches()]
        return sections

    @api.model
    def _check_back_office(self):
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._("The desk is for the back office: use the portal.")
            )

    # -- what sections ask for -------------------------------------------------
    @api.model
    def _ask(self, model, domain, field_names, order=None, limit=None):
        """A search that the page makes together with those of other sections.

        :param str model: the name of a model that the user may read
        :param field_names: what is read of the records that are found
        :return: what a section yields; it is sent the records, in their order
        :raise AccessError: the user may not read the model, or a field of it
        """
        records = self.env[model]
        query = records._search(domain, order=order or records._order, limit=limit)
        records._determine_fields_to_fetch(field_names)  # also where nothing is found
        return Ask(records, query, field_names)

    @api.model
    def _drawn(self, sections):
        """The sections, in their order, once all their questions are answered."""
        drawn = dict(enumerate(sections))
        answers = {key: None for key, made in drawn.items() if isgenerator(made)}
        while answers:
            asked = {}
            for key, answer in answers.items():
                try:
                    asked[key] = drawn[key].send(answer)
                except StopIteration as end:
                    drawn[key] = end.value
            answers = self._look_up(asked)
        return [
            section
            for made in drawn.values()
            for section in (made if isinstance(made, list) else [made])
            if section
        ]

    @api.model
    def _look_up(self, asked):
        """``{key: answer}`` for ``{key: what is asked, or a list}``."""
        asks = [
            ask
            for some in asked.values()
            for ask in (some if isinstance(some, list) else [some])
        ]
        if not asks:
            return {}
        parts = [
            SQL("ARRAY(%s)", ask.query.select())
            if isinstance(ask, Ask)
            else SQL("(SELECT coalesce(json_agg(part), '[]') FROM (%s) part)", ask)
            for ask in asks
        ]
        found = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(parts)))[0]
        self._read_at_once(zip(asks, found, strict=True))
        answers = iter(
            ask.records.browse(rows) if isinstance(ask, Ask) else rows
            for ask, rows in zip(asks, found, strict=True)
        )
        return {
            key: [next(answers) for _each in some]
            if isinstance(some, list)
            else next(answers)
            for key, some in asked.items()
        }

    @api.model
    def _read_at_once(self, found):
        """Read the records of each model in one statement, whoever asked for them."""
        ids, names = defaultdict(set), defaultdict(set)
        for ask, rows in found:
            if isinstance(ask, Ask):
                ids[ask.records] |= set(rows)
                names[ask.records] |= set(ask.fields)
        for records, some in ids.items():
            records.browse(some).fetch(names[records])

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
            "rank": 10,
            "lines": lines[:limit],
            "total": len(lines),
            "empty": empty,
            "action": False,
            **more,
        }

    @api.model
    def _facts_of(self, cases):
        """``{id of a case: what a line says of it}``."""
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
                "title": name or case.name,
                "code": case.name if name else "",
                "initials": self._initials(name or ""),
                "detail": " · ".join(filter(None, who)),
                "badge": case.risk_level == "high" and self._label(case, "risk_level"),
                "badge_tone": RISK_TONES.get(case.risk_level),
            }
        return facts

    @api.model
    def _initials(self, name):
        return "".join(word[0] for word in name.split()[:2]).upper()

    @api.model
    def _case_lines(self, records, say):
        """Lines about the cases of the first records; :meth:`_fill` says of whom.

        :param records: cases or records below a case, also of several models
        :param say: what the line of a record says beside its case; a function
        """
        lines = []
        for record in records[:LINES]:
            case = record if record._name == "remediation.case" else record.case_id
            lines.append(
                {
                    "case": case.id,
                    "id": f"{record._name}-{record.id}",
                    "model": case._name,
                    "res_id": case.id,
                    **say(record),
                }
            )
        return lines

    @api.model
    def _fill(self, lines):
        """Say of lines whom they are about; the cases of a page are read at once."""
        lines = [line for line in lines if "case" in line]
        cases = self.env["remediation.case"].browse({line["case"] for line in lines})
        facts = self._facts_of(cases)
        for line in lines:
            line.update({**facts[line["case"]], **line})
        return lines

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
            when = self.env._("due today")
            if due:
                when = self.env._("today at %(time)s", time=f"{due:%H:%M}")
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

    # -- search ----------------------------------------------------------------
    @api.model
    @api.readonly
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
        return self._fill(
            self._case_lines(
                cases,
                lambda case: {"when": self._label(case, "stage"), "tone": "muted"},
            )
        )
