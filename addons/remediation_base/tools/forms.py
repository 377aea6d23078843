"""A model's form for people outside the desk, declared once as data (R61).

From one :class:`Form` come the page on the portal, the whitelist of the method that
takes it, what is filled in before, what a telephone may send, the form for Kobo and the
documentation. Nothing is answered by a default, and what is not understood is said,
never guessed (R58, R81).
"""

import math
import re
from datetime import date
from itertools import chain

from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_date
from odoo.tools.translate import LazyGettext

from .answers import (
    NO,
    YES,
    Answer,
    NotUnderstoodError,
    plain_word,
    read_answer,
    read_choice,
)
from .numbers import say_number
from .other_words import say, say_choices

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
WIDGETS |= {"records": "checks", "choices": "checks"}
#: Of these several may be chosen.
SEVERAL = ("records", "choices")
#: Pictures come through the page alone: servers of Kobo and ODK keep theirs.
FILES = ("file", "sign")
#: The same in an XLSForm.
TYPES = {"text": "text", "area": "text", "date": "date"}
#: Empty rows below those there are, and those that one more press adds.
EMPTY_ROWS = 3
ROWS_MAX = 100
AREA_SIZE = 8000
YES_NO_WORDS = {YES: _lt("Yes"), NO: _lt("No")}


class Question:
    """One question of a form.

    :param name: how it is called on pages and in submissions; the field's name where
        ``field`` does not say another
    :param text: the question, lazily translated
    :param kind: text, area, date, number, answer, choice, choices, record, records,
        check (a tick), file, sign; by the field where it is not said
    :param only: function of a key: which of the choices are offered here
    :param choices: ``[(key, words)]`` where no field has them
    :param required: True, or the condition under which it must be answered
    :param when: condition under which it is shown: ``"child_seen=yes"``
    :param offer: function of ``(env, owner)`` that returns the records to choose from
    :param show: function of ``(env, owner)`` that returns ``[(key, words)]`` of those
        that the page offers first, where it is not all of them
    :param key: field of these records that stands for them; ``id`` on the portal
    :param label: function of ``(record, owner)``: what is shown of it
    :param store: ``(name, key)`` of what keeps the answer, where no field does
    :param also: other names under which the answer may come
    :param like: the field by which a family withholds it, where it is another
    :param whole: whether a number without a field is a whole one
    """

    def __init__(self, name, text, kind=None, **options):
        self.name = name
        self.text = text
        self.kind = kind
        self.store = options.pop("store", None)
        self.field = options.pop("field", None if self.store else name)
        self.help = options.pop("help", None)
        self.required = options.pop("required", False)
        self.when = options.pop("when", None)
        self.only = options.pop("only", None)
        self.choices = options.pop("choices", None)
        self.offer = options.pop("offer", None)
        self.show = options.pop("show", None)
        self.key = options.pop("key", "id")
        self.label = options.pop("label", lambda record, owner: record.display_name)
        self.low = options.pop("low", 0)
        self.high = options.pop("high", 10**9)
        self.size = options.pop("size", None)
        self.folded = options.pop("folded", False)
        self.also = options.pop("also", ())
        self.whole = options.pop("whole", False)
        self.like = options.pop("like", self.field)
        if options:
            raise TypeError(f"{name}: no such option: {', '.join(options)}")


def words(env, text) -> str:
    """A question's text, in the user's language; one that people wrote as it is."""
    return say(env, env._(text)) if isinstance(text, LazyGettext) else text or ""


