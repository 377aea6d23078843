from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.forms import FILES

from .remediation_submission import (
    _CASE_NAMES,
    BESIDE,
    PHONE_FORMS,
    _as_lines,
    _result,
    _WaitError,
)


class Submission(models.Model):
    """What a submission says of a visit, and the visit that it becomes."""

    _inherit = "remediation.submission"

    @api.model
    def _case_of(self, answers):
        """The case of a code or an old number, in the company of the sender."""
        text = str(answers.get("case") or "").strip()
        if not text:
            return self.env["remediation.case"]
        # sudo: whether the case is known is told to nobody; the holder is checked.
        cases = self.env["remediation.case"].sudo()
        own = [("company_id", "=", self.env.company.id)]
        case = cases.search([*own, ("name", "=", text.upper())], limit=1)
        if case:
            return case
        # sudo: as above
        old = (
            self.env["remediation.external.reference"]
            .sudo()
            .search(
                [
                    *own,
                    ("kind", "=", "remediation.case"),
                    # Some systems write the number with noughts before it.
                    ("external_id", "in", [text, text.zfill(8)]),
                ],
                limit=2,
            )
        )
        return old.case_id if len(old.case_id) == 1 else cases

    @api.model
    def _worker_of(self, answers):
        """Who made the visit: the sender, where nobody else is named."""
        login = str(answers.get("worker") or "").strip()
        if not login:
            return self.env.user
        # sudo: a login is looked up among the company's case managers alone.
        return (
            self.env["remediation.case.manager"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.env.company.id),
                    ("user_id.login", "=ilike", login),
                ],
                limit=1,
            )
            .user_id
        )

    # -- what is about a case ----------------------------------------------------
    @api.model
    def _place_held(self, form, answers, others):
        """Take what is about a case from who holds it today and may do so; its author
        is the sender (R76). A visit to a closed case is its check (R60).

        The sender writes of the own cases; a collecting server, with that duty, of the
        holder's. Everything else waits for a supervisor (R11, R26).
        """
        case = self._case_of(answers)
        if not case:
            raise _WaitError("unknown_case", str(answers.get("case") or ""))
        worker = self._worker_of(answers)
        if not worker or not worker.active:
            raise _WaitError("unknown_worker", str(answers.get("worker") or ""), case)
        if worker != self.env.user and not self.env.user.has_group(
            "case_submission.group_submit_for_others"
        ):
            raise _WaitError("another_worker", worker.login, case)
        if case.user_id != worker:
            raise _WaitError("not_holder", worker.login, case)
        if case.case_manager_id and case.case_manager_id._problems_to_hold():
            raise _WaitError("not_cleared", worker.login, case)
        if worker != self.env.user:
            others = {**others, "worker": worker.login}
        record = self._take(form, case, answers, others)
        return {"case_id": case.id, "team_id": case.team_id.id, **_result(record)}

    @api.model
    def _take(self, form, case, answers, others):
        """Make what a form says of a case, as the present user. The caller checked
        that this person may. Questions of other names become words of a note."""
        # sudo: a partner's case manager has read rights only.
        own = case.with_user(self.env.user).with_company(case.company_id).sudo()
        answers, others = PHONE_FORMS[form].sort_out(own.env, answers, others, own)
        beside = BESIDE.get(form, _CASE_NAMES)
        values = {name: answers[name] for name in answers if name not in beside}
        for question in PHONE_FORMS[form].questions:
            # A name of a file: the picture itself stayed with the collecting server.
            if question.kind in FILES and len(str(values.get(question.name, ""))) < 200:
                name = values.pop(question.name, None)
                others |= {question.name: name} if name else {}
        if form == "visit":
            if not values.get("date_done"):
                raise UserError(
                    self.env._("date_done: say on which day the visit was.")
                )
            return own._take_visit(values, _as_lines(others))
        if form == "family":
            record = own._take_family(values, answers.get("member"))
        else:
            record = getattr(own, f"_take_{form}")(values)
        others.pop("worker", None)
        self._keep_words(own, PHONE_FORMS[form], others)
        return record

    @api.model
    def _keep_words(self, own, form, others):
        """What no question of a form asked, as words of a note on the case."""
        if others:
            own._take_note(
                {"subject": self.env._(form.title), "text": _as_lines(others)}
            )
