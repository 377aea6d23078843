import hashlib
import json
import logging
import re
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import (
    AccessError,
    ConcurrencyError,
    UserError,
    ValidationError,
)

from odoo.addons.case_referral.forms import VISIT
from odoo.addons.case_referral.forms.concern import CONCERN
from odoo.addons.remediation_base.tools.answers import (
    NotUnderstoodError,
    read_answer,
    read_choice,
)

_logger = logging.getLogger(__name__)

#: What a question may be called, for each form; see ``readme/USAGE.md``.
CONCERN_FIELDS = (
    *(name for name in CONCERN.names if name != "site_id"),
    "site",
    "channel",
    "reporter_type",
    "reporter_name",
    "reporter_phone",
    "written_at",
)
VISIT_FIELDS = (*VISIT.names, "case", "worker")
#: Channels that a telephone in the field may name.
CHANNELS = ("site_visit", "community", "school", "authority", "family", "self")
#: What Kobo and ODK add by themselves, by its whole name: a French question may begin
#: with "_" too, and an English one with "end".
OWN_NAMES = frozenset(
    "_id _uuid _xform_id _xform_id_string _attachments _status _geolocation"
    " _submission_time _submitted_by _tags _notes _validation_status _version_"
    " _userform_id _supplementalDetails _bamboo_dataset_id _submitted_via_web"
    " __version__ __id __system start end today deviceid simserial phonenumber"
    " subscriberid username audit instanceID instanceName deprecatedID rootUuid"
    " meta formhub".split()
)
OWN_GROUPS = ("meta/", "formhub/")
KEY = re.compile(r"[A-Za-z0-9:._-]{8,100}")
MAX_ANSWERS = 200
#: What was sent is kept beside what it became for so many days.
KEEP_DAYS = 30
#: The same answers without a key, sent again within so many days, are the same.
SAME_DAYS = 3
#: Reasons why a submission waits, as the supervisors read them.
REASONS = [
    ("unknown_case", "The case is not known"),
    ("not_holder", "The worker does not hold this case today"),
    ("not_cleared", "The worker may not hold cases today"),
    ("unknown_worker", "The worker is not known, or has left"),
    ("another_worker", "The sender writes in the name of somebody else"),
    ("correction", "It corrects one that was filed already"),
    ("bad_answer", "An answer cannot be taken as it is"),
    ("other", "It could not be placed by itself"),
]


