from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import words

from ..forms import SECTIONS

_lt = LazyTranslate(__name__)

#: The form that answers what is due; where none is named, the page of the case is.
DUE_FORMS = {
    "first_contact": "contact",
    "assessment": "assessment",
    "plan": "plan",
    "review": "assessment",
    "visit": "visit",
    "post_closure": "visit",
}
#: What a holder may have done, in the order of a case, by the forms of `SECTIONS`.
DEEDS = {
    "contact": _lt("First Contact"),
    "visit": _lt("Visit"),
    "child": _lt("The Child"),
    "family": _lt("Add to the Family"),
    "work": _lt("Work"),
    "consent": _lt("Consent"),
    "assessment": _lt("Assess"),
    "plan": _lt("Plan"),
    "refer": _lt("Refer"),
    "urgent": _lt("Urgent Help"),
    "placement": _lt("Placement"),
    "delivery": _lt("Delivery"),
    "note": _lt("Note"),
    "document": _lt("Photo or Paper"),
}
#: The path of a case, as far as it is one: a pause and the end are said in words.
PATH = (
    "registered",
    "first_contact",
    "assessment",
    "planning",
    "in_remediation",
    "monitoring",
)
#: Days for which an answer stays among the messages.
NEWS_DAYS = 30


# Files of their own: what the portal shows of a case stands together.
# pylint: disable=consider-merging-classes-inherited
class RemediationCasePortalPage(models.Model):
    """What the pages of the portal show of cases: what is due, one file, the news.

    Everything is read under the user's own rules and without what the family withheld
    (R71).
    """

    _inherit = "remediation.case"

    # Today

    @api.model
    def portal_due(self, limit=20):
        """Return what is due for the user within a week, the latest first to act on.

        For portal case managers: dicts of case, who (the child in a few words without
        a name), kind (words), form (of `SECTIONS`, or nothing), due, when, late.
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
        who = deadlines.case_id._portal_who()
        return [
            {
                "case": deadline.case_id.name,
                "who": who[deadline.case_id.id],
                "kind": kinds.get(deadline.kind, deadline.kind),
                "form": DUE_FORMS.get(deadline.kind),
                "due": deadline.date_due,
                "when": self.env["remediation.desk"]._when(deadline.date_due)["when"],
                "late": deadline.date_due < now,
            }
            for deadline in deadlines
        ]

    def _portal_who(self):
        """Say who each child is, without a name: "Girl · 11 · Kapata".

        :return: ``{case id: words}``, without what the family withheld
        """
        hidden = self._disclosure_hidden(self.env.user.partner_id)
        Child = self.env["remediation.beneficiary"]
        sexes = dict(Child._fields["sex"]._description_selection(self.env))
        result = {}
        for case in self:
            of_case = hidden[case.id].get(self._name, ())
            of_child = hidden[case.id].get(Child._name, ())
            said = [
                "sex" not in of_child and sexes.get(case.beneficiary_id.sex),
                "age" not in of_case and case.age and str(case.age),
                "area_id" not in of_case and case.area_id.name,
            ]
            result[case.id] = " · ".join(filter(None, said))
        return result

    # One case

    def _portal_page(self):
        """Return what the page of one case shows, for whoever may read it.

        What is due and the family come with one statement each, under the user's own
        rules.
        """
        self.ensure_one()
        own = self.user_id == self.env.user
        shows = self._disclosure_shows(self.env.user.partner_id)
        due = self.env["remediation.deadline"].search_fetch(
            [("case_id", "=", self.id), ("done_on", "=", False)], order="date_due, id"
        )
        family = self.env["remediation.household.member"].search_fetch(
            [("household_id", "in", self.household_id.ids)]
        )
        when = self.env["remediation.desk"]._when
        deeds, fitting = self._portal_deeds(due) if own else ([], 0)
        actions = self.plan_action_ids
        return {
            "case": self,
            "child": self.beneficiary_id,
            "own": own,
            "shows": shows,
            "due": [
                {"line": line, "form": DUE_FORMS.get(line.kind), **when(line.date_due)}
                for line in due
            ],
            "family": family,
            "family_words": self._portal_family_words(family, shows),
            "stages": PATH,
            "reached": PATH.index(self.stage) + 1 if self.stage in PATH else 0,
            "deeds": deeds,
            "fitting": fitting,
            "plan_done": sum(action.state == "done" for action in actions),
            "history": self._portal_history(),
            "files": self.portal_files() if shows("ir.attachment", "raw") else [],
            "colleagues": [] if own else self._portal_colleagues(),
        }

    def _portal_family_words(self, family, shows):
        """The household in a few words: who cares for the child, how many siblings."""
        if not shows("remediation.household.member", "relationship"):
            return ""
        kin = dict(family._fields["relationship"]._description_selection(self.env))
        said = [kin[member.relationship] for member in family if member.is_caregiver]
        siblings = sum(member.relationship == "sibling" for member in family)
        if siblings:
            said.append(self.env._("siblings: %(number)s", number=siblings))
        return " · ".join(said)

    def _portal_deeds(self, due):
        """The forms of what the holder may have done: those that fit what is due first.

        :return: pairs of the form's name and its words, and how many of them fit
        """
        done = {"contact"} if self.first_contact_on else set()
        if self.is_adult:
            done.add("placement")  # an adult says herself where she lives
        names = [name for name in DEEDS if name not in done]
        fitting = [DUE_FORMS.get(line.kind) for line in due]
        fitting = [name for name in dict.fromkeys(fitting) if name in names]
        names = fitting + [name for name in names if name not in fitting]
        return [(name, words(self.env, DEEDS[name])) for name in names], len(fitting)

    def _portal_history(self, limit=30):
        """What happened, the newest first: dicts of day and what (R71: nothing of
        what was written there)."""
        _ = self.env._
        found = []
        for records, day, what in (
            (self.visit_ids, "date_done", _("Visit")),
            (self.assessment_ids, "done_on", _("Assessment")),
            (self.plan_ids, "approved_on", _("Plan Approved")),
            (self.work_situation_ids, "date", _("Work")),
            (self.referral_ids, "sent_on", _("Referral Sent")),
            (self.referral_ids, "answered_on", _("Referral Answered")),
            (self.note_ids, "date", _("Note")),
            (self.best_interest_ids, "placed_on", _("Placement")),
            (self.consent_ids, "given_on", _("Consent")),
            (self, "first_contact_on", _("First Contact")),
            (self, "opened_at", _("Case opened")),
        ):
            found += [
                {"day": self._as_day(record[day]), "what": what}
                for record in records
                if record[day]
            ]
        found.sort(key=lambda item: item["day"], reverse=True)
        return found[:limit]

    def _as_day(self, moment):
        """The reader's day of a moment."""
        if isinstance(moment, datetime):
            moment = fields.Datetime.context_timestamp(self, moment).date()
        return moment

    # What a form holds before it is answered

    def _portal_prefill(self, section, member=None):
        """Return what is known already, so that nobody types it twice. A fact that a
        rule reads is never answered before (R81).

        :param section: name of one of ``SECTIONS``
        :param member: who of the family is corrected; an empty one where nobody is
        """
        hidden = self._disclosure_hidden(self.env.user.partner_id)[self.id]
        if section == "assessment":
            return self._portal_prefill_assessment(hidden)
        if section == "plan":
            draft = self.plan_ids.filtered(lambda rec: rec.state == "draft")[:1]
            return SECTIONS["plan"].flat(draft, hidden)
        if section == "child":
            child = self.beneficiary_id
            return SECTIONS["child"].prefill(child, hidden.get(child._name, ()))
        if section == "family" and member:
            return SECTIONS["family"].prefill(member, hidden.get(member._name, ()))
        return {}

    def _portal_prefill_assessment(self, hidden):
        draft = self.assessment_ids.filtered(lambda rec: rec.state == "draft")[:1]
        known = draft or self.assessment_ids[:1]
        values = SECTIONS["assessment"].prefill(known, hidden.get(known._name, ()))
        if draft:
            values.update(
                {f"score-{line.domain}": line.score for line in known.score_ids}
            )
        else:
            # What the child says and how bad it is are asked anew each time.
            values.update(child_wishes="", urgent_action="", done_on="")
            values["assessment_type"] = "review" if known else "initial"
        return values

    def portal_viewed(self):
        """Note that the user opened these cases on the portal (R29).

        For whoever may read them. Writes one line of the access log per case.
        """
        self.check_access("read")
        self.env["remediation.access.log"]._log(self)
        return True

    # News

    @api.model
    def portal_messages(self):
        """Return what others answered to the user: what was sent back to be written
        again, and answers to referrals of the last thirty days.

        For portal case managers, of the cases they hold today. No name is in it.
        """
        if not self.env.user.has_group("child_remediation.group_portal_case_manager"):
            raise AccessError(self.env._("This page is not open to you."))
        own = [("case_id.user_id", "=", self.env.uid)]
        back = []
        for model, form, what in (
            ("remediation.assessment", "assessment", self.env._("Assessment")),
            ("remediation.plan", "plan", self.env._("Plan")),
        ):
            drafts = self.env[model].search(
                [*own, ("state", "=", "draft"), ("rejection_comment", "!=", False)]
            )
            back += [
                {
                    "case": draft.case_id.name,
                    "form": form,
                    "what": what,
                    "why": draft.rejection_comment,
                }
                for draft in drafts
            ]
        since = fields.Datetime.now() - timedelta(days=NEWS_DAYS)
        answers = self.env["remediation.referral"].search(
            [*own, ("answered_on", ">=", since)], order="answered_on desc", limit=50
        )
        return {"back": back, "answers": answers}
