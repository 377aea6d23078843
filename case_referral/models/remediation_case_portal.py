from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.answers import (
    NotUnderstoodError,
    read_answer,
    read_choice,
)

from ..forms import DELIVERY, VISIT

TEXT_MAX = 8000


# Files of their own: what changes a case from the portal stands together.
# pylint: disable=consider-merging-classes-inherited
class RemediationCasePortal(models.Model):
    """What a case manager does on the portal, one named method for each change.

    Every method: checks as the user that he holds the case today, takes a whitelist of
    values, acts with sudo() and the user's own id. Portal users have no write right on
    any model.
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

    @api.model
    def _clean_text(self, values, name, size=TEXT_MAX):
        text = values.get(name)
        if text in (None, False):
            return False
        if not isinstance(text, str):
            raise UserError(self.env._("Write the answer as text."))
        if len(text) > size:
            raise UserError(
                self.env._("Shorten the text to %(size)s characters.", size=size)
            )
        return text.strip() or False

    @api.model
    def _clean_choice(self, model, values, name):
        field = self.env[model]._fields[name]
        try:
            return read_choice(self.env, field, values.get(name)) or False
        except NotUnderstoodError as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is none of the answers to %(question)s.",
                    value=str(values.get(name))[:80],
                    question=field._description_string(self.env),
                )
            ) from error

    @api.model
    def _clean_date(self, values, name):
        try:
            return fields.Date.to_date(values.get(name) or False) or False
        except ValueError as error:
            raise UserError(
                self.env._("Enter the date as day, month, year.")
            ) from error

    @api.model
    def _clean_number(self, values, name, low, high, kind=int):
        value = values.get(name)
        if value in (None, "", False):
            return 0
        try:
            value = kind(str(value).replace(",", "."))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise UserError(
                self.env._(
                    "Enter a number between %(low)s and %(high)s.", low=low, high=high
                )
            )
        return value

    @api.model
    def _clean_answer(self, values, name, label=None):
        """``"yes"``, ``"no"``, ``"unknown"``, or False where nobody answered (R58)."""
        try:
            return read_answer(values.get(name) or None) or False
        except NotUnderstoodError as error:
            raise UserError(
                self.env._(
                    "%(question)s: answer yes or no, not “%(value)s”.",
                    question=label or name,
                    value=str(values.get(name))[:80],
                )
            ) from error

    @api.model
    def _clean_flag(self, values, name):
        """Whether a box was ticked; what is neither a yes nor a no is refused."""
        return self._clean_answer(values, name) == "yes"

    @api.model
    def _clean_values(self, values):
        if not isinstance(values, dict):
            raise UserError(self.env._("Reload the page and try again."))
        return values

    def _portal_member(self, values, name):
        """Return the id of a member of this case's own household, or False."""
        try:
            wanted = int(values.get(name) or 0)
        except (TypeError, ValueError):
            wanted = -1
        if not wanted:
            return False
        if wanted not in self.household_id.member_ids.ids:
            raise UserError(self.env._("Choose somebody of this family."))
        return wanted

    # Facts

    def portal_first_contact(self, day=None):
        """Record the first contact with the child. For the holder."""
        case = self._portal_held()
        case.action_record_first_contact(self._clean_date({"day": day}, "day"))
        return True

    def portal_add_visit(self, values):
        """Record a visit that took place. For the holder.

        ``values``: as the form ``VISIT`` asks, and ``question-<name>`` for each
        question of the programme. Where the child was seen it finishes
        the planned visit it answers (R60). Returns the visit's id.
        """
        case = self._portal_held()
        vals = VISIT.take(self.env, values, case)
        answers = case._clean_answers("visit", dict(values))
        if answers:
            vals["properties"] = answers
        vals["date_done"] = vals.get("date_done") or case._day()
        # sudo: _portal_held checked that the user holds the case.
        return self.env["remediation.visit"].sudo()._record(case, vals).id

    def portal_add_delivery(self, values):
        """Record what was given for an action of the plan. For the holder.

        ``values``: as the form ``DELIVERY`` asks. Costs are entered in the back office.
        Returns the new id.
        """
        case = self._portal_held()
        vals = {
            name: value
            for name, value in DELIVERY.take(self.env, values, case).items()
            if value
        }
        # sudo: _portal_held checked that the user holds the case.
        delivery = self.env["remediation.service.delivery"].sudo().create(vals)
        if values.get("photo"):
            case._portal_attach(values["photo"], delivery)
        return delivery.id

    def portal_add_note(self, values):
        """Write a note in the file. For the holder. ``values``: kind, subject, text."""
        case = self._portal_held()
        values = self._clean_values(values)
        text = self._clean_text(values, "text")
        if not text:
            raise UserError(self.env._("Write the note."))
        # sudo: _portal_held checked that the user holds the case.
        note = (
            self.env["remediation.note"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "kind": self._clean_choice("remediation.note", values, "kind")
                    or "note",
                    "subject": self._clean_text(values, "subject", 120),
                    "text": text,
                }
            )
        )
        return note.id

    # Due now

    @api.model
    def portal_due(self, limit=20):
        """Return what is due for the user within a week, the latest first to act on.

        For portal case managers: dicts of case, kind (words), due, late.
        """
        now = fields.Datetime.now()
        Deadline = self.env["remediation.deadline"]
        deadlines = Deadline.search(
            [
                ("user_id", "=", self.env.uid),
                ("done_on", "=", False),
                ("date_due", "<=", now + timedelta(days=7)),
            ],
            order="date_due, id",
            limit=max(1, min(int(limit), 100)),
        )
        kinds = dict(Deadline._fields["kind"]._description_selection(self.env))
        return [
            {
                "case": deadline.case_id.name,
                "kind": kinds.get(deadline.kind, deadline.kind),
                "due": deadline.date_due,
                "late": deadline.date_due < now,
            }
            for deadline in deadlines
        ]

    # Page of a case

    def _portal_page(self):
        """Return what the page of one case shows, for whoever may read it.

        What is due and the family come with one statement each, under the user's own
        rules.
        """
        self.ensure_one()
        own = self.user_id == self.env.user
        shows = self._disclosure_shows(self.env.user.partner_id)
        return {
            "case": self,
            "child": self.beneficiary_id,
            "own": own,
            "shows": shows,
            "due": self.env["remediation.deadline"].search_fetch(
                [("case_id", "=", self.id), ("done_on", "=", False)]
            ),
            "family": self.env["remediation.household.member"].search_fetch(
                [("household_id", "in", self.household_id.ids)]
            ),
            "files": self.portal_files() if shows("ir.attachment", "raw") else [],
            "colleagues": [] if own else self._portal_colleagues(),
        }

    def portal_viewed(self):
        """Note that the user opened these cases on the portal (R29).

        For whoever may read them. Writes one line of the access log per case.
        """
        self.check_access("read")
        self.env["remediation.access.log"]._log(self)
        return True
