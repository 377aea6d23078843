import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.case_referral.forms import (
    ATTENDANCE,
    DOCUMENT,
    DONE,
    FORMS,
    REFER,
    REJECT,
)
from odoo.addons.case_submission.models.remediation_submission import (
    PHONE_FORMS,
    URGENT_FORMS,
)
from odoo.addons.child_remediation.models.protection.ir_http import MANGLED
from odoo.addons.remediation_base.tools.forms import FILES, Form, Question

from .remediation_case import DRAFTS, TAKEN

_lt = LazyTranslate(__name__)

#: What a receiver answers to a referral. Accepting asks nothing.
ANSWERS = {
    "referral-accept": Form(None, _lt("Accept")),
    "referral-reject": REJECT,
    "referral-done": DONE,
    "attendance-class": ATTENDANCE,
    "attendance-day": Form(
        None,
        _lt("Attendance of a Day"),
        Question("day", _lt("Day"), kind="date", field=None, required=True),
    ),
}
#: Forms that a phone of the portal sends beside those of collecting servers.
BESIDE = {"refer": REFER, "document": DOCUMENT, **ANSWERS}
#: Where nobody wrote the day, it is the day on which it was written.
DAYS = {
    "contact": "day",
    "visit": "date_done",
    "delivery": "date",
    "work": "date",
    "assessment": "done_on",
    "placement": "placed_on",
    "referral-done": "done_on",
}
KEY = re.compile(r"[0-9a-f]{32}")
REFERENCE = re.compile(r"key:([0-9a-f]{32})")
#: How much a phone sends at a time.
AT_A_TIME = 25
#: How often one person's phones send within an hour before the rest waits (R77).
PHONE_HOURLY = 240
MAX_VALUES = 400
#: Names that come with the answers to a form, and are no question of it.
BESIDE_ANSWERS = ("case", "marks", "submit", "member")
#: Longer values are pictures.
MAX_WORDS = 8000


class _NotYetError(Exception):
    """It is sent once more: what it belongs to has not arrived, or too much came."""


