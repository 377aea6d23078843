import logging

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ..tools.context import without_defaults
from ..tools.steps import steps_of

_logger = logging.getLogger(__name__)


class StepMixin(models.AbstractModel):
    """Records that move from state to state by declared steps (``@step``).

    What a step checks is said in its declaration; the sentences of a refusal are here,
    one for each kind. A model changes nothing of this but by the hooks
    :meth:`_check_step_right`, :meth:`_before_step` and :meth:`_after_step`.
    """

    _name = "remediation.step.mixin"
    _description = "Moves by Declared Steps"

    #: Field whose value says where a record stands.
    _state_field = "state"
    #: Whether the server's log names each step taken, by number.
    _log_steps = True

    def _take_step(self, step, method, args, kwargs):
        """Take a step: for ``@step`` alone.

        :return: what the method returns, True where it returns nothing, or the window
            that asks for what a button could not give
        :raises AccessError: the user has not the right, or decides on their own work
        :raises UserError: wrong state, an answer is missing, a condition is not met
        """
        records = without_defaults(self)
        answers = step.answers(args, kwargs)
        try:
            records._check_step_right(step)
            if records._must_ask(step, answers):
                return records._ask(step)
            answers = records._read_answers(step, answers)
            whole = records[step.locks] if step.locks else records
            whole.lock_for_update(allow_referencing=step.referencing)
            records._read_again(step)
            records._check_step_state(step)
            records._check_four_eyes(step)
        except AccessError:
            self._log_step("Refused: ", step)
            raise
        if step.sudo:
            # sudo: the right that the declaration names, after all was checked
            records = records.sudo()
        records._check_step_conditions(step)
        records._check_seen(step)
        records._before_step(step, answers)
        values = records._step_values(step, answers)
        if values:
            records._unprotected().write(values)
        bound = step.signature.bind(records, *args, **kwargs)
        bound.arguments.update(answers)
        result = method(*bound.args, **bound.kwargs)
        records._after_step(step, answers)
        self._log_step("", step)
        if isinstance(result, models.BaseModel):
            result = result.with_env(self.env)
        return True if result is None else result

    def _log_step(self, word, step):
        if self._log_steps:
            _logger.info(
                "%s%s.%s on %s by user %s",
                *(word, self._name, step.name, self.ids[:20], self.env.uid),
            )

    # -- buttons ---------------------------------------------------------------
    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """The view without the buttons of steps that its reader may take on no record:
        what the declaration says, once for every screen."""
        result = super().get_view(view_id, view_type, **options)
        if view_type not in ("form", "list", "kanban"):
            return result
        arch = etree.fromstring(result["arch"])
        steps = steps_of(self)
        closed = [
            button
            for button in arch.iterfind(".//button[@type='object']")
            if button.get("name") in steps
            and next(button.iterancestors("field"), None) is None
            and not self._may_take(steps[button.get("name")])
        ]
        for button in closed:
            button.getparent().remove(button)
        if closed:
            result["arch"] = etree.tostring(arch, encoding="unicode")
        return result

    @api.model
    def _may_take(self, step):
        """Whether the user has the rights that a step declares, whatever the record."""
        if step.right and not self.browse().has_access(step.right):
            return False
        return not step.group or any(map(self.env.user.has_group, step.group))

    # -- hooks -----------------------------------------------------------------
    def _check_step_right(self, step):
        """Raise where the user may not take this step, whatever the state."""
        if step.right:
            self.check_access(step.right)
        if step.allowed:
            getattr(self, step.allowed)()
        if step.duty:
            self._check_step_duty(step)
        if step.group and not any(map(self.env.user.has_group, step.group)):
            # sudo: the name of a group is no secret.
            groups = self.env["res.groups"].sudo()
            for xmlid in step.group:
                groups |= self.env.ref(xmlid).sudo()
            raise AccessError(
                self.env._(
                    "You need the right “%(groups)s” for this: ask somebody who has "
                    "it.",
                    groups="”, “".join(groups.mapped("name")),
                )
            )

    def _check_step_duty(self, step):
        """Raise where the user has none of the step's duties. For models with steps
        that declare some."""
        raise NotImplementedError(self._name)

    def _read_again(self, step):
        """Read what decides, once the rows are locked."""
        reread = {self._state_field, *step.not_by, step.seen} & self._fields.keys()
        self.invalidate_recordset(reread)

    def _before_step(self, step, answers):
        """Make room, once all is checked and before the state is written."""

    def _after_step(self, step, answers):
        """Do what every step of this model entails, in batch."""

    # -- asking ----------------------------------------------------------------
    @api.model
    def _must_ask(self, step, answers):
        """Whether a button called: what is required was not given at all, or the
        button says that it wants the window."""
        if answers:
            return False
        wanted = self.env.context.get("step_ask") is True
        return bool(step.asks) and (
            wanted or any(ask.required for ask in step.asks.values())
        )

    def _ask(self, step):
        """The one window, for these records; it gives back what was seen of them."""
        seen = self.env.context.get("seen_hash")
        return {
            "type": "ir.actions.act_window",
            "name": str(step.title or self.env["ir.model"]._get(self._name).name),
            "res_model": "remediation.step.window",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "step_view_ref": f"{self._name},{step.name}",
                "step_ids": self.ids,
                **({"seen_hash": seen} if step.seen else {}),
            },
        }

    def _read_answers(self, step, answers):
        """The answers as values of their fields.

        :raises UserError: one that is required is empty, or is no value of its field
        """
        read, missing = {}, []
        for name, ask in step.asks.items():
            kind = ask.type_in(self)
            value = answers.get(name)
            if isinstance(value, str):
                value = value.strip()
            if kind in ("date", "datetime") and value:
                convert = fields.Date if kind == "date" else fields.Datetime
                try:
                    value = getattr(convert, f"to_{kind}")(value)
                except (TypeError, ValueError):
                    value = False
            elif kind == "selection" and value:
                known = self._fields[ask.field].get_values(self.env)
                value = value if value in known else False
            if value in (None, False, "") and kind != "boolean":
                value = False
                if ask.required:
                    missing.append(self._label_of(ask))
            if name in answers or value:
                read[name] = value
        if missing:
            raise UserError(
                self.env._(
                    "Fill in %(fields)s, then try again.", fields=", ".join(missing)
                )
            )
        return read

    @api.model
    def _label_of(self, ask):
        if ask.label:
            return str(ask.label)
        return self._fields[ask.field]._description_string(self.env)

    # -- checking and writing --------------------------------------------------
    def _check_step_state(self, step):
        if not step.frm:
            return
        wrong = self.filtered(lambda record: record[self._state_field] not in step.frm)
        if wrong:
            labels = dict(
                self._fields[self._state_field]._description_selection(self.env)
            )
            state = wrong[:1][self._state_field]
            raise UserError(
                self.env._(
                    "%(record)s is “%(state)s”. This step is for “%(states)s” only: "
                    "reload the page and look again.",
                    record=wrong[:1].display_name,
                    state=labels.get(state, state),
                    states="”, “".join(labels.get(name, name) for name in step.frm),
                )
            )

    def _check_four_eyes(self, step):
        for name in step.not_by:
            # sudo: whose work it is, whoever may read the link.
            if self.env.user in self.sudo()[name]:
                raise AccessError(
                    self.env._("Nobody decides on their own work: ask somebody else.")
                )

    def _check_step_conditions(self, step):
        if not step.check:
            return
        missing = [
            sentence for record in self for sentence in getattr(record, step.check)()
        ]
        if missing:
            raise UserError("\n".join(dict.fromkeys(missing)))

    def _check_seen(self, step):
        """Nobody signs what the page did not show them: the caller gives back the hash
        of what was shown, whatever door it came by; of many records ``{id: hash}``."""
        if not step.seen:
            return
        given = self.env.context.get("seen_hash")
        for record in self:
            seen = given.get(str(record.id)) if isinstance(given, dict) else given
            if not seen:
                raise UserError(
                    self.env._(
                        "Open %(record)s, read it, and press the button there: you "
                        "sign what the page shows.",
                        record=record.display_name,
                    )
                )
            if seen != record[step.seen]:
                raise UserError(
                    self.env._(
                        "%(record)s was changed since you opened it. Reload the page "
                        "and read it again.",
                        record=record.display_name,
                    )
                )

    def _step_values(self, step, answers):
        """What the step writes: the state, who and when, and the answers it keeps."""
        values = {
            step.asks[name].field: value
            for name, value in answers.items()
            if step.asks[name].keep and step.asks[name].field
        }
        target = step.target(self)
        if target:
            values[self._state_field] = target
        if step.stamp:
            by = f"{step.stamp}_by_id"
            if by in self._fields:
                values[by] = self.env.uid
            for on in (f"{step.stamp}_on", f"date_{step.stamp}"):
                if on in self._fields:
                    values[on] = (
                        self._place_today()
                        if self._fields[on].type == "date"
                        else fields.Datetime.now()
                    )
        return values

    def lock_for_update(self, *, allow_referencing=False):
        """Lock the rows; of two people who decide at once, the second reads what to
        do instead of core's word about locks."""
        try:
            return super().lock_for_update(allow_referencing=allow_referencing)
        except LockError as error:
            raise LockError(
                self.env._(
                    "Somebody else is deciding on this right now: reload the page and "
                    "look again."
                )
            ) from error
