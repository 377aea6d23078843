from odoo import api, fields, models
from odoo.tools import format_amount

from odoo.addons.remediation_base.tools.numbers import say_number
from odoo.addons.remediation_base.tools.other_words import say, say_choices

from ..family.remediation_beneficiary import IDENTITY_GROUPS

#: Characters of a note that the timeline shows.
TIMELINE_TEXT = 240


class Case(models.Model):
    """What the screens of a case show beside its own facts."""

    _inherit = "remediation.case"

    child_name = fields.Char(
        compute="_compute_child_name", string="Child", groups=IDENTITY_GROUPS
    )

    @api.depends("beneficiary_id.full_name")
    @api.depends_context("uid")
    def _compute_child_name(self):
        # A child whose latest case belongs to somebody else keeps the name hidden.
        readable = self.beneficiary_id._filtered_access("read")
        for case in self:
            child = case.beneficiary_id
            case.child_name = child.full_name if child in readable else False

    def action_open_child(self):
        """Open the child of this case. For whoever may read it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "remediation.beneficiary",
            "res_id": self.beneficiary_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_record_visit(self):
        """Open the visit that is planned next, or a new one. For whoever may read it.

        :return: action of the form, ready to fill in
        :raises AccessError: the caller may not read the case
        """
        self.ensure_one()
        self.check_access("read")
        planned = self.env["remediation.visit"].search(
            [("case_id", "=", self.id), ("state", "=", "planned")],
            order="date_planned, id",
            limit=1,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visit"),
            "res_model": "remediation.visit",
            "res_id": planned.id,
            "views": [(False, "form")],
            "context": {
                "default_case_id": self.id,
                "default_site_id": self.site_id.id,
            },
        }

    # -- timeline --------------------------------------------------------------
    @api.readonly
    def get_timeline(self):
        """Return the dated events of this case, newest first.

        For whoever may read the case; events of models that the caller may not read
        are left out, and record rules apply to the others.

        :return: list of dicts with ``date`` (day in the user's time zone), ``time``,
            ``kind``, ``icon``, ``title``, ``detail``, ``who``, ``state``, ``model``,
            ``res_id``
        :raises AccessError: the caller may not read the case
        """
        self.ensure_one()
        self.check_access("read")
        entries = self._timeline_entries()
        if self.id in self._withheld_from_user():
            # What the family withholds may stand in any of these words (R71).
            nothing = dict.fromkeys(("detail", "who", "state"), "")
            for entry in entries:
                entry.update(nothing, title=self.env._("Event"))
        entries.sort(key=lambda entry: (entry["date"], entry["time"]), reverse=True)
        return entries

    def _timeline_entry(self, when, kind, title, record=None, **values):
        """Return one event; a model that adds its own calls this.

        :param when: date or datetime (UTC)
        :param kind: visit, contact, decision, service, school, consent, work or stage
        """
        entry = {
            "date": "",
            "time": "",
            "kind": kind,
            "title": title,
            "detail": "",
            "who": "",
            "state": "",
            "model": record._name if record else False,
            "res_id": record.id if record else False,
        }
        if hasattr(when, "hour"):
            local = fields.Datetime.context_timestamp(self, when)
            entry["date"] = fields.Date.to_string(local.date())
            entry["time"] = local.strftime("%H:%M")
        else:
            entry["date"] = fields.Date.to_string(when)
        entry.update({key: value or "" for key, value in values.items()})
        return entry

    def _timeline_records(self, model, domain=()):
        records = self.env[model]
        if not records.has_access("read"):
            return records
        return records.search([("case_id", "=", self.id), *domain])

    def _timeline_text(self, record, name):
        """What somebody wrote; nothing for a reader without the right to it (R72)."""
        if record._has_field_access(record._fields[name], "read"):
            return record[name] or ""
        return ""

    def _timeline_label(self, record, name):
        choices = record._fields[name]._description_selection(self.env)
        words = say_choices(self.env, choices, self._words_of())
        return dict(words).get(record[name], "")

    def _timeline_entries(self):
        """Hook: events of this case as :meth:`_timeline_entry` makes them."""
        self.ensure_one()
        return [
            *self._timeline_of_stages(),
            *self._timeline_of_contacts(),
            *self._timeline_of_decisions(),
            *self._timeline_of_services(),
            *self._timeline_of_deliveries(),
            *self._timeline_of_school(),
        ]

    def _timeline_of_stages(self):
        _ = self.env._
        entries = [
            self._timeline_entry(
                self.identified_on,
                "stage",
                say(self.env, _("Child reported"), self._words_of()),
            )
        ]
        if self.first_contact_on:
            entries.append(
                self._timeline_entry(
                    self.first_contact_on,
                    "visit",
                    _("First Contact"),
                    who=self.first_contact_by_id.name,
                )
            )
        for log in self._timeline_records("remediation.case.stage.log"):
            entries.append(
                self._timeline_entry(
                    log.changed_on,
                    "stage",
                    self._timeline_label(log, "to_stage"),
                    detail=_("Stage changed") if log.from_stage else _("Case opened"),
                    who=log.changed_by_id.name,
                )
            )
        holders = self._timeline_records("remediation.case.holder")
        for log in holders:
            entries.append(
                self._timeline_entry(
                    log.date_from,
                    "stage",
                    _("Held by %(name)s", name=log.holder_user_id.name),
                    detail=self._timeline_text(log, "reason"),
                    who=log.done_by_id.name,
                )
            )
        return entries

    def _timeline_of_contacts(self):
        _ = self.env._
        entries = []
        for visit in self._timeline_records("remediation.visit"):
            done = visit.state == "done"
            entries.append(
                self._timeline_entry(
                    visit.date_done if done else visit.date_planned,
                    "visit",
                    _(
                        "Visit: %(kind)s",
                        kind=self._timeline_label(visit, "visit_type"),
                    ),
                    visit,
                    detail=self._timeline_label(visit, "occupation") if done else "",
                    state=self._timeline_label(visit, "outcome" if done else "state"),
                    who=visit.done_by_id.name,
                )
            )
        # A note filed on the wrong child is no event of this one (R25).
        for note in self._timeline_records(
            "remediation.note", [("misfiled_on", "=", False)]
        ):
            text = self._timeline_text(note, "text")
            if len(text) > TIMELINE_TEXT:
                text = text[:TIMELINE_TEXT] + "…"
            entries.append(
                self._timeline_entry(
                    note.date,
                    "contact",
                    self._timeline_text(note, "subject")
                    or self._timeline_label(note, "kind"),
                    note,
                    detail=text,
                    who=note.author_id.name,
                )
            )
        work = [("visit_id", "=", False)]
        for situation in self._timeline_records("remediation.work.situation", work):
            entries.append(
                self._timeline_entry(
                    situation.date,
                    "work",
                    _("Work Situation"),
                    situation,
                    detail=self._timeline_text(situation, "activity"),
                    state=self._timeline_label(situation, "classification"),
                    who=situation.observed_by_id.name,
                )
            )
        return entries

    def _timeline_of_decisions(self):
        _ = self.env._
        entries = []
        for consent in self._timeline_records("remediation.consent"):
            purpose = self._timeline_label(consent, "purpose")
            entries.append(
                self._timeline_entry(
                    consent.given_on,
                    "consent",
                    _("Consent: %(purpose)s", purpose=purpose),
                    consent,
                    detail=self._timeline_label(consent, "how"),
                    state=self._timeline_label(consent, "answer"),
                )
            )
            if consent.withdrawn_on:
                entries.append(
                    self._timeline_entry(
                        consent.withdrawn_on,
                        "consent",
                        _("Consent withdrawn: %(purpose)s", purpose=purpose),
                        consent,
                        detail=self._timeline_text(consent, "withdrawn_reason"),
                        who=consent.withdrawn_by_id.name,
                    )
                )
        for assessment in self._timeline_records("remediation.assessment"):
            entries.append(
                self._timeline_entry(
                    assessment.done_on,
                    "decision",
                    _("Assessment %(version)s", version=assessment.version),
                    assessment,
                    detail=self._timeline_label(assessment, "assessment_type"),
                    state=self._timeline_label(assessment, "risk_level"),
                )
            )
        for step in self._timeline_records("remediation.approval"):
            document = self.env.get(step.res_model)
            if document is None:
                continue
            entries.append(
                self._timeline_entry(
                    step.done_on,
                    "decision",
                    self.env["ir.model"]._get(step.res_model).name,
                    document.browse(step.res_id),
                    detail=self._timeline_text(step, "comment"),
                    state=self._timeline_label(step, "step"),
                    who=step.done_by_id.name,
                )
            )
        return entries

    def _timeline_of_services(self):
        _ = self.env._
        entries = []
        for action in self._timeline_records("remediation.plan.action"):
            label = action.service_type_id.name or self._timeline_label(
                action, "domain"
            )
            description = self._timeline_text(action, "description")
            if action.date_done:
                entries.append(
                    self._timeline_entry(
                        action.date_done,
                        "service",
                        label,
                        action,
                        detail=self._timeline_text(action, "result_note")
                        or description,
                        state=self._timeline_label(action, "state"),
                        who=action.done_by_id.name,
                    )
                )
            elif action.date_due:
                entries.append(
                    self._timeline_entry(
                        action.date_due,
                        "service",
                        _("Due: %(service)s", service=label),
                        action,
                        detail=description,
                        state=self._timeline_label(action, "state"),
                    )
                )
        return entries

    def _timeline_of_deliveries(self):
        entries = []
        for delivery in self._timeline_records("remediation.service.delivery"):
            action = delivery.plan_action_id
            detail = [
                f"{say_number(self.env, delivery.quantity, 2)} × "
                f"{self._timeline_label(delivery, 'unit')}",
                self._timeline_label(delivery, "recipient"),
            ]
            if delivery.cost:
                detail.append(
                    format_amount(self.env, delivery.cost, delivery.currency_id)
                )
            entries.append(
                self._timeline_entry(
                    delivery.date,
                    "service",
                    self.env._(
                        "Given: %(service)s",
                        service=action.service_type_id.name
                        or self._timeline_label(action, "domain"),
                    ),
                    delivery,
                    detail=" · ".join(detail),
                    state=self._timeline_label(delivery, "state")
                    if delivery.state == "cancelled"
                    else "",
                    who=delivery.provider_id.name,
                )
            )
        return entries

    def _timeline_of_school(self):
        _ = self.env._
        entries = []
        for enrolment in self._timeline_records("remediation.education.enrolment"):
            level = self._timeline_text(enrolment, "level")
            place = " ".join(filter(None, (enrolment.institution_id.name, level)))
            entries.append(
                self._timeline_entry(
                    enrolment.date_start,
                    "school",
                    _("Enrolled: %(place)s", place=place),
                    enrolment,
                    detail=self._timeline_label(enrolment, "kind"),
                )
            )
            if enrolment.date_end:
                entries.append(
                    self._timeline_entry(
                        enrolment.date_end,
                        "school",
                        _("End of enrolment: %(place)s", place=place),
                        enrolment,
                        detail=self._timeline_label(enrolment, "result"),
                        state=self._timeline_label(enrolment, "state"),
                    )
                )
        for row in self._timeline_records("remediation.attendance"):
            # The month is over on its last day; the present one is as of today.
            day = min(fields.Date.end_of(row.month, "month"), self._place_today())
            entries.append(
                self._timeline_entry(
                    day,
                    "school",
                    _("Attendance: no open day")
                    if row.not_applicable
                    else _(
                        "Attendance: %(present)s of %(open)s days",
                        present=row.days_present,
                        open=row.days_open,
                    ),
                    row,
                    detail=""
                    if row.not_applicable
                    else _(
                        "%(excused)s excused, %(unexcused)s unexcused",
                        excused=row.days_excused,
                        unexcused=row.days_unexcused,
                    ),
                    state="" if row.not_applicable else f"{row.rate:.0%}",
                )
            )
        return entries

    # -- kanban ----------------------------------------------------------------
    def _web_read_group_format(self, groupby, aggregates, groups):
        """The column of closed cases comes folded."""
        result = super()._web_read_group_format(groupby, aggregates, groups)
        if tuple(groupby) == ("stage",):
            for group in result:
                group["__fold"] = group["stage"] == "closed"
        return result
