"""Steps: methods that move records from one state to another, declared in one line.

``@step`` stands above a named method. It locks the rows, reads them again, checks the
right, the state and four eyes, asks for what is missing, writes the new state with who
and when, and then runs the method, which holds what is particular to it. The table of
all steps in ``docs/steps.md`` is read from these declarations.
"""

import functools
import inspect
from dataclasses import dataclass

#: In ``_open_fields`` of a model: all may be written in that state, and rows may come
#: and go.
EVERYTHING = frozenset({"*"})


@dataclass(frozen=True)
class Ask:
    """One answer that a step needs.

    :param field: name of the field of the model that says what is asked (label, type,
        choices) and keeps the answer; None where the model keeps it nowhere
    :param required: whether the step is refused without it
    :param keep: whether the step writes the answer to the field; otherwise the method
        does what it wants with it
    :param label: what the window calls it, instead of the field's label
    :param kind: the type of an answer without a field
    """

    field: str = None
    required: bool = True
    keep: bool = True
    label: object = None
    kind: str = "char"

    def type_in(self, model):
        """The type of the answer, as of a field."""
        return model._fields[self.field].type if self.field else self.kind


@dataclass(frozen=True)
class Step:
    """What is declared of one step; see :func:`step`."""

    name: str
    frm: tuple
    to: object
    group: tuple
    duty: tuple
    not_by: tuple
    asks: dict
    stamp: str
    check: str
    allowed: str
    right: str
    title: object
    hint: object
    referencing: bool
    locks: str
    sudo: str
    seen: str
    signature: inspect.Signature

    def target(self, records):
        """The state that the step writes, or None where its method decides."""
        to = getattr(records, self.to) if str(self.to).startswith("_") else self.to
        return to if isinstance(to, str) else None

    def answers(self, args, kwargs):
        """The answers that a call gives, by their names."""
        bound = self.signature.bind_partial(None, *args, **kwargs)
        return {k: v for k, v in bound.arguments.items() if k in self.asks}


def step(
    *,
    frm=(),
    to=None,
    group=(),
    duty=(),
    not_by=(),
    asks=None,
    stamp=None,
    check=None,
    allowed=None,
    right="write",
    title=None,
    hint=None,
    referencing=False,
    locks=None,
    sudo=None,
    seen=None,
):
    """Declare that a public method is a step.

    :param frm: the states it starts from; empty: any
    :param to: the state it leads to, written before the method runs; the name of an
        attribute of the model when it begins with ``_``; a tuple documents the states
        that the method itself chooses from
    :param group: XML ids of groups; one of them is needed
    :param duty: names of duties, where who may act depends on the day and on the
        record's company and not on a group alone; one of them is needed. The models
        say what a duty is (:meth:`_check_step_duty`)
    :param not_by: links to users (``create_uid``, ``submitted_by_id``) who may not take
        this step on the same record
    :param asks: ``{argument: field name or Ask}``: what the one window asks for when a
        button calls without arguments; an :class:`Ask` says whether it is required
    :param stamp: ``approved`` writes ``approved_by_id`` and ``approved_on`` (or
        ``date_approved``), those of them that the model has
    :param check: name of a method that returns the sentences that keep one record
        from this step
    :param allowed: name of a method that raises where the user may not do this
    :param right: the access right that is needed; None: the method checks it
    :param title: what the window is called (``_lt``)
    :param hint: a sentence that stands in the window (``_lt``)
    :param referencing: lock the rows so that others may still link to them
    :param locks: link to the records that are locked instead, where they are the whole
        that is decided on
    :param sudo: which right the step passes by, in words: once everything was checked
        the state is written, and the method runs, for users who may not write
    :param seen: field with the hash of what the page shows: who signs says in the
        context (``seen_hash``) what they saw, by whatever door; without it, or with
        that of something else, the step is refused (``remediation.shown`` brings it)
    """
    as_tuple = {
        name: (value,) if isinstance(value, str) else tuple(value)
        for name, value in (
            ("frm", frm),
            ("group", group),
            ("duty", duty),
            ("not_by", not_by),
        )
    }
    questions = {
        name: Ask(ask) if isinstance(ask, str) else ask
        for name, ask in (asks or {}).items()
    }

    def decorate(method):
        declared = Step(
            name=method.__name__,
            to=to,
            asks=questions,
            stamp=stamp,
            check=check,
            allowed=allowed,
            right=right,
            title=title,
            hint=hint,
            referencing=referencing,
            locks=locks,
            sudo=sudo,
            seen=seen,
            signature=inspect.signature(method),
            **as_tuple,
        )

        @functools.wraps(method)
        def take(self, *args, **kwargs):
            return self._take_step(declared, method, args, kwargs)

        take._step = declared
        # A button calls it without arguments, and is asked.
        take.__signature__ = declared.signature.replace(
            parameters=[
                parameter.replace(default=None)
                if parameter.name in questions and parameter.default is parameter.empty
                else parameter
                for parameter in declared.signature.parameters.values()
            ]
        )
        return take

    return decorate


def steps_of(model) -> dict:
    """``{method name: Step}`` of a model, its mixins and what extends it."""
    found = {}
    for cls in type(model).__mro__:
        for name, attribute in vars(cls).items():
            declared = getattr(attribute, "_step", None)
            if isinstance(declared, Step):
                found.setdefault(name, declared)
    return found
