from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.case_referral.forms import VISIT

from .remediation_submission import _as_lines, _WaitError


class Submission(models.Model):
    """What a submission says of a visit, and the visit that it becomes."""

    _inherit = "remediation.submission"

    # -- visits ----------------------------------------------------------------
    @api.model
    def _place_visit(self, answers, others):
        """Record a visit of who holds the case today and may do so; its author is the
        sender (R76). A visit to a closed case is its check (R60).

        The sender writes of the own visits; a collecting server, with that duty, of
        the holder's. Everything else waits for a supervisor (R11, R26).
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
        visit = self._make_visit(case, answers, others)
        return {"case_id": case.id, "visit_id": visit.id, "team_id": case.team_id.id}

    @api.model
    def _make_visit(self, case, answers, others):
        """Create and record the visit as who sent it."""
        own = case.with_user(self.env.user).with_company(case.company_id)
        vals = VISIT.take(own.env, answers, own)
        others = dict(others)
        own_answers = own._clean_answers("visit", others)
        vals["note"] = (
            "\n".join(filter(None, (vals.get("note"), _as_lines(others)))) or False
        )
        if not vals.get("date_done"):
            raise UserError(self.env._("date_done: say on which day the visit was."))
        if own_answers:
            vals["properties"] = own_answers
        # sudo: a partner's case manager has read rights only; that this person may
        # record visits of the case was checked by the caller.
        return own.env["remediation.visit"].sudo()._record(own.sudo(), vals)

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
