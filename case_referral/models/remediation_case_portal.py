from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..forms import ASSESSMENT, ATTENDANCE, CONTACT, DELIVERY, NOTE, VISIT
from .remediation_attendance import LIVE


def said_only(vals):
    """What was answered: the rest keeps the value of the model."""
    return {name: value for name, value in vals.items() if value}


# Files of their own: what changes a case from the portal stands together.
# pylint: disable=consider-merging-classes-inherited
class RemediationCasePortal(models.Model):
    """What a case manager does on the portal, one named method for each change.

    Every ``portal_*`` method checks as the user that he holds the case today. What it
    then does is a ``_take_*`` method, which takes what one form asks and nothing else,
    on a case with sudo() and the user's own id. Submissions of telephones come to the
    same ``_take_*`` methods after checks of their own. Portal users have no write
    right on any model.
    """

    _inherit = "remediation.case"

    # Checks

    def _portal_held(self):
        """Return this case with sudo() after checking that the user holds it now.

        Missing, foreign and former cases answer alike (AccessError).
        """
        user = self.env.user
        if len(self) != 1 or not user.has_group(
            "child_remediation.group_portal_case_manager"
        ):
            raise AccessError(self.env._("This case is not yours, or not any more."))
        found = self.search([("id", "=", self.id), ("user_id", "=", user.id)])
        if not found:
            raise AccessError(self.env._("This case is not yours, or not any more."))
        # sudo: portal users have read rights only; whoever holds the case writes in it
        # through the named method that called this check.
        return found.sudo()

    # Facts

    def _said_at(self):
        """The moment, in UTC, of what is said now. What a phone sends late was said
        earlier: its glue names the moment in the context, which no call can."""
        moment = self.env.context.get("said_at")
        return moment if isinstance(moment, datetime) else fields.Datetime.now()

    def _said_day(self):
        """The day of that moment where this case is worked on, or will be."""
        zone = (self.company_id or self.env.company)._place_zone()
        return pytz.utc.localize(self._said_at()).astimezone(zone).date()

    def portal_first_contact(self, day=None):
        """Record the first contact with the child. For the holder."""
        self._portal_held()._take_contact({"day": day})
        return True

    def portal_add_visit(self, values):
        """Record a visit that took place. For the holder.

        ``values``: as the form ``VISIT`` asks. Where the child was seen it finishes
        the planned visit it answers (R60). Returns the visit's id.
        """
        return self._portal_held()._take_visit(values).id

    def portal_add_delivery(self, values):
        """Record what was given for an action of the plan. For the holder.

        ``values``: as the form ``DELIVERY`` asks. Costs are entered in the back office.
        Returns the new id.
        """
        return self._portal_held()._take_delivery(values).id

    def portal_add_note(self, values):
        """Write a note in the file. For the holder. ``values``: as ``NOTE`` asks."""
        return self._portal_held()._take_note(values).id

    def _take_contact(self, values):
        vals = CONTACT.take(self.env, values, self)
        day = vals.get("first_contact_on") or self._said_day()
        self.action_record_first_contact(day)
        return self

    def _take_assessment(self, values, submit=False):
        values = self._with_scores(values)
        vals = {
            name: value
            for name, value in ASSESSMENT.take(self.env, values, self).items()
            # What the model needs and nobody answered keeps its own value.
            if value or name not in ("assessment_type", "done_on")
        }
        scores, answers = vals.pop("scores", {}), vals.pop("properties", {})
        self.lock_for_update()
        assessment = self.assessment_ids.filtered(lambda rec: rec.state == "draft")[:1]
        if assessment:
            assessment.write(vals)
        else:
            vals.setdefault("done_on", self._said_day())
            assessment = self.env["remediation.assessment"].create(
                dict(vals, case_id=self.id)
            )
        lines = {line.domain: line for line in assessment.score_ids}
        missing = []
        for domain, grade in scores.items():
            if domain in lines:
                lines[domain].score = grade or False
            elif grade:
                missing.append(
                    {
                        "assessment_id": assessment.id,
                        "case_id": self.id,
                        "domain": domain,
                        "score": grade,
                    }
                )
        self.env["remediation.assessment.score"].create(missing)
        answers = {name: said for name, said in answers.items() if said is not None}
        if answers:
            assessment.properties = {**dict(assessment.properties), **answers}
        if submit:
            assessment.action_submit()
        return assessment

    @api.model
    def _with_scores(self, values):
        """Values whose scores stand under the names of the form's questions."""
        if not isinstance(values, dict) or "scores" not in values:
            return values
        scores = values["scores"] or {}
        domains = dict(
            self.env["remediation.assessment.score"]._fields["domain"].selection
        )
        if not isinstance(scores, dict) or scores.keys() - domains.keys():
            raise UserError(self.env._("Choose one of the answers offered."))
        return {**values, **{f"score-{name}": scores[name] for name in scores}}

    def _take_visit(self, values, words=None):
        """:param words: what no question asked, kept with the note"""
        vals = VISIT.take(self.env, values, self)
        answers = vals.pop("properties", {})
        vals["date_done"] = vals.get("date_done") or self._said_day()
        answers = {name: said for name, said in answers.items() if said is not None}
        if answers:
            vals["properties"] = answers
        vals["note"] = "\n".join(filter(None, (vals.get("note"), words))) or False
        return self.env["remediation.visit"]._record(self, vals)

    def _take_delivery(self, values):
        vals = said_only(DELIVERY.take(self.env, values, self))
        vals.setdefault("date", self._said_day())
        delivery = self.env["remediation.service.delivery"].create(vals)
        if values.get("photo"):
            self._portal_attach(values["photo"], delivery)
        return delivery

    def _take_note(self, values):
        vals = said_only(NOTE.take(self.env, values, self))
        return self.env["remediation.note"].create(
            dict(vals, case_id=self.id, date=self._said_at())
        )

    def _take_attendance(self, values):
        """One month of the school that the child goes to now."""
        vals = ATTENDANCE.take(self.env, values, self)
        enrolment = self.enrolment_ids.filtered(lambda rec: rec.state in LIVE)[:1]
        if not enrolment:
            raise UserError(self.env._("Record first which school the child goes to."))
        month = vals.pop("month").replace(day=1)
        row = enrolment.attendance_ids.filtered(lambda rec: rec.month == month)
        if row:
            row.write(vals)
            return row
        return self.env["remediation.attendance"].create(
            dict(vals, enrolment_id=enrolment.id, month=month, source="visit")
        )
