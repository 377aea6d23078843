"""A model's form for people outside the desk, declared once as data (R61).

From one :class:`Form` come the page on the portal, the whitelist of the method that
takes it, what is filled in before, what a telephone may send, the form for Kobo and the
documentation. Nothing is answered by a default, and what is not understood is said,
never guessed (R58, R81).
"""

import math
from datetime import date

from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from .answers import (
    NO,
    YES,
    Answer,
    NotUnderstoodError,
    plain_word,
    read_answer,
    read_choice,
)

_lt = LazyTranslate(__name__)

#: How each kind of field is asked.
KINDS = {
    "selection": "choice",
    "boolean": "answer",
    "date": "date",
    "integer": "number",
    "float": "number",
    "monetary": "number",
    "char": "text",
    "text": "area",
    "many2one": "record",
    "many2many": "records",
}
#: The same on a page: the kinds that the portal draws.
WIDGETS = {"choice": "select", "answer": "select", "record": "select"}
WIDGETS["records"] = "checks"
#: The same in an XLSForm.
TYPES = {
    "text": "text",
    "area": "text",
    "date": "date",
    "file": "image",
    "sign": "image",
    "records": "select_multiple",
}
AREA_SIZE = 8000
YES_NO_WORDS = {YES: _lt("Yes"), NO: _lt("No")}


class Question:
    """One question of a form.

    :param name: how it is called on pages and in submissions; the field's name where
        ``field`` does not say another
    :param text: the question, lazily translated
    :param kind: text, area, date, number, answer, choice, record, records, file, sign;
        by the field where it is not said
    :param only: function of a key: which of the choices are offered here
    :param required: True, or the condition under which it must be answered
    :param when: condition under which it is shown: ``"child_seen=yes"``
    :param offer: function of ``(env, owner)`` that returns the records to choose from
    :param key: field of these records that stands for them; ``id`` on the portal
    :param label: function of a record: what is shown of it
    """

    def __init__(self, name, text, kind=None, **options):
        self.name = name
        self.text = text
        self.kind = kind
        self.field = options.pop("field", name)
        self.help = options.pop("help", None)
        self.required = options.pop("required", False)
        self.when = options.pop("when", None)
        self.only = options.pop("only", None)
        self.offer = options.pop("offer", None)
        self.key = options.pop("key", "id")
        self.label = options.pop("label", lambda record: record.display_name)
        self.low = options.pop("low", 0)
        self.high = options.pop("high", 10**9)
        self.size = options.pop("size", None)
        self.folded = options.pop("folded", False)
        if options:
            raise TypeError(f"{name}: no such option: {', '.join(options)}")