class Submission(models.Model):
    """One form that a telephone sent, and what became of it.

    Who may what: a sender with the right to (an own key, usually of a server of Kobo
    or ODK) hands it in by the endpoint and reads nothing here; supervisors see what
    waits for their teams, coordinators all of it, and place it by hand or set it
    aside. What was sent is never changed.

    placed (at once) | waiting → placed | rejected.
    """

    _name = "remediation.submission"
    _description = "Submission"
    _inherit = ["remediation.coded.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "SB"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "company_id",
            "team_id",
            "sender_id",
            "key",
            "body_hash",
            "form",
            "answers",
            "other_answers",
            "received_at",
            "state",
            "reason",
            "detail",
            "concern_id",
            "case_id",
            "visit_id",
            "decided_by_id",
            "decided_on",
            "decision_note",
            "corrects_id",
        }
    )

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    team_id = fields.Many2one("remediation.team", readonly=True, index=True)
    sender_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    key = fields.Char(required=True, readonly=True, string="Key of the Sender")
    body_hash = fields.Char(required=True, readonly=True)
    form = fields.Selection(
        [("concern", "Concern"), ("visit", "Visit")], required=True, readonly=True
    )
    answers = fields.Json(readonly=True)
    other_answers = fields.Json(readonly=True)
    answers_text = fields.Text(compute="_compute_answers_text", string="What Was Sent")
    received_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        [("placed", "Placed"), ("waiting", "Waiting"), ("rejected", "Set Aside")],
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Selection(REASONS, readonly=True, string="Why It Waits")
    detail = fields.Char(readonly=True)
    concern_id = fields.Many2one("remediation.concern", readonly=True)
    case_id = fields.Many2one("remediation.case", readonly=True, index="btree_not_null")
    visit_id = fields.Many2one("remediation.visit", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    decision_note = fields.Char(readonly=True)
    corrects_id = fields.Many2one(
        "remediation.submission",
        readonly=True,
        index="btree_not_null",
        help="The submission that this one replaces: its sender edited the form.",
    )

    _key_once = models.UniqueIndex(
        "(sender_id, key)", "This submission was received already."
    )
    _queue = models.Index("(company_id, team_id, id) WHERE state = 'waiting'")

    @api.depends("answers", "other_answers")
    def _compute_answers_text(self):
        for submission in self:
            submission.answers_text = _as_lines(
                {**(submission.answers or {}), **(submission.other_answers or {})}
            )

    # -- receiving -------------------------------------------------------------
    @api.model
    def _receive(self, form, key, answers, others, replaces=()):
        """Take one submission of the present user, exactly once.

        Called by the endpoint after it checked the right, the size and the shape.
        Returns ``(status, answer)``: 201 when it is new, 200 with the reference of the
        first where the same answers come again, whatever became of them since.

        :param key: the sender's own key; without one the answers are their own key
        :param replaces: keys of earlier submissions that this one corrects
        :raises UserError: the key was used for something else
        """
        digest = hashlib.sha256(
            json.dumps([form, answers, others], sort_keys=True, default=str).encode()
        ).hexdigest()
        # sudo: senders read nothing here; only their own keys are looked up.
        submissions = self.sudo()
        # One at a time per key: the loser of a race reads the winner's row.
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            (f"remediation.submission:{self.env.uid}:{key or digest}",),
        )
        own = [("sender_id", "=", self.env.uid)]
        if key:
            known = submissions.search([*own, ("key", "=", key)], limit=1)
        else:
            since = fields.Datetime.now() - timedelta(days=SAME_DAYS)
            known = submissions.search(
                [
                    *own,
                    ("key", "=like", f"content:{digest[:40]}:%"),
                    ("received_at", ">", since),
                ],
                limit=1,
            )
            key = f"content:{digest[:40]}:{fields.Datetime.now():%Y%m%d%H%M%S}"
        if known:
            if known.body_hash != digest:
                raise UserError(
                    self.env._(
                        "This key was used for another submission: send each "
                        "submission with a key of its own."
                    )
                )
            return known._answer(200)
        first = submissions.search(
            [*own, ("form", "=", form), ("key", "in", list(replaces))],
            order="id desc",
            limit=1,
        )
        vals = {
            "company_id": self.env.company.id,
            "sender_id": self.env.uid,
            "key": key,
            "body_hash": digest,
            "form": form,
            "answers": answers,
            "other_answers": others,
            "corrects_id": first.id,
        }
        vals.update(submissions._place_or_wait(form, answers, others, first))
        try:
            with self.env.cr.savepoint():
                submission = submissions._unprotected().create(vals)
        except UniqueViolation as error:
            # The first one was kept after this transaction began: try again, read it.
            raise ConcurrencyError(key) from error
        if first.state == "waiting":
            first._unprotected().write(
                {
                    "state": "rejected",
                    "decision_note": self.env._(
                        "Replaced by %(code)s.", code=submission.name
                    ),
                    "decided_on": fields.Datetime.now(),
                }
            )
        if submission.state == "waiting":
            submission._tell_supervisor()
            submission._tell_of_danger()
        return submission._answer(201)

    def _answer(self, status):
        """What the sender is told: never whether a child or a case is known (R4)."""
        return status, {
            "status": "received",
            "reference": self.name,
            "message": self.env._(
                "Received. Supervisors look at what cannot be filed by itself."
            ),
        }

    @api.model
    def _place_or_wait(self, form, answers, others, first=None):
        """Make what was sent, or say why it waits.

        :param first: the submission that this one corrects, if any: what it made is
            corrected, or this one waits; nothing is made a second time
        """
        first = (first or self.browse())._origin_of()
        try:
            with self.env.cr.savepoint():
                if first.visit_id:
                    raise _WaitError("correction", first.name, first.case_id)
                if first.concern_id:
                    placed = self._correct_concern(first, answers, others)
                else:
                    placed = getattr(self, f"_place_{form}")(answers, others)
                self.env.flush_all()
            return {"state": "placed", **placed}
        except _WaitError as wait:
            return {
                "state": "waiting",
                "reason": wait.reason,
                "detail": wait.detail,
                "case_id": wait.case.id if wait.case else False,
                "team_id": self._team_of(wait.case).id,
            }
        except (UserError, ValidationError, AccessError) as error:
            reason, detail = "bad_answer", str(error)
        except Exception:
            _logger.exception("submission of user %s not placed", self.env.uid)
            reason, detail = "other", False
        self.env.invalidate_all()
        case = self._case_of(answers)
        return {
            "state": "waiting",
            "reason": reason,
            "detail": detail,
            "case_id": case.id,
            "team_id": self._team_of(case).id,
        }

    def _origin_of(self):
        """The first in a chain of corrections that made something."""
        first = self
        while first.corrects_id and not (first.visit_id or first.concern_id):
            first = first.corrects_id
        return first

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
            if not self._danger_in(submission.answers or {}):
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
                users = self.env.ref("child_remediation.group_coordinator").user_ids
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
        vals["immediate_danger"] |= concern.immediate_danger
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
        if wrong and not vals.get("immediate_danger"):
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

    def _not_offered(self, name, value):
        return self.env._(
            "%(name)s: “%(value)s” is none of the answers offered.",
            name=name,
            value=str(value)[:80],
        )

    @api.autovacuum
    def _gc_answers(self):
        """Take what was sent out of submissions that were filed or set aside long ago:
        it is in the case. The key stays, so that a replay is still known (R56)."""
        before = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        past = self.search(
            [
                ("state", "!=", "waiting"),
                ("answers", "!=", False),
                ("received_at", "<", before),
            ],
            limit=1000,
        )
        past._unprotected().write(
            {"answers": False, "other_answers": False, "detail": False}
        )
        return len(past), len(past) == 1000

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
                supervisor._bus_send(
                    "simple_notification",
                    {
                        "type": "warning",
                        "title": supervisor.with_context(lang=supervisor.lang).env._(
                            "A submission waits"
                        ),
                        "message": submission.name,
                    },
                )

    def _check_decides(self):
        """Supervisors of the team, coordinators; and it waits still."""
        self.ensure_one()
        if not self.env.user.has_group("child_remediation.group_supervisor"):
            raise AccessError(
                self.env._("Supervisors decide about submissions that wait.")
            )
        self.check_access("read")
        # sudo: nobody has write rights on submissions.
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "waiting":
            raise UserError(
                self.env._("Somebody decided about this already: reload the page.")
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

    def action_place_visit(self, case_id, day=None):
        """File a visit with a case that the user supervises. It counts for nothing:
        who files it did not see the child (R22).

        For supervisors of the case. Returns the visit's id.

        :param day: when the visit was, where what was sent does not say it well
        :raises UserError: it does not wait any more, is no visit, or the day is missing
        """
        self._check_decides()
        if self.form != "visit":
            raise UserError(self.env._("This is a concern: register it as one."))
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
        visit = (
            self.env["remediation.visit"]
            ._unprotected()
            .create(
                {
                    "case_id": case.id,
                    "visit_type": kind if kind in kinds else "home",
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
        self._decided(state="placed", case_id=case.id, visit_id=visit.id)
        return visit.id

    def action_place_concern(self, values):
        """Register the concern that was sent, with what the user made of it.

        For supervisors of the team.

        :param dict values: work_observed, location, site_id, channel
        """
        self._check_decides()
        if self.form != "concern":
            raise UserError(self.env._("This is a visit: file it with a case."))
        allowed = ("work_observed", "location", "site_id", "channel")
        concern = self.env["remediation.concern"].create(
            {
                "company_id": self.company_id.id,
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

    def action_place_again(self):
        """Try once more to file it by itself, now that what was missing is there.

        For supervisors of the team.

        :raises UserError: it still cannot be filed; the sentence says why
        """
        self._check_decides()
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
        return True

    def action_reject(self, note):
        """Set it aside with a reason. For supervisors of the team.

        :param str note: why, kept with the submission
        """
        self._check_decides()
        if not (note or "").strip():
            raise UserError(self.env._("Say why it is set aside."))
        self._decided(state="rejected", decision_note=note.strip())
        return True

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


class _WaitError(Exception):
    """Why a submission cannot be filed by itself."""

    def __init__(self, reason, detail="", case=None):
        super().__init__(reason)
        self.reason = reason
        self.detail = (detail or "")[:500] or False
        self.case = case


def _text(value, size):
    return str(value).strip()[:size] if isinstance(value, str | int) else False


def _as_lines(answers):
    return "\n".join(f"{name}: {_as_words(value)}" for name, value in answers.items())


def _as_words(value):
    """A repeated group of questions as words: one line per round."""
    if isinstance(value, list):
        return "".join(
            f"\n  {number}. {_as_words(v)}" for number, v in enumerate(value, 1)
        )
    if isinstance(value, dict):
        return ", ".join(
            f"{str(name).rsplit('/', 1)[-1]} {_as_words(v)}"
            for name, v in value.items()
        )
    return str(value)


def _is_own(path):
    return path in OWN_NAMES or path.startswith(OWN_GROUPS)


def read_answers(form, document):
    """Return ``(answers, others)`` of a submission as Kobo or ODK send it.

    Questions may stand in groups (``group/name`` or nested objects, also those that a
    Kobo service wraps around the whole); the last part of the path is the name. What
    the collecting programme adds by itself is passed by; questions that this form does
    not know are kept whole, by their path.
    """
    known = CONCERN_FIELDS if form == "concern" else VISIT_FIELDS
    answers, others = {}, {}

    def walk(node, depth):
        for path, value in node.items():
            if _is_own(path) or value is None:
                continue
            if isinstance(value, dict) and depth < 4:
                walk(value, depth + 1)
                continue
            name = path.rsplit("/", 1)[-1]
            plain = isinstance(value, str | int | float | bool)
            if plain and name in known and name not in answers:
                answers[name] = value
            else:
                others[path[:200]] = value if plain else _as_words(value)

    walk(document, 0)
    return answers, others


def keys_of(document):
    """Return ``(key, replaced)`` of a submission: the key that Kobo or ODK give it, or
    None, and the keys of those that it corrects."""
    key, replaced = None, []

    def walk(node, depth):
        nonlocal key
        for path, value in node.items():
            name = path.rsplit("/", 1)[-1]
            if isinstance(value, dict) and depth < 4:
                walk(value, depth + 1)
            elif isinstance(value, str) and value:
                if name in ("deprecatedID", "rootUuid"):
                    replaced.append(value.removeprefix("uuid:"))
                elif name in ("_uuid", "instanceID", "__id") and not key:
                    key = value.removeprefix("uuid:")

    walk(document, 0)
    if key is None:
        number, form = document.get("_id"), document.get("_xform_id_string")
        if number and form:
            key = f"{form}:{number}"
    return key, [other for other in replaced if other != key]
