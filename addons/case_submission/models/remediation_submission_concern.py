from odoo import api, models

from odoo.addons.case_referral.forms import CONCERN
from odoo.addons.remediation_base.tools.answers import (
    NotUnderstoodError,
    read_answer,
    read_choice,
)

from .remediation_submission import (
    CHANNELS,
    URGENT_FORMS,
    _as_lines,
    _result,
    _WaitError,
)


def _text(value, size):
    return str(value).strip()[:size] if isinstance(value, str | int) else False


class Submission(models.Model):
    """What a submission says of a concern, and the concern that it becomes."""

    _inherit = "remediation.submission"

    @api.model
    def _danger_in(self, answers):
        """Whether somebody may have written of danger: a yes, a word that is neither
        yes nor no, or a concern about safety (R59)."""
        try:
            danger = read_answer(answers.get("immediate_danger") or None)
        except NotUnderstoodError:
            return True
        return danger == "yes" or bool(str(answers.get("safety_concern") or "").strip())

    def _tell_of_danger(self):
        """Danger does not wait with the submission: who holds the case today and who
        is on call are told at once (R59)."""
        cases = self.env["remediation.case"]
        for submission in self:
            if submission.form not in URGENT_FORMS and not self._danger_in(
                submission.answers or {}
            ):
                continue
            case = submission.case_id or self._case_of(submission.answers)
            if case:
                case._alert_danger()
                continue
            team = submission.team_id or self.env["remediation.team"].search(
                [
                    ("company_id", "in", [submission.company_id.id, False]),
                    ("on_call_user_id", "!=", False),
                ],
                limit=1,
            )
            users = team._on_call() if team else self.env["res.users"]
            if not users:
                users = self.env.ref("child_remediation.group_coordinator").all_user_ids
                users = users.filtered(
                    lambda u, s=submission: s.company_id in u.company_ids
                )
            cases._tell_of_danger(
                users, submission.name, f"/odoo/submissions/{submission.id}"
            )

    @api.model
    def _team_of(self, case):
        """Whose queue: the team of the case, or of the sender's own profile."""
        if case:
            return case.team_id
        # sudo: the own profile of whoever sends.
        return (
            self.env["remediation.case.manager"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=1,
            )
            .team_id
        )

    # -- concerns --------------------------------------------------------------
    @api.model
    def _place_concern(self, answers, others):
        """Register a concern; the reporter may be somebody else than the sender."""
        vals = self._concern_vals(answers, others)
        vals.update(
            company_id=self.env.company.id,
            registered_by_id=self.env.uid,
        )
        # sudo: senders have no right on concerns; the values were whitelisted.
        concern = self.env["remediation.concern"].sudo()._unprotected().create(vals)
        return {"concern_id": concern.id}

    @api.model
    def _correct_concern(self, first, answers, others):
        """Correct the concern that an earlier submission made, while nobody has
        decided about it."""
        concern = first.concern_id
        if concern.state not in ("new", "triaged"):
            raise _WaitError("correction", concern.name, concern.case_id)
        vals = self._concern_vals(answers, others)
        # A danger that somebody reported is not taken back by an edited form.
        if concern.immediate_danger == "yes":
            vals["immediate_danger"] = "yes"
        # sudo: as when it was registered
        concern.sudo()._unprotected().write(vals)
        return {"concern_id": concern.id}

    @api.model
    def _concern_vals(self, answers, others):
        """Whitelisted values of a concern. Where a child is in danger nothing waits:
        what cannot be taken stays as words (R59)."""
        concerns = self.env["remediation.concern"]
        values, words = dict(answers), dict(others)
        # Long words are kept whole, where there is room for them.
        for name in ("location", "child_nickname"):
            if len(str(values.get(name) or "")) > CONCERN.by_name[name].size:
                words[name] = values.pop(name)
        if values.get("photo"):
            words["photo"] = values.pop("photo")  # a name: the picture is elsewhere
        story = values.get("work_observed")
        if len(str(story or "")) > CONCERN.by_name["work_observed"].size:
            values["work_observed"] = "…"
        else:
            story = None
        wrong = {}
        for name, kind, default in (
            ("channel", CHANNELS, "community"),
            ("reporter_type", None, "monitor"),
        ):
            given = values.pop(name, None)
            try:
                known = read_choice(self.env, concerns._fields[name], given) or default
            except NotUnderstoodError:
                known = None
            if known is None or (kind and known not in kind):
                wrong[name], known = given, default
            values[name] = known
        vals, problems = concerns._read_portal_values({**values, "site_id": False})
        if story:
            vals["work_observed"] = "\n".join(
                [str(story), *vals["work_observed"].split("\n")[1:]]
            )
        if wrong and vals.get("immediate_danger") != "yes":
            problems += [
                self._not_offered(name, given) for name, given in wrong.items()
            ]
        if problems:
            raise _WaitError("bad_answer", " ".join(problems))
        words.update(wrong)
        site = values.get("site")
        if site:
            place = self._site_of(site)
            if place:
                vals["site_id"] = place.id
            else:
                # A place that is not known is no reason to wait: it is kept in words.
                where = (str(site), vals.get("location"))
                vals["location"] = ", ".join(filter(None, where))
        seen = (vals.get("work_observed"), _as_lines(words))
        vals["work_observed"] = "\n".join(filter(None, seen)) or False
        return {
            **vals,
            "channel": values["channel"],
            "reporter_type": values["reporter_type"],
            "reporter_name": _text(values.get("reporter_name"), 120),
            "reporter_phone": _text(values.get("reporter_phone"), 40),
        }

    @api.model
    def _site_of(self, text):
        # sudo: names of places; senders have no right on sites.
        sites = self.env["remediation.site"].sudo()
        own = [("company_id", "in", [False, self.env.company.id])]
        for name in ("code", "name"):
            site = sites.search([*own, (name, "=ilike", str(text).strip())], limit=2)
            if len(site) == 1:
                return site
        return sites

    @api.model
    def _place_danger(self, answers, others):
        """Register a child in danger; words that no question has stay with it."""
        answers = {name: answers[name] for name in answers if name != "written_at"}
        if others and answers.get("what"):
            answers["what"] = f"{answers['what']}\n{_as_lines(others)}"
        cases = self.env["remediation.case"].with_user(self.env.user)
        # sudo: as the sender, whose right to submit the endpoint checked.
        case = cases._register_in_danger(answers).sudo()
        return {"case_id": case.id, "team_id": case.team_id.id, **_result(case)}
