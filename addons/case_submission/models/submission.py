import hashlib
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

_logger = logging.getLogger(__name__)

#: What a question may be called, for each form; see ``readme/USAGE.md``.
CONCERN_TEXT = ("location", "child_nickname", "work_observed")
CONCERN_FIELDS = (
    *CONCERN_TEXT,
    "channel",
    "child_sex",
    "child_age",
    "children_count",
    "immediate_danger",
    "consent_to_be_contacted",
    "reporter_type",
    "reporter_name",
    "reporter_phone",
    "site",
    "written_at",
)
VISIT_FIELDS = (
    "visit_type",
    "date_done",
    "child_seen",
    "child_seen_alone",
    "present",
    "child_working",
    "work_activity",
    "hours_week",
    "at_night",
    "is_light_work",
    "interferes_with_school",
    "occupation",
    "wellbeing",
    "safety_concern",
    "note",
    "case",
    "worker",
)
#: Channels that a telephone in the field may name.
CHANNELS = ("site_visit", "community", "school", "authority", "family", "self")
#: Questions that Kobo and ODK add by themselves: taken for what they say, or passed by.
META = re.compile(
    r"^(_|(meta|formhub)(/|$)|(start|end|today|deviceid|simserial|phonenumber)$)"
)
KEY = re.compile(r"[A-Za-z0-9:._-]{8,100}")
MAX_ANSWERS = 200
#: What was sent is kept beside what it became for so many days.
KEEP_DAYS = 30
#: Reasons why a submission waits, as the supervisors read them.
REASONS = [
    ("unknown_case", "The case is not known"),
    ("closed_case", "The case is closed"),
    ("not_holder", "The worker does not hold this case today"),
    ("not_cleared", "The worker may not hold cases today"),
    ("unknown_worker", "The worker is not known"),
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
    def _receive(self, form, key, answers, others, body):
        """Take one submission of the present user, exactly once.

        Called by the endpoint after it checked the right, the size and the shape.
        Returns ``(status, answer)``; the same key with the same body gives the same
        answer again, whatever happened to the submission since.

        :raises UserError: the key was used for something else
        """
        digest = hashlib.sha256(body).hexdigest()
        # sudo: senders read nothing here; only their own key is looked up.
        submissions = self.sudo()
        # One at a time per key: the loser of a race reads the winner's row.
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            (f"remediation.submission:{self.env.uid}:{key}",),
        )
        known = submissions.search(
            [("sender_id", "=", self.env.uid), ("key", "=", key)], limit=1
        )
        if known:
            if known.body_hash != digest or known.form != form:
                raise UserError(
                    self.env._(
                        "This key was used for another submission: send each "
                        "submission with a key of its own."
                    )
                )
            return known._answer()
        vals = {
            "company_id": self.env.company.id,
            "sender_id": self.env.uid,
            "key": key,
            "body_hash": digest,
            "form": form,
            "answers": answers,
            "other_answers": others,
        }
        vals.update(submissions._place_or_wait(form, answers, others))
        try:
            with self.env.cr.savepoint():
                submission = submissions._unprotected().create(vals)
        except UniqueViolation as error:
            # The first one was kept after this transaction began: try again, read it.
            raise ConcurrencyError(key) from error
        if submission.state == "waiting":
            submission._tell_supervisor()
        return submission._answer()

    def _answer(self):
        """What the sender is told: never whether a child or a case is known (R4)."""
        return 201, {
            "status": "received",
            "reference": self.name,
            "message": self.env._(
                "Received. Supervisors look at what cannot be filed by itself."
            ),
        }

    @api.model
    def _place_or_wait(self, form, answers, others):
        """Make what was sent, or say why it waits."""
        try:
            with self.env.cr.savepoint():
                placed = getattr(self, f"_place_{form}")(answers, others)
                self.env.flush_all()
            return {"state": "placed", **placed}
        except _WaitError as wait:
            return {
                "state": "waiting",
                "reason": wait.reason,
                "detail": wait.detail,
                "team_id": self._team_of(wait.case).id,
            }
        except (UserError, ValidationError, AccessError) as error:
            reason, detail = "bad_answer", str(error)
        except Exception:
            _logger.exception("submission of user %s not placed", self.env.uid)
            reason, detail = "other", False
        self.env.invalidate_all()
        return {
            "state": "waiting",
            "reason": reason,
            "detail": detail,
            "team_id": self._team_of(self._case_of(answers)).id,
        }

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
        concerns = self.env["remediation.concern"]
        values = dict(answers)
        channel = values.pop("channel", None) or "community"
        if channel not in CHANNELS:
            raise _WaitError("bad_answer", self._not_offered("channel", channel))
        for name in ("immediate_danger", "consent_to_be_contacted"):
            values[name] = self.env["remediation.case"]._clean_flag(values, name)
        vals, problems = concerns._read_portal_values(
            {**values, "site_id": False, "channel": channel}
        )
        if problems:
            raise _WaitError("bad_answer", " ".join(problems))
        reporter = values.get("reporter_type") or "monitor"
        if reporter not in dict(concerns._fields["reporter_type"].selection):
            raise _WaitError("bad_answer", self._not_offered("reporter_type", reporter))
        site = values.get("site")
        if site:
            place = self._site_of(site)
            if place:
                vals["site_id"] = place.id
            else:
                # A place that is not known is no reason to wait: it is kept in words.
                where = (str(site), vals.get("location"))
                vals["location"] = ", ".join(filter(None, where))[:120]
        seen = (vals.get("work_observed"), _as_lines(others))
        vals["work_observed"] = "\n".join(filter(None, seen)) or False
        vals.update(
            channel=channel,
            reporter_type=reporter,
            reporter_name=_text(values.get("reporter_name"), 120),
            reporter_phone=_text(values.get("reporter_phone"), 40),
            company_id=self.env.company.id,
            registered_by_id=self.env.uid,
            written_at=self._moment(values.get("written_at")),
        )
        # sudo: senders have no right on concerns; the values were whitelisted.
        concern = concerns.sudo()._unprotected().create(vals)
        return {"concern_id": concern.id}

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
        """Record a visit in the name of who holds the case and made it.

        The sender's own name, or the one a collecting server says; either way the
        person holds the case today and may do so. Everything else waits for a
        supervisor (R11, R26).
        """
        case = self._case_of(answers)
        if not case:
            raise _WaitError("unknown_case", str(answers.get("case") or ""))
        if case.closed_on:
            raise _WaitError("closed_case", case.name, case)
        worker = self._worker_of(answers)
        if not worker:
            raise _WaitError("unknown_worker", str(answers.get("worker") or ""), case)
        if case.user_id != worker:
            raise _WaitError("not_holder", worker.login, case)
        if case.case_manager_id and case.case_manager_id._problems_to_hold():
            raise _WaitError("not_cleared", worker.login, case)
        visit = self._make_visit(case, worker, answers, others)
        return {"case_id": case.id, "visit_id": visit.id, "team_id": case.team_id.id}

    @api.model
    def _make_visit(self, case, worker, answers, others):
        """Create and record the visit as the worker who made it."""
        own = case.with_user(worker).with_company(case.company_id)
        clean = own.env["remediation.case"]
        vals = clean._clean_visit(answers)
        vals["note"] = (
            "\n".join(filter(None, (vals["note"], _as_lines(others)))) or False
        )
        day = clean._clean_date(answers, "date_done")
        if not day:
            raise UserError(self.env._("date_done: say on which day the visit was."))
        vals.update(case_id=case.id, date_done=day, date_planned=day)
        # sudo: a partner's case manager has read rights only; that this person holds
        # the case and may record visits was checked by the caller.
        visit = own.env["remediation.visit"].sudo().create(vals)
        visit.action_done()
        return visit

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
                [*own, ("kind", "=", "remediation.case"), ("external_id", "=", text)],
                limit=2,
            )
        )
        return old.case_id if len(old) == 1 else cases

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

    @api.model
    def _moment(self, text):
        try:
            moment = fields.Datetime.to_datetime(str(text or "")[:19].replace("T", " "))
        except ValueError:
            return False
        return moment if moment and moment <= fields.Datetime.now() else False

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
                    "child_seen": False,
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
        found = again._place_or_wait(self.form, self.answers, self.other_answers or {})
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
    return "\n".join(f"{name}: {value}" for name, value in answers.items())


def read_answers(form, document):
    """Return ``(answers, others)`` of a submission as Kobo or ODK send it.

    Questions may stand in groups (``group/name`` or nested objects); the last part of
    the path is the name. What the collecting programme adds by itself is passed by;
    questions that this form does not know are kept as text, by their path.
    """
    known = CONCERN_FIELDS if form == "concern" else VISIT_FIELDS
    answers, others = {}, {}

    def walk(node, depth):
        for path, value in node.items():
            if META.match(path) or value is None:
                continue
            if isinstance(value, dict) and depth < 4:
                walk(value, depth + 1)
                continue
            name = path.rsplit("/", 1)[-1]
            plain = isinstance(value, str | int | float | bool)
            if plain and name in known and name not in answers:
                answers[name] = value
            else:
                others[path[:100]] = str(value)[:1000]

    walk(document, 0)
    return answers, others


def key_of(document):
    """The key that Kobo or ODK give each submission."""
    meta = document.get("meta")
    nested = meta.get("instanceID") if isinstance(meta, dict) else None
    for value in (
        document.get("_uuid"),
        document.get("meta/instanceID"),
        document.get("instanceID"),
        nested,
    ):
        if isinstance(value, str) and value:
            return value.removeprefix("uuid:")
    return None