class Submission(models.Model):
    """What a phone of the portal wrote without network: filed by the same methods as
    the pages, exactly once, or left for a supervisor."""

    _inherit = "remediation.submission"

    _protected_fields = frozenset({"device_id", "written_at", "written_on"})

    device_id = fields.Many2one(
        "remediation.device", readonly=True, index="btree_not_null", string="Phone"
    )
    written_at = fields.Datetime(
        readonly=True, help="When it was written, by the clock of the server."
    )
    written_on = fields.Char(
        readonly=True,
        string="Version Written On",
        help="A sign of the text that the writer had read.",
    )
    reason = fields.Selection(
        selection_add=[("forgotten_phone", "It Comes from a Forgotten Phone")]
    )

    @api.model
    def _selection_form(self):
        beside = [(name, self.env._(form.title)) for name, form in BESIDE.items()]
        return super()._selection_form() + beside

    @api.depends("answers", "other_answers")
    def _compute_answers_text(self):
        """Pictures are no text: they are named alone."""
        result = super()._compute_answers_text()
        for submission in self.filtered("device_id"):
            submission.answers_text = "\n".join(
                f"{name}: {'…' if len(str(value)) > 8000 else value}"
                for name, value in (submission.answers or {}).items()
            )
        return result

    # -- taking ------------------------------------------------------------------
    @api.model
    def _take_intents(self, device, intents):
        """Take what a phone of the present user wrote, each exactly once.

        Called by the page of the phone after it checked the role. Returns one answer
        for each: dict of key, state and what there is to say. The states are ``done``;
        ``waiting`` for a supervisor; ``refused`` with why, nothing was kept;
        ``conflict`` with the other text; ``later``, until what it belongs to came.
        """
        if not isinstance(intents, list) or len(intents) > AT_A_TIME:
            raise UserError(self.env._("Reload the page and try again."))
        # The phone's person; a company chosen elsewhere plays no part.
        own = self.with_company(self.env.user.company_id)
        limit = self.env["remediation.limit"]
        many = limit._count("phone", limit=PHONE_HOURLY) == "many"
        return [own._take_intent(device, intent, many) for intent in intents]

    @api.model
    def _take_intent(self, device, intent, many=False):
        key = intent.get("key") if isinstance(intent, dict) else None
        if not isinstance(key, str) or not KEY.fullmatch(key):
            return {
                "key": str(key)[:64],
                "state": "refused",
                "say": self.env._("Reload the page and try again."),
            }
        try:
            with self.env.cr.savepoint():
                return {"key": key, **self._take_one(device, key, intent, many)}
        except _NotYetError as wait:
            return {"key": key, "state": "later", "say": str(wait)}
        except AccessError:
            return {
                "key": key,
                "state": "refused",
                "say": self.env._("This is not open to you, or not any more."),
            }
        except UserError as error:
            self.env.invalidate_all()
            return {"key": key, "state": "refused", "say": str(error)}
        except (ValueError, TypeError, *MANGLED):
            self.env.invalidate_all()
            say = self.env._("One of the answers cannot be understood: correct it.")
            return {"key": key, "state": "refused", "say": say}

    @api.model
    def _take_one(self, device, key, intent, many):
        known = self._sent_by_me(key)
        if known:
            return known._told()
        form = intent.get("form")
        if many and form not in (*URGENT_FORMS, "concern"):
            # R77: what cannot wait is taken, and a report has a limit of its own.
            raise _NotYetError(
                self.env._("Too much came within an hour: this is sent later.")
            )
        written_at = device._written_at(intent.get("age"))
        beside = self._take_beside(device, key, intent, written_at)
        if beside:
            return beside
        if form not in (*TAKEN, *ANSWERS, "danger"):
            raise UserError(self.env._("Reload the page and try again."))
        values = self._values_of(intent)
        case = self.env["remediation.case"]
        if form != "danger":
            case = self._case_of(values)
        answers = self._answers(form, values, case, written_at)
        others = self._others(form, values, intent.get("asked"), case)
        # sudo: only the user's own text is compared, of a case that is held today.
        if form in DRAFTS and case and case.user_id == self.env.user:
            conflict = self._conflict(form, case, intent.get("version"))
            if conflict:
                return conflict
        taken = self.with_context(
            from_phone=True,
            phone_forgotten=device.state != "active",
            said_at=written_at,
        )
        taken._receive(form, key, answers, others)
        submission = self._sent_by_me(key)
        submission._unprotected().write(
            {
                "device_id": device.id,
                "written_at": written_at,
                "written_on": str(intent.get("version") or "")[:16] or False,
                "answers": submission._without_pictures(form),
            }
        )
        return submission._told()

    @api.model
    def _take_beside(self, device, key, intent, written_at):
        """Take what has a door of its own, which counts the same key once; nothing
        where it has none. Returns the answer."""
        if intent.get("form") == "concern":
            return self._take_report(key, intent, written_at)
        return None

    @api.model
    def _take_report(self, key, intent, written_at):
        """A concern has a door of its own, which counts the same key once (R59)."""
        values = {**self._values_of(intent), "client_key": key}
        values["written_at"] = fields.Datetime.to_string(written_at) + "+00:00"
        code = self.env["remediation.concern"].portal_report(values)["code"]
        return {"state": "done", "say": code}

    @api.model
    def _sent_by_me(self, key):
        # sudo: senders read nothing here; the own keys alone are looked up.
        return self.sudo().search(
            [("sender_id", "=", self.env.uid), ("key", "=", key)], limit=1
        )

    def _told(self):
        """What the writer is told of one that was received."""
        if self.state == "waiting":
            reasons = dict(self._fields["reason"]._description_selection(self.env))
            return {"state": "waiting", "say": reasons.get(self.reason) or ""}
        if self.state == "rejected":
            return {"state": "waiting", "say": self.decision_note or ""}
        code = self.case_id.name if self.form == "danger" else ""
        return {"state": "done", "say": code}

    def _without_pictures(self, form):
        """The answers as they are kept: what was filed holds its pictures itself."""
        if self.state != "placed":
            return self.answers
        pictures = {
            question.name
            for question in (PHONE_FORMS | BESIDE)[form].questions
            if question.kind in FILES
        }
        return {
            name: value for name, value in self.answers.items() if name not in pictures
        }

    # -- reading what was sent -----------------------------------------------------
    @api.model
    def _values_of(self, intent):
        values = intent.get("values")
        if not isinstance(values, dict) or len(values) > MAX_VALUES:
            raise UserError(self.env._("Reload the page and try again."))
        read = {}
        for name, value in values.items():
            if name == "case":
                read[name] = self._case_code(value)
                continue
            several = name.endswith("[]")
            found = value if isinstance(value, list) else [value]
            found = [self._resolved(one) for one in found]
            read[name[:-2] if several else name] = found if several else found[0]
        return read

    @api.model
    def _resolved(self, value):
        """The record that another one from this phone became."""
        if not isinstance(value, str):
            return value
        value = value.replace("\0", "")
        found = REFERENCE.fullmatch(value)
        if not found:
            return value
        known = self._sent_by_me(found[1])
        if not known:
            raise _NotYetError
        return known.result_id or ""

    @api.model
    def _case_code(self, value):
        """The code of a case, or of the case that a report from this phone opened."""
        value = str(value or "")
        found = REFERENCE.fullmatch(value)
        if not found:
            return value.replace("\0", "")
        known = self._sent_by_me(found[1])
        if not known:
            raise _NotYetError
        return known.case_id.name or ""

    @api.model
    def _answers(self, form, values, case, written_at):
        """What the form asks of what was sent, rows put together."""
        # sudo: a programme's own questions are read; nothing is told.
        picked = (FORMS | ANSWERS)[form].pick(self.env, values, case.sudo())
        day = DAYS.get(form)
        if day and not str(picked.get(day) or "").strip():
            said = case.sudo().with_context(said_at=written_at)  # sudo: its zone
            picked[day] = said._said_day().isoformat()
        if form == "attendance-day":
            return {**picked, "marks": values.get("marks")}
        for name in ("submit", "member"):
            if values.get(name):
                picked[name] = values[name]
        return picked if form == "danger" else {**picked, "case": values.get("case")}

    @api.model
    def _others(self, form, values, said_as, case):
        """What was answered to questions that this form does not ask any more, by the
        words in which the phone asked them: kept as words, never lost."""
        asked = (FORMS | ANSWERS)[form]
        # sudo: a programme's own questions are read; nothing is told.
        names = {question.name for question in asked.asked(self.env, case.sudo())}
        names |= {name for one in asked.beside for name in one.names}
        said_as = said_as if isinstance(said_as, dict) else {}
        others = {}
        for name, value in values.items():
            known = name in BESIDE_ANSWERS or name in names
            row = any(one._row_name(name) for one in asked.rows.values())
            if value and not known and not row and len(str(value)) <= MAX_WORDS:
                words = said_as.get(name) or said_as.get(f"{name}[]") or name
                others[str(words).replace("\0", "")[:200]] = value
        return others

    @api.model
    def _conflict(self, form, case, version):
        """The other text, where the one that the writer read is not there any more."""
        own = case.with_user(self.env.user)
        if version in (None, "", own._offline_version(form)):
            return None
        values = own._portal_prefill(form)
        return {
            "state": "conflict",
            "say": self.env._("Somebody changed this text after you read it."),
            "version": own._offline_version(form, values),
            "theirs": {name: value for name, value in values.items() if value},
        }

    # -- filing --------------------------------------------------------------------
    @api.model
    def _place_or_wait(self, form, answers, others, first=None):
        """Of a phone of the portal, whose writer reads at once what is wrong, a wrong
        answer is refused; danger alone waits for nobody (R59)."""
        if self.env.context.get("phone_forgotten"):
            case = self._case_of(answers)
            return {
                "state": "waiting",
                "reason": "forgotten_phone",
                "case_id": case.id,
                "team_id": self._team_of(case).id,
            }
        found = super()._place_or_wait(form, answers, others, first)
        if (
            self.env.context.get("from_phone")
            and found.get("reason") == "bad_answer"
            and form not in URGENT_FORMS
        ):
            raise UserError(found["detail"])
        return found

    @api.model
    def _place_held(self, form, answers, others):
        if form not in ANSWERS:
            return super()._place_held(form, answers, others)
        if form == "attendance-day":
            packages = self.env["remediation.referral.package"].with_user(self.env.user)
            rows = packages.portal_enter_day(answers.get("day"), answers.get("marks"))
            return {"result_model": rows._name, "result_id": rows[:1].id}
        package = self._package_of(answers)
        if form == "referral-accept":
            package.portal_accept()
        elif form == "referral-reject":
            package.portal_reject(answers.get("reason"), answers.get("note"))
        elif form == "referral-done":
            package.portal_done(
                answers.get("outcome"), answers.get("feedback"), answers.get("done_on")
            )
        else:
            month = str(answers.get("month") or "")[:7]
            days = {name: answers.get(name) for name in answers if "days" in name}
            package.portal_enter_attendance(month, {str(package.id): days})
        return {"result_model": package._name, "result_id": package.id}

    @api.model
    def _package_of(self, answers):
        """The referral that the user received and may still answer, as the user."""
        packages = self.env["remediation.referral.package"].with_user(self.env.user)
        package = packages.search(
            packages._portal_inbox_domain()
            & fields.Domain("name", "=", str(answers.get("case") or "")),
            limit=1,
        )
        return package._check_recipient() if package else packages._refuse_missing()

    @api.model
    def _take(self, form, case, answers, others):
        # sudo: as in the method that this extends, a case that the caller checked.
        if self.written_at:
            # Filed by hand: it was said when it was written.
            case = case.with_context(said_at=self.written_at)
        own = case.with_user(self.env.user).with_company(case.company_id).sudo()
        values = {name: answers[name] for name in answers if name != "case"}
        if form == "refer":
            record = own._take_refer(values)
        elif form == "document":
            return own._portal_attach(values.get("photo") or "", own)
        elif form in ("assessment", "plan") and "submit" in values:
            submit = values.pop("submit") == "1"
            record = getattr(own, f"_take_{form}")(values, submit)
        else:
            return super()._take(form, case, answers, others)
        self._keep_words(own, FORMS[form], others)
        return record