class Form:
    """The questions about one model, in their order.

    :param model: name of the model whose fields the answers fill
    :param title: what the page is called, lazily translated
    :param rows: ``{name: Form}`` of repeated groups (the actions of a plan)
    """

    def __init__(self, model, title, *questions, rows=None):
        self.model = model
        self.title = title
        self.questions = questions
        self.rows = rows or {}
        self.by_name = {question.name: question for question in questions}

    @property
    def names(self):
        """Names that may be sent; any other is passed by."""
        return (*self.by_name, *self.rows)

    def _field(self, env, question):
        return env[self.model]._fields.get(question.field) if self.model else None

    def kind_of(self, env, question):
        """How a question is asked: what it says itself, or by its field."""
        if question.kind:
            return question.kind
        field = self._field(env, question)
        return "answer" if isinstance(field, Answer) else KINDS[field.type]

    # -- showing ---------------------------------------------------------------
    def choices(self, env, question, owner=None):
        """``[(key, label)]`` of what may be chosen, in the user's language."""
        kind = self.kind_of(env, question)
        field = self._field(env, question)
        if kind in ("record", "records"):
            return [
                (record[question.key], question.label(record))
                for record in question.offer(env, owner)
            ]
        if kind == "answer" and not isinstance(field, Answer):
            return [(key, env._(words)) for key, words in YES_NO_WORDS.items()]
        if kind in ("choice", "answer"):
            return [
                choice
                for choice in field._description_selection(env)
                if not question.only or question.only(choice[0])
            ]
        return []

    def fields(self, env, owner=None, hidden=(), prefix="", group=None):
        """The questions as the portal's template draws them, one dict each.

        :param hidden: fields that a family withheld: neither asked nor shown
        """
        drawn = []
        for question in self.questions:
            if question.field in hidden:
                continue
            kind = self.kind_of(env, question)
            name = prefix + question.name
            when = question.when and prefix + question.when
            drawn.append(
                {
                    "name": f"{name}[]" if kind == "records" else name,
                    "label": env._(question.text) if question.text else "",
                    "kind": WIDGETS.get(kind, kind),
                    "choices": self.choices(env, question, owner),
                    "help": env._(question.help) if question.help else None,
                    "required": question.required is True and not prefix,
                    "when": when,
                    "folded": question.folded,
                }
            )
        if drawn and group:
            drawn[0].update(group=True, label=f"{group}: {drawn[0]['label']}")
        return drawn

    def prefill(self, record, hidden=()):
        """What is known already, so that nobody types it twice; of a record of the
        model, or of none."""
        values = {}
        for question in self.questions:
            field = record._fields.get(question.field)
            if not field or question.field in hidden:
                continue
            value = record[question.field]
            kind = self.kind_of(record.env, question)
            if kind == "record":
                value = value[question.key]
            elif kind == "records":
                value = [str(key) for key in value.mapped(question.key)]
            elif kind == "answer" and isinstance(value, bool):
                value = YES if value else ""
            elif isinstance(value, date):
                value = value.isoformat()
            elif kind == "number" and value:
                value = f"{value:g}"
            values[question.name] = value or ""
        return values

    # -- taking ----------------------------------------------------------------
    def parse(self, env, values, owner=None):
        """Return ``(vals, wrong)``: values of fields of the model, and a sentence per
        name that cannot be taken or is missing. Only what was asked is read."""
        vals, wrong, said = {}, {}, {}
        for question in self.questions:
            try:
                value = self._read_one(env, question, values.get(question.name), owner)
            except _WrongError as error:
                wrong[question.name] = str(error)
                continue
            said[question.name] = value
            given = values.get(question.name)
            if isinstance(value, bool) and given is not None and str(given).strip():
                said[question.name] = YES if value else NO
            if question.name in values and question.field:
                vals[question.field] = value
        for question in self.questions:
            needed = question.required is True or (
                question.required and self.holds(question.required, said)
            )
            if needed and question.name not in wrong:
                shown = not question.when or self.holds(question.when, said)
                if shown and not said.get(question.name):
                    wrong[question.name] = env._(
                        "Answer the question “%(question)s”.",
                        question=env._(question.text),
                    )
        return vals, wrong

    def take(self, env, values, owner=None):
        """As :meth:`parse`; every wrong answer is one line of a UserError."""
        if not isinstance(values, dict):
            raise UserError(env._("Reload the page and try again."))
        vals, wrong = self.parse(env, values, owner)
        if wrong:
            raise UserError("\n".join(wrong.values()))
        return vals

    def shown(self, record, owner=None, hidden=()):
        """``[(question, answer)]`` in the user's words, of what was answered."""
        env, shown = record.env, []
        values = self.prefill(record, hidden)
        for question in self.questions:
            value = values.get(question.name)
            if not value:
                continue
            kind = self.kind_of(env, question)
            if kind in ("record", "records"):
                value = ", ".join(map(question.label, record[question.field]))
            elif kind in ("choice", "answer"):
                value = dict(self.choices(env, question, owner)).get(value, value)
            shown.append((env._(question.text), value))
        return shown

    @staticmethod
    def holds(condition, said):
        """Whether ``name=value`` holds for what was said."""
        name, value = condition.split("=")
        return (said.get(name) or "") == value

    def _read_one(self, env, question, given, owner):
        kind = self.kind_of(env, question)
        words = env._(question.text)
        if kind in ("file", "sign"):
            return given or False
        if kind in ("text", "area"):
            return self._read_text(env, question, kind, given, words)
        if kind == "date":
            return self._read_date(env, given, words)
        if kind == "number":
            return self._read_number(env, question, given, words)
        if kind in ("choice", "answer"):
            return self._read_choice(env, question, kind, given, words)
        return self._read_records(env, question, kind, given, words, owner)

    def _read_text(self, env, question, kind, given, words):
        if given in (None, False):
            return False
        if not isinstance(given, str | int | float) or isinstance(given, bool):
            raise _WrongError(env._("%(question)s: write text.", question=words))
        text = str(given).strip()
        size = question.size or (AREA_SIZE if kind == "area" else 200)
        if len(text) > size:
            raise _WrongError(
                env._(
                    "%(question)s: shorten the text to %(size)s characters.",
                    question=words,
                    size=size,
                )
            )
        return text or False

    def _read_date(self, env, given, words):
        if given in (None, False, ""):
            return False
        try:
            return date.fromisoformat(str(given).strip()[:10])
        except ValueError as error:
            raise _WrongError(
                env._(
                    "%(question)s: “%(value)s” is no day, write year-month-day.",
                    question=words,
                    value=str(given)[:40],
                )
            ) from error

    def _read_number(self, env, question, given, words):
        if given in (None, False, ""):
            return 0
        field = self._field(env, question)
        whole = bool(field) and field.type == "integer"
        try:
            if isinstance(given, bool) or not isinstance(given, str | int | float):
                raise ValueError(given)
            text = str(given).strip().replace("\u202f", "").replace("\xa0", "")
            number = float(text.replace(",", "."))
            if not math.isfinite(number) or (whole and number != int(number)):
                raise ValueError(given)
            if not question.low <= number <= question.high:
                raise ValueError(given)
        except ValueError as error:
            raise _WrongError(
                env._(
                    "%(question)s: enter a number between %(low)s and %(high)s.",
                    question=words,
                    low=question.low,
                    high=question.high,
                )
            ) from error
        return int(number) if whole else number

    def _read_choice(self, env, question, kind, given, words):
        field = self._field(env, question)
        try:
            if kind == "answer":
                answer = read_answer(None if given in ("", []) else given)
                offered = (
                    dict(field.selection) if isinstance(field, Answer) else (YES, NO)
                )
                if answer and answer not in offered:
                    raise NotUnderstoodError(given)
                if field is not None and field.type == "boolean":
                    return answer == YES
                return answer or False
            choice = read_choice(env, field, given)
            if choice and question.only and not question.only(choice):
                raise NotUnderstoodError(given)
            return choice or False
        except NotUnderstoodError as error:
            raise _WrongError(
                env._(
                    "%(question)s: “%(value)s” is none of the answers.",
                    question=words,
                    value=str(given)[:80],
                )
            ) from error

    def _read_records(self, env, question, kind, given, words, owner):
        several = kind == "records"
        if isinstance(given, str) and several:
            given = given.replace(",", " ").split()
        elif not several:
            given = [] if given in (None, False, "", 0, "0") else [given]
        given = given or []
        if not isinstance(given, list | tuple):
            given = [given]
        offered = question.offer(env, owner) if given else ()
        found = []
        for one in given:
            wanted = plain_word(one)
            matches = [
                record.id
                for record in offered
                if wanted
                in (
                    str(record[question.key]),
                    plain_word(record[question.key]),
                    *(
                        plain_word(record[name])
                        for name in ("code", "name")
                        if name in record._fields
                    ),
                )
            ]
            if len(matches) != 1 or isinstance(one, list | dict | bool):
                raise _WrongError(
                    env._(
                        "%(question)s: “%(value)s” is not in the list.",
                        question=words,
                        value=str(one)[:80],
                    )
                )
            found += matches
        if several:
            return [(6, 0, found)]
        return found[0] if found else False

    # -- handing out -----------------------------------------------------------
    def xlsform(self, env, name, more=(), without=()):
        """Return ``{"survey": rows, "choices": rows, "settings": rows}`` of an XLSForm
        for Kobo or ODK, headers first, in the user's language.

        :param more: ``[(name, label, required)]`` of questions that stand before
        :param without: names that this door asks in another way
        """
        survey = [["type", "name", "label", "hint", "required", "relevant"]]
        choices = [["list_name", "name", "label"]]
        for other, label, required in more:
            survey.append(["text", other, label, "", "yes" if required else "", ""])
        self._xlsform_rows(env, survey, choices, without=without)
        for rows_name, form in self.rows.items():
            survey.append(["begin_repeat", rows_name, env._(form.title), "", "", ""])
            form._xlsform_rows(env, survey, choices, f"{rows_name}_")
            survey.append(["end_repeat", "", "", "", "", ""])
        settings = [
            ["form_title", "form_id"],
            [env._(self.title), f"remediation_{name}"],
        ]
        return {"survey": survey, "choices": choices, "settings": settings}

    def _xlsform_rows(self, env, survey, choices, prefix="", without=()):
        for question in self.questions:
            if question.name in without:
                continue
            kind = self.kind_of(env, question)
            offered = self.choices(env, question)
            field = self._field(env, question)
            list_name = prefix + question.name
            if kind in ("choice", "answer", "record"):
                kind_of = f"select_one {list_name}" if offered else "text"
            elif kind == "records":
                kind_of = f"select_multiple {list_name}" if offered else "text"
            elif kind == "number":
                whole = field is not None and field.type == "integer"
                kind_of = "integer" if whole else "decimal"
            else:
                kind_of = TYPES[kind]
            if "select" in kind_of:
                choices.extend([list_name, str(key), label] for key, label in offered)
            relevant = ""
            if question.when:
                other, value = question.when.split("=")
                relevant = f"${{{other}}} = '{value}'"
            survey.append(
                [
                    kind_of,
                    question.name,
                    env._(question.text),
                    env._(question.help) if question.help else "",
                    "yes" if question.required else "",
                    relevant,
                ]
            )


class _WrongError(Exception):
    """An answer that cannot be taken, with its sentence."""
