import hashlib
import json
import logging
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.case_referral.forms import FORMS
from odoo.addons.remediation_base.tools.once import first_wins, one_at_a_time

_logger = logging.getLogger(__name__)

#: The forms that a telephone may send, by the name in the address.
PHONE_FORMS = {name: form for name, form in FORMS.items() if form.phone}
#: What is asked beside the questions of a form: see ``readme/USAGE.md``.
_CASE_NAMES = ("case", "worker", "written_at")
BESIDE = {
    "concern": (
        "site",
        "channel",
        "reporter_type",
        "reporter_name",
        "reporter_phone",
        "written_at",
    ),
    "danger": ("written_at",),
    "family": (*_CASE_NAMES, "member"),
}
#: These wait for nobody: who is on call is told where they cannot be filed (R59).
URGENT_FORMS = ("danger", "emergency", "placement", "urgent")
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
    ("unknown_case", "The Case Is Not Known"),
    ("not_holder", "The Worker Does Not Hold This Case Today"),
    ("not_cleared", "The Worker May Not Hold Cases Today"),
    ("unknown_worker", "The Worker Is Not Known, or Has Left"),
    ("another_worker", "The Sender Writes in the Name of Somebody Else"),
    ("correction", "It Corrects One That Was Filed Already"),
    ("bad_answer", "An Answer Cannot Be Taken as It Is"),
    ("other", "It Could Not Be Placed by Itself"),
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
    _inherit = ["remediation.coded.mixin", "remediation.access.logged"]
    _rules_of = "remediation.in.company"
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
            "result_model",
            "result_id",
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
    form = fields.Selection("_selection_form", required=True, readonly=True)
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
    concern_id = fields.Many2one(
        "remediation.concern", readonly=True, index="btree_not_null"
    )
    case_id = fields.Many2one("remediation.case", readonly=True, index="btree_not_null")
    visit_id = fields.Many2one(
        "remediation.visit", readonly=True, index="btree_not_null"
    )
    result_model = fields.Char(readonly=True)
    result_id = fields.Many2oneReference(
        model_field="result_model", readonly=True, string="What It Became"
    )
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

    @api.model
    def _selection_form(self):
        return [(name, self.env._(form.title)) for name, form in PHONE_FORMS.items()]

    @api.model
    def _xlsform(self, form, programme=None, worker=None):
        """The sheets of a form for Kobo and ODK, in the user's language.

        :param programme: id of the one whose own questions are asked; of all of the
            company where it is empty
        :param worker: login of the one whose open cases stand there as a list, by code
            alone; they are typed where it is empty, or where the user sees none of them
        """
        _ = self.env._
        programmes = self.env["remediation.programme"].search(
            [("company_id", "=", self.env.company.id)]
        )
        if str(programme or "").isdigit():
            programmes = programmes.filtered(lambda one: one.id == int(programme))
        more, without = [], ()
        if form == "concern":
            # A place is written in words there: it may be one that nobody knows yet.
            more, without = [("site", _("Where"), False)], ("site_id",)
        elif form != "danger":
            more = [
                ("case", _("Code of the Case"), True, self._codes_of(worker)),
                ("worker", _("Login of the worker"), False),
            ]
        if form == "family":
            more.append(("member", _("Code of the person, to correct"), False))
        return PHONE_FORMS[form].xlsform(
            self.env, form, more, without, programmes or None
        )

    @api.model
    def _codes_of(self, worker):
        """The codes of a worker's open cases, of those that the user may read."""
        if not worker:
            return []
        cases = self.env["remediation.case"].search(
            [("user_id.login", "=", worker), ("stage", "!=", "closed")], order="name"
        )
        return cases.mapped("name")

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
        known, key = submissions._known(key, digest)
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
            [
                ("sender_id", "=", self.env.uid),
                ("form", "=", form),
                ("key", "in", list(replaces)),
            ],
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
        with first_wins(self.env, key):
            submission = submissions._unprotected().create(vals)
        if first.state == "waiting":
            first._replaced_by(submission)
        if submission.state == "waiting":
            submission._tell_supervisor()
            submission._tell_of_danger()
        return submission._answer(201)

    @api.model
    def _known(self, key, digest):
        """Return ``(the same submission of before, its key)``; of answers without a key
        those of the last days count."""
        one_at_a_time(self.env, self._name, self.env.uid, key or digest)
        own = [("sender_id", "=", self.env.uid)]
        if key:
            known = self.search([*own, ("key", "=", key)], limit=1)
        else:
            since = fields.Datetime.now() - timedelta(days=SAME_DAYS)
            known = self.search(
                [
                    *own,
                    ("key", "=like", f"content:{digest[:40]}:%"),
                    ("received_at", ">", since),
                ],
                limit=1,
            )
            key = f"content:{digest[:40]}:{fields.Datetime.now():%Y%m%d%H%M%S}"
        return known, key

    def _replaced_by(self, submission):
        self._unprotected().write(
            {
                "state": "rejected",
                "decision_note": self.env._(
                    "Replaced by %(code)s.", code=submission.name
                ),
                "decided_on": fields.Datetime.now(),
            }
        )

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
                if first.result_id or first.visit_id:
                    raise _WaitError("correction", first.name, first.case_id)
                if first.concern_id:
                    placed = self._correct_concern(first, answers, others)
                elif form in ("concern", "danger"):
                    placed = getattr(self, f"_place_{form}")(answers, others)
                else:
                    placed = self._place_held(form, answers, others)
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
        while first.corrects_id and not (first.result_id or first.concern_id):
            first = first.corrects_id
        return first

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


class _WaitError(Exception):
    """Why a submission cannot be filed by itself."""

    def __init__(self, reason, detail="", case=None):
        super().__init__(reason)
        self.reason = reason
        self.detail = (detail or "")[:500] or False
        self.case = case


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
    asked = PHONE_FORMS[form]
    known = {*asked.names, *BESIDE.get(form, _CASE_NAMES)}
    if form == "concern":
        known.discard("site_id")  # a place is written in words there
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
            if name in asked.rows and isinstance(value, list):
                answers[name] = [_row_of(row) for row in value[: MAX_ANSWERS + 1]]
                continue
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


def _result(record):
    """Values of a submission that name what it became."""
    found = {"result_model": record._name, "result_id": record[:1].id}
    if record._name == "remediation.visit":
        found["visit_id"] = record.id
    return found


def _row_of(row):
    """One round of repeated questions, by the last parts of their paths."""
    if not isinstance(row, dict):
        return row
    return {
        str(path).rsplit("/", 1)[-1]: value
        for path, value in row.items()
        if not _is_own(str(path))
    }