class Form:
    """The questions about one model, in their order.

    :param model: name of the model whose fields the answers fill, or None
    :param title: what the page is called, lazily translated
    :param rows: ``{name: Form}`` of repeated groups (the actions of a plan)
    :param more: function of ``(env, owner)`` that returns questions which stand in the
        database: a programme's own
    :param more_says: what these are, for the documentation
    :param prefix: what stands before the number of a row in the names of a page
    :param field: the field of the record around it that holds the rows
    :param when: condition on the form around it under which its rows are shown
    :param spare: empty rows that a page shows below those there are
    :param beside: forms about other models that are asked on the same page
    :param page: address of the page that asks it, for the documentation
    :param phone: whether a submission may bring it
    """

    def __init__(self, model, title, *questions, **options):
        self.model = model
        self.title = title
        self.questions = list(questions)
        self.rows = options.pop("rows", None) or {}
        self.more = options.pop("more", None)
        self.more_says = options.pop("more_says", "")
        self.prefix = options.pop("prefix", "")
        self.field = options.pop("field", None)
        self.beside = options.pop("beside", ())
        self.when = options.pop("when", None)
        self.spare = options.pop("spare", EMPTY_ROWS)
        self.page = options.pop("page", "")
        self.phone = options.pop("phone", False)
        if options:
            raise TypeError(f"{model}: no such option: {', '.join(options)}")

    @property
    def by_name(self) -> dict:
        """The questions that stand in the code, by name."""
        return {question.name: question for question in self.questions}

    @property
    def names(self) -> tuple:
        """Names that may be sent; any other is passed by."""
        beside = [name for form in self.beside for name in form.names]
        return (*self.by_name, *self.rows, *beside)

    def asked(self, env, owner=None) -> list:
        """All questions: those of the code and those of the database."""
        return [*self.questions, *(self.more(env, owner) if self.more else ())]

    def _field(self, env, question):
        return env[self.model]._fields.get(question.field) if self.model else None

    def kind_of(self, env, question) -> str:
        """How a question is asked: what it says itself, or by its field."""
        if question.kind:
            return question.kind
        field = self._field(env, question)
        return "answer" if isinstance(field, Answer) else KINDS[field.type]

    # -- showing ---------------------------------------------------------------
    def choices(self, env, question, owner=None) -> list[tuple]:
        """``[(key, label)]`` of what may be chosen, in the user's language."""
        kind = self.kind_of(env, question)
        field = self._field(env, question)
        if kind in ("record", "records"):
            return self._offered(env, question, owner)
        if question.choices:
            return [(key, words(env, text)) for key, text in question.choices]
        if kind == "answer" and not isinstance(field, Answer):
            return [(key, env._(words)) for key, words in YES_NO_WORDS.items()]
        if kind in ("choice", "choices", "answer"):
            return [
                choice
                for choice in say_choices(env, field._description_selection(env))
                if not question.only or question.only(choice[0])
            ]
        return []

    @staticmethod
    def _offered(env, question, owner):
        """The records that may be chosen. Who draws forms of many owners puts a dict
        ``offered`` into the context: what is for all is then read once."""
        kept = env.context.get("offered")
        if not (isinstance(kept, dict) and getattr(question.offer, "for_all", False)):
            kept = {}
        place = (question.offer, question.key, question.label)
        if place not in kept:
            kept[place] = [
                (record[question.key], question.label(record, owner))
                for record in question.offer(env, owner)
            ]
        return kept[place]

    def page_fields(self, env, owner=None, hidden=None, values=None):
        """The form as the portal's template draws it, rows included: as many as there
        are in ``values``, and empty ones for more. Papers stand last.

        :param hidden: ``{model: fields}`` that a family withheld: neither asked nor
            shown (R71)
        """
        hidden = hidden or {}
        drawn = self.fields(env, owner, hidden.get(self.model, ()))
        papers = [one for one in drawn if one["kind"] in FILES]
        drawn = [one for one in drawn if one not in papers]
        for form in self.rows.values():
            drawn += form._row_fields(env, owner, hidden, values or {})
        for form in self.beside:
            drawn += form.fields(env, owner, hidden.get(form.model, ()))
        return drawn + papers

    def _row_fields(self, env, owner, hidden, values):
        used = [int(found[1]) for name in values if (found := self._row_name(name))]
        drawn = []
        for number in range(min(max(used, default=-1) + 1 + self.spare, ROWS_MAX)):
            prefix = f"{self.prefix}{number}-"
            if values.get(f"{prefix}id"):
                drawn.append(
                    {
                        "name": f"{prefix}id",
                        "label": "",
                        "kind": "hidden",
                        "choices": [],
                    }
                )
            row = self.fields(
                env,
                owner,
                hidden.get(self.model, ()),
                prefix=prefix,
                group=f"{words(env, self.title)} {number + 1}",
            )
            drawn += [{**one, "when": one["when"] or self.when} for one in row]
        return drawn

    def _row_name(self, name):
        """``(whole, number, question)`` of a name on a page that belongs to a row."""
        found = re.fullmatch(rf"{re.escape(self.prefix)}(\d{{1,9}})-([a-z_]+)", name)
        known = found and (found[2] in self.by_name or found[2] == "id")
        return found if known else None

    def pick(self, env, posted: dict, owner=None) -> dict:
        """What of posted values this form asks, and its rows put together: nothing
        else that comes to a page is looked at (R61)."""
        names = {question.name for question in self.asked(env, owner)}
        names |= {name for form in self.beside for name in form.names}
        picked = {name: posted[name] for name in posted if name in names}
        for rows_name, form in self.rows.items():
            rows = {}
            for name, value in posted.items():
                found = form._row_name(name)
                if found:
                    rows.setdefault(int(found[1]), {})[found[2]] = value
            picked[rows_name] = [
                {"row": number, **row}
                for number, row in sorted(rows.items())
                if any(str(value or "").strip() for value in row.values())
            ]
        return picked

    def flat(self, record, hidden=None) -> dict:
        """As :meth:`prefill`, with the rows of a record by the names of a page.

        :param hidden: ``{model: fields}`` that a family withheld (R71)
        """
        hidden = hidden or {}
        values = self.prefill(record, hidden.get(record._name, ()))
        for form in self.rows.values():
            lines = record[form.field] if record else ()
            for number, line in enumerate(lines):
                row = form.prefill(line, hidden.get(line._name, ()))
                row["id"] = line.id
                values.update(
                    {f"{form.prefix}{number}-{name}": row[name] for name in row}
                )
        return values

    def fields(self, env, owner=None, hidden=(), prefix="", group=None):
        """The questions as the portal's template draws them, one dict each.

        :param hidden: fields that a family withheld: neither asked nor shown
        """
        drawn = []
        for question in self.asked(env, owner):
            if {question.like, (question.store or [None])[0]} & set(hidden):
                continue
            kind = self.kind_of(env, question)
            name = prefix + question.name
            when = question.when and prefix + question.when
            show = question.show or (lambda e, o, q=question: self.choices(e, q, o))
            drawn.append(
                {
                    "name": f"{name}[]" if kind in SEVERAL else name,
                    "label": words(env, question.text),
                    "kind": WIDGETS.get(kind, kind),
                    "choices": show(env, owner),
                    "help": words(env, question.help) if question.help else None,
                    "required": question.required is True and not prefix,
                    "when": when,
                    "folded": question.folded,
                }
            )
        if drawn and group:
            drawn[0].update(group=True, label=f"{group}: {drawn[0]['label']}")
        return drawn

    def prefill(self, record, hidden=()) -> dict:
        """What is known already, so that nobody types it twice; of a record of the
        model, or of none."""
        values = {}
        for question in self.questions:
            field = record._fields.get(question.field)
            if not field or question.like in hidden:
                continue
            value = record[question.field]
            kind = self.kind_of(record.env, question)
            if kind == "choices":
                value = [value] if value else []
            elif kind == "record":
                value = value[question.key]
            elif kind == "records":
                value = [str(key) for key in value.mapped(question.key)]
            elif kind == "answer" and isinstance(value, bool):
                value = YES if value else ""
            elif isinstance(value, date):
                value = value.isoformat()
            elif kind == "number" and value:
                # Whole, also from a million on, which `g` alone writes as a power.
                value = f"{value:.15g}"
            values[question.name] = value or ""
        return values

    # -- taking ----------------------------------------------------------------
    def parse(self, env, values: dict, owner=None) -> tuple[dict, dict]:
        """Return ``(vals, wrong)``: values of fields of the model, and a sentence per
        name that cannot be taken or is missing. Only what was asked is read."""
        vals, wrong, said = {}, {}, {}
        asked = self.asked(env, owner)
        for question in asked:
            try:
                value = self._read_one(env, question, values.get(question.name), owner)
            except _WrongError as error:
                wrong[question.name] = str(error)
                continue
            said[question.name] = value
            given = values.get(question.name)
            silent = given is None or not str(given).strip()
            if isinstance(value, bool) and not silent:
                said[question.name] = YES if value else NO
            if question.name not in values:
                continue
            if question.store:
                kept, key = question.store
                vals.setdefault(kept, {})[key] = None if silent else value
            elif question.field:
                vals[question.field] = value
        for question in asked:
            needed = question.required is True or (
                question.required and self.holds(question.required, said)
            )
            if needed and question.name not in wrong:
                shown = not question.when or self.holds(question.when, said)
                if shown and not said.get(question.name):
                    wrong[question.name] = env._(
                        "Answer the question “%(question)s”.",
                        question=words(env, question.text),
                    )
        for rows_name, form in self.rows.items():
            rows, problems = form._parse_rows(env, values.get(rows_name), owner)
            if problems:
                wrong[rows_name] = "\n".join(problems)
            elif rows_name in values:
                vals[rows_name] = rows
        return vals, wrong

    def _parse_rows(self, env, given, owner):
        given = given or []
        if not isinstance(given, list) or len(given) > ROWS_MAX:
            return [], [env._("Enter %(count)s rows at most.", count=ROWS_MAX)]
        rows, problems = [], []
        for number, row in enumerate(given, 1):
            if not isinstance(row, dict):
                return [], [env._("Reload the page and try again.")]
            # One whose first question was emptied is taken off.
            first = row.get(self.questions[0].name)
            taken_off = row.get("id") and not str(first or "").strip()
            vals, wrong = ({}, {}) if taken_off else self.parse(env, row, owner)
            problems += [
                f"{words(env, self.title)} {number}: {sentence}"
                for sentence in wrong.values()
            ]
            rows.append({**vals, "id": row.get("id"), "taken_off": bool(taken_off)})
        return rows, problems

    def sort_out(self, env, answers, others, owner=None):
        """Return ``(answers, others)`` with the answers to a programme's own questions
        among the first: they come by their name or by their words, in any group."""
        answers, others = dict(answers), dict(others)
        paths = {str(path).rpartition("/")[2]: path for path in others}
        for question in self.asked(env, owner)[len(self.questions) :]:
            for name in (question.name, *question.also):
                if name in paths and question.name not in answers:
                    answers[question.name] = others.pop(paths[name])
        return answers, others

    def take(self, env, values: dict, owner=None) -> dict:
        """As :meth:`parse`; every wrong answer is one line of a UserError."""
        if not isinstance(values, dict):
            raise UserError(env._("Reload the page and try again."))
        vals, wrong = self.parse(env, values, owner)
        if wrong:
            raise UserError("\n".join(wrong.values()))
        return vals

    def shown(self, record, owner=None, hidden=()) -> list[tuple]:
        """``[(question, answer)]`` in the user's words, of what was answered."""
        env, shown = record.env, []
        values = self.prefill(record, hidden)
        for question in self.questions:
            value = values.get(question.name)
            if not value:
                continue
            kind = self.kind_of(env, question)
            if kind in ("record", "records"):
                value = ", ".join(
                    question.label(one, owner) for one in record[question.field]
                )
            elif kind in ("choice", "choices", "answer"):
                known = dict(self.choices(env, question, owner))
                value = [value] if isinstance(value, str) else value
                value = ", ".join(known.get(one, one) for one in value)
            elif kind == "date":
                value = format_date(env, value)
            elif kind == "number" and record._fields[question.field].type != "integer":
                value = say_number(env, record[question.field], digits=2)
            shown.append((words(env, question.text), value))
        return shown

    @staticmethod
    def holds(condition, said):
        """Whether ``name=value`` holds for what was said."""
        name, value = condition.split("=")
        return (said.get(name) or "") == value

    def _read_one(self, env, question, given, owner):
        kind = self.kind_of(env, question)
        asked = words(env, question.text)
        if kind in FILES:
            return given or False
        if kind == "check":
            return self._read_choice(env, question, "answer", given, asked) is True
        if kind == "choices":
            return self._read_choices(env, question, given, asked, owner)
        if kind in ("text", "area"):
            return self._read_text(env, question, kind, given, asked)
        if kind == "date":
            return self._read_date(env, given, asked)
        if kind == "number":
            return self._read_number(env, question, given, asked)
        if kind in ("choice", "answer"):
            return self._read_choice(env, question, kind, given, asked, owner)
        return self._read_records(env, question, kind, given, asked, owner)

    def _read_text(self, env, question, kind, given, asked):
        if given in (None, False):
            return False
        if not isinstance(given, str | int | float) or isinstance(given, bool):
            raise _WrongError(env._("%(question)s: write text.", question=asked))
        text = str(given).strip()
        size = question.size or (AREA_SIZE if kind == "area" else 200)
        if len(text) > size:
            raise _WrongError(
                env._(
                    "%(question)s: shorten the text to %(size)s characters.",
                    question=asked,
                    size=size,
                )
            )
        return text or False

    def _read_date(self, env, given, asked):
        if given in (None, False, ""):
            return False
        try:
            return date.fromisoformat(str(given).strip()[:10])
        except ValueError as error:
            raise _WrongError(
                env._(
                    "%(question)s: “%(value)s” is no day, write year-month-day.",
                    question=asked,
                    value=str(given)[:40],
                )
            ) from error

    def _read_number(self, env, question, given, asked):
        if given in (None, False, ""):
            return 0
        field = self._field(env, question)
        whole = field.type == "integer" if field is not None else question.whole
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
                    question=asked,
                    low=question.low,
                    high=question.high,
                )
            ) from error
        return int(number) if whole else number

    def _read_choice(self, env, question, kind, given, asked, owner=None):
        field = self._field(env, question)
        try:
            if kind == "answer":
                answer = read_answer(None if given in ("", []) else given)
                offered = (
                    dict(field.selection) if isinstance(field, Answer) else (YES, NO)
                )
                if answer and answer not in offered:
                    raise NotUnderstoodError(given)
                boolean = field.type == "boolean" if field is not None else False
                if boolean or question.store:
                    return answer == YES
                return answer or False
            if question.choices:
                return self._read_listed(env, question, given, owner)
            choice = read_choice(env, field, given)
            if choice and question.only and not question.only(choice):
                raise NotUnderstoodError(given)
            return choice or False
        except NotUnderstoodError as error:
            raise _WrongError(
                env._(
                    "%(question)s: “%(value)s” is none of the answers.",
                    question=asked,
                    value=str(given)[:80],
                )
            ) from error

    def _read_listed(self, env, question, given, owner):
        """A choice of those that the question itself lists, by key or words."""
        if given in (None, False, "") or not str(given).strip():
            return False
        wanted = plain_word(given) if isinstance(given, str | int) else None
        for key, text in self.choices(env, question, owner):
            if wanted in (plain_word(key), plain_word(text)):
                return key
        raise NotUnderstoodError(given)

    def _read_choices(self, env, question, given, asked, owner):
        """Several of the choices of one selection, as a list or with blanks between."""
        if isinstance(given, str):
            given = given.replace(",", " ").split()
        if not isinstance(given or [], list | tuple):
            given = [given]
        found = []
        for one in given or ():
            choice = self._read_choice(env, question, "choice", one, asked, owner)
            if not choice:
                choice = self._read_choice(env, question, "choice", "?", asked, owner)
            found.append(choice)
        return found

    def _read_records(self, env, question, kind, given, asked, owner):
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
                        question=asked,
                        value=str(one)[:80],
                    )
                )
            found += matches
        if several:
            return [(6, 0, found)]
        return found[0] if found else False

    # -- handing out -----------------------------------------------------------
    def xlsform(self, env, name, more=(), without=(), owner=None):
        """Return ``{"survey": rows, "choices": rows, "settings": rows}`` of an XLSForm
        for Kobo or ODK, headers first, in the user's language.

        :param more: ``[(name, label, required)]`` of questions that stand before; with
            a fourth part, the keys that may be chosen
        :param without: names that this door asks in another way
        :param owner: a case, or programmes whose own questions are asked too
        """
        survey = [[*_COLUMNS]]
        choices = [["list_name", "name", "label"]]
        for other, label, required, *keys in more:
            kind = f"select_one {other}" if any(keys) else "text"
            survey.append(_row(kind, other, label, required="yes" * bool(required)))
            choices.extend([other, key, key] for key in chain(*keys))
        self._xlsform_rows(env, survey, choices, without=without, owner=owner)
        for form in self.beside:
            form._xlsform_rows(env, survey, choices, owner=owner)
        for rows_name, form in self.rows.items():
            shown = _xpath(form.when)
            title = words(env, form.title)
            survey.append(_row("begin_repeat", rows_name, title, relevant=shown))
            form._xlsform_rows(env, survey, choices, rows_name, owner=owner)
            survey.append(_row("end_repeat", rows_name, ""))
        survey.append(_row("calculate", "written_at", "", calculation="now()"))
        settings = [
            ["form_title", "form_id"],
            [words(env, self.title), f"remediation_{name}"],
        ]
        return {"survey": survey, "choices": choices, "settings": settings}

    def _xlsform_rows(self, env, survey, choices, group="", without=(), owner=None):
        for question in self.asked(env, owner):
            kind = self.kind_of(env, question)
            if question.name in without or kind in FILES:
                continue
            # What depends on the case is not known there: it is written as a code.
            offered = self.choices(env, question)
            field = self._field(env, question)
            list_name = "_".join(filter(None, (group, question.name)))
            several = "multiple" if kind in SEVERAL else "one"
            constraint = ""
            if kind in ("choice", "choices", "answer", "record", "records"):
                kind_of = f"select_{several} {list_name}" if offered else "text"
            elif kind == "number":
                whole = field.type == "integer" if field is not None else question.whole
                kind_of = "integer" if whole else "decimal"
                constraint = f". >= {question.low} and . <= {question.high}"
            else:
                kind_of = TYPES[kind]
            if offered and "select" in kind_of:
                choices.extend([list_name, str(key), label] for key, label in offered)
            required = question.required
            survey.append(
                _row(
                    kind_of,
                    question.name,
                    words(env, question.text),
                    hint=words(env, question.help),
                    required="yes" if required is True else _xpath(required),
                    relevant=_xpath(question.when),
                    constraint=constraint,
                )
            )

    def document(self, env, withheld=None) -> list[dict]:
        """Rows of the form's documentation: dicts of question, name, field, type,
        choices, required, shown, withheld.

        :param env: ``env[model]._fields`` is all that is asked of it
        :param withheld: function of ``(model, field)`` that returns the items which a
            family withholds it by
        """
        rows = []
        for question in self.questions:
            field = self._field(env, question)
            kind = self.kind_of(env, question)
            keys = [key for key, _words in question.choices or _selection(field)]
            if question.only:
                keys = list(filter(question.only, keys))
            if kind == "answer" and not keys:
                keys = [YES, NO]
            items = withheld(self.model, question.like) if withheld else ()
            rows.append(
                {
                    "question": _source(question.text),
                    "name": question.name,
                    "field": question.field if field is not None else "",
                    "type": kind,
                    "choices": ", ".join(map(str, keys)),
                    "required": "always"
                    if question.required is True
                    else question.required or "",
                    "shown": question.when or "",
                    "withheld": ", ".join(items),
                }
            )
        return rows


#: Columns of an XLSForm's survey.
_COLUMNS = ("type", "name", "label", "hint", "required", "relevant")
_COLUMNS += ("constraint", "calculation")


def _row(kind, name, label, **cells):
    return [kind, name, label, *(cells.get(column, "") for column in _COLUMNS[3:])]


def _xpath(condition):
    """``name=value`` as an XLSForm says it; nothing for no condition."""
    if not condition:
        return ""
    name, value = condition.split("=")
    return f"${{{name}}} = '{value}'"


def _selection(field):
    """The choices of a field, also of one whose model is not in a registry."""
    if field is None or field.type != "selection":
        return ()
    known = getattr(field, "selection", None) or field._args__.get("selection")
    return known if isinstance(known, list | tuple) else ()


def _source(text):
    return text._source if isinstance(text, LazyGettext) else str(text or "")


class _WrongError(Exception):
    """An answer that cannot be taken, with its sentence."""


def for_all(offer):
    """Marks what is offered alike to every owner of a form."""
    offer.for_all = True
    return offer
