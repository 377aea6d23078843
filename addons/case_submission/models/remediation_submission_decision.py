from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

from .remediation_submission import _result

_lt = LazyTranslate(__name__)


class Submission(models.Model):
    """What a supervisor decides about a submission that waits."""

    _inherit = "remediation.submission"

    # -- the queue -------------------------------------------------------------
    def _tell_supervisor(self):
        """One mail for the supervisor of the team, by code and link alone; none where
        one waits already."""
        for submission in self:
            earlier = self.search_count(
                [
                    ("state", "=", "waiting"),
                    ("team_id", "=", submission.team_id.id),
                    ("company_id", "=", submission.company_id.id),
                    ("id", "<", submission.id),
                ],
                limit=1,
            )
            supervisor = submission.team_id.supervisor_id
            if supervisor and not earlier:
                reader = supervisor.with_context(lang=supervisor.lang)
                self.env["remediation.notice"]._show(
                    supervisor,
                    reader.env._("A submission waits"),
                    submission.name,
                    "warning",
                )

    def _decided(self, **vals):
        # sudo: nobody has write rights on submissions; the caller checked the right.
        self.sudo()._unprotected().write(
            {
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                **vals,
            }
        )

    @step(
        frm="waiting",
        to=("placed",),
        group="child_remediation.group_supervisor",
        right="read",
    )
    def action_place_visit(self, case_id, day=None):
        """File a visit with a case that the user supervises. It counts for nothing:
        who files it did not see the child (R22).

        For supervisors of the case. Returns the visit's id.

        :param day: when the visit was, where what was sent does not say it well
        :raises UserError: it does not wait any more, is no visit, or the day is missing
        """
        if self.form != "visit":
            raise UserError(self.env._("This is no visit: file it as what it is."))
        case = self.env["remediation.case"].browse(case_id).exists()
        if not case:
            raise UserError(self.env._("Choose the case it belongs to."))
        case._check_supervises()
        answers = self.answers or {}
        day = fields.Date.to_date(day) or self._day(answers.get("date_done"))
        if not day:
            raise UserError(self.env._("Say on which day the visit was."))
        kinds = dict(self.env["remediation.visit"]._fields["visit_type"].selection)
        kind = answers.get("visit_type")
        kind = kind if isinstance(kind, str) and kind in kinds else False
        visit = (
            self.env["remediation.visit"]
            ._unprotected()
            .create(
                {
                    "case_id": case.id,
                    "visit_type": kind,
                    "date_planned": day,
                    "date_done": day,
                    "child_seen": "no",
                    "note": self.answers_text,
                    "state": "done",
                    "outcome": "not_counting",
                    "done_by_id": self.env.uid,
                }
            )
        )
        self._decided(state="placed", case_id=case.id, **_result(visit))
        return visit.id

    @step(
        frm="waiting",
        to=("placed",),
        group="child_remediation.group_supervisor",
        right="read",
    )
    def action_place_concern(self, values):
        """Register the concern that was sent, with what the user made of it.

        For supervisors of the team.

        :param dict values: work_observed, location, site_id, channel
        """
        if self.form not in ("concern", "danger"):
            raise UserError(self.env._("This belongs to a case: file it with one."))
        allowed = ("work_observed", "location", "site_id", "channel")
        concern = self.env["remediation.concern"].create(
            {
                "company_id": self.company_id.id,
                "immediate_danger": "yes" if self.form == "danger" else False,
                **{name: values[name] for name in allowed if values.get(name)},
            }
        )
        self._decided(state="placed", concern_id=concern.id)
        return concern.id

    @api.model
    def _day(self, text):
        try:
            return fields.Date.to_date(str(text or "")[:10] or False) or False
        except ValueError:
            return False

    @step(
        frm="waiting",
        to=("placed",),
        group="child_remediation.group_supervisor",
        right="read",
    )
    def action_place_again(self):
        """Try once more to file it by itself, now that what was missing is there.

        For supervisors of the team.

        :raises UserError: it still cannot be filed; the sentence says why
        """
        # sudo: it is filed as its sender sent it, with the checks of the endpoint.
        again = self.sudo().with_user(self.sudo().sender_id).sudo()
        again = again.with_company(self.sudo().company_id)
        found = again._place_or_wait(
            self.form, self.answers, self.other_answers or {}, self.sudo().corrects_id
        )
        if found["state"] != "placed":
            reasons = dict(self._fields["reason"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "It still cannot be filed by itself (%(reason)s). Choose the case, "
                    "or set it aside.",
                    reason=found.get("detail") or reasons.get(found["reason"]),
                )
            )
        self._decided(**found)

    @step(
        frm="waiting",
        to=("rejected",),
        group="child_remediation.group_supervisor",
        right="read",
        asks={
            "note": Ask("decision_note", keep=False, label=_lt("Why It Is Set Aside"))
        },
        title=_lt("Set Aside"),
    )
    def action_reject(self, note):
        """Set it aside with a reason. For supervisors of the team.

        :param str note: why, kept with the submission
        """
        self._decided(state="rejected", decision_note=note)

    def action_open_place(self):
        """Open the window in which it is filed by hand. For supervisors."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("File by Hand"),
            "res_model": "remediation.submission.place",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_submission_id": self.id},
        }

    @step(
        frm="waiting",
        to=("placed",),
        group="child_remediation.group_supervisor",
        right="read",
    )
    def action_place_held(self, case_id):
        """File what is about a case with one that the user supervises, as its author.

        For supervisors of the case. Returns the id of what was made.

        :raises UserError: it does not wait any more, or an answer cannot be taken
        """
        if self.form in ("visit", "concern", "danger"):
            raise UserError(self.env._("This is filed in another way."))
        case = self.env["remediation.case"].browse(case_id).exists()
        if not case:
            raise UserError(self.env._("Choose the case it belongs to."))
        case._check_supervises()
        record = self._take(self.form, case, self.answers, self.other_answers or {})
        self._decided(state="placed", case_id=case.id, **_result(record))
        return record.id
