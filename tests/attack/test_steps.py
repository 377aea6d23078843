"""Every declared step, walked: who may take it, from where, with which answers."""

from attack_world import LOGGERS, AttackWorld
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.remediation_base.tools.steps import steps_of

ANSWERS = {
    "char": "Because",
    "text": "Because",
    "date": "2099-01-01",
    "datetime": "2099-01-01 10:00:00",
    "integer": 1,
    "float": 1.0,
    "monetary": 1.0,
    "boolean": True,
}

#: How steps begin that somebody signs.
SIGNS = (
    "action_agree",
    "action_approve",
    "action_confirm",
    "action_decide",
    "action_release",
)
#: Steps of such a name that sign no page, and why.
UNSIGNED = {
    ("cash.transfer.change", "action_agree"): "frozen when asked, compared when agreed",
    ("referral.total", "action_release"): "figures that were counted once and stay",
    ("savings.loan", "action_approve"): "the meeting decides, its agent writes it down",
    ("savings.share.out", "action_confirm"): "the members decide and sign each line",
}

#: The groups of the duties of cash transfers.
DUTIES = {
    "prepare": "cash_transfer.group_cash_officer",
    "approve": "cash_transfer.group_cash_approver",
    "release": "cash_transfer.group_cash_releaser",
    "reconcile": "cash_transfer.group_cash_reconciler",
}


@tagged("post_install", "-at_install")
class TestSteps(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.steps = [
            (cls.env[name], step)
            for name in cls._product_models(transient=False)
            for step in steps_of(cls.env[name]).values()
            if not step.name.startswith("_")  # called by methods that check who
        ]
        groups = {group for _model, step in cls.steps for group in step.group}
        groups |= set(DUTIES.values())
        groups |= {"child_remediation.group_coordinator"}
        #: Somebody with every right that a step asks for.
        cls.everything = new_test_user(
            cls.env, "everything", ",".join(sorted(groups)), company_id=cls.company.id
        )

    def _record(self, model):
        record = model.sudo().with_context(active_test=False).search([], limit=1)
        if not record:
            try:
                with self.env.cr.savepoint():
                    record = (
                        model.sudo()
                        ._unprotected()
                        .create(self._required_values(model.sudo(), number=1))
                    )
                    self.env.flush_all()
            except Exception:  # noqa: BLE001 - nothing to be walked
                return model
        return record.sudo().with_env(self.env)

    def _put(self, record, **values):
        """Write columns past every rule."""
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('remediation.erasure', 'test', true)")
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(name),
                    value,
                    record.id,
                )
            )
        self.env.cr.execute("SELECT set_config('remediation.erasure', '', true)")
        self.env.invalidate_all()

    def _answers(self, model, step):
        answers = {}
        for name, ask in step.asks.items():
            kind = ask.type_in(model)
            if kind == "selection":
                answers[name] = model._fields[ask.field].get_values(self.env)[0]
            elif kind == "many2one":
                others = self.env[model._fields[ask.field].comodel_name].sudo()
                answers[name] = others.search([], limit=1).id
            else:
                answers[name] = ANSWERS[kind]
        return answers

    def _walked(self):
        for model, step in self.steps:
            record = self._record(model)
            if record:
                yield f"{model._name}.{step.name}", record, step

    def test_steps_name_states_and_fields_that_exist(self):
        self.assertGreater(len(self.steps), 30)
        for model, step in self.steps:
            states = (
                model._fields[model._state_field].get_values(self.env)
                if (
                    model._fields.get(model._state_field)
                    and model._fields[model._state_field].type == "selection"
                )
                else []
            )
            target = step.target(model)
            targets = (target,) if target else tuple(step.to or ())
            self.assertFalse({*step.frm, *targets} - set(states), step)
            for name in step.not_by:
                self.assertEqual(model._fields[name].comodel_name, "res.users", step)
            for ask in step.asks.values():
                self.assertTrue(not ask.field or ask.field in model._fields, step)
            for method in filter(None, (step.check, step.allowed)):
                self.assertTrue(callable(getattr(model, method)), step)
            if step.asks and any(ask.required for ask in step.asks.values()):
                self.assertTrue(step.title, step)

    @mute_logger(*LOGGERS)
    def test_who_lacks_the_group_is_refused_in_every_state(self):
        through = []
        for what, record, step in self._walked():
            needed = [*step.group, *(DUTIES[duty] for duty in step.duty)]
            if not needed:
                continue
            for role, user in {**self.outsiders, **self.nameless}.items():
                if any(map(user.has_group, needed)):
                    continue
                for states in step.frm or (None,):
                    with self._undone():
                        if states:
                            self._put(record, **{record._state_field: states})
                        try:
                            getattr(record.with_user(user), step.name)(
                                **self._answers(record, step)
                            )
                        except AccessError:
                            continue
                        except UserError as error:
                            through.append(f"{what} by {role}: {error}")
                            continue
                        through.append(f"{what} by {role}")
        self.assertNothing(through)

    @mute_logger(*LOGGERS)
    def test_a_step_starts_from_its_states_alone(self):
        through = []
        for what, record, step in self._walked():
            if not step.frm:
                continue
            field = record._fields[record._state_field]
            for state in set(field.get_values(self.env)) - set(step.frm):
                with self._undone():
                    self._put(record, **{record._state_field: state})
                    everybody = record.with_user(self.everything).sudo()
                    try:
                        getattr(everybody, step.name)(**self._answers(record, step))
                    except UserError:
                        continue
                    through.append(f"{what} from {state}")
        self.assertNothing(through)

    @mute_logger(*LOGGERS)
    def test_nobody_decides_on_their_own_work(self):
        through = []
        for what, record, step in self._walked():
            for name in step.not_by:
                with self._undone():
                    values = {name: self.everything.id}
                    if record._fields[name].type == "many2many":
                        values[name] = self.everything.ids
                    if step.frm:
                        values[record._state_field] = step.frm[0]
                    if not record._fields[name].store:
                        continue
                    if record._fields[name].type == "many2many":
                        own = record.sudo()._unprotected()
                        own.write({name: [Command.set(values.pop(name))]})
                    self._put(record, **values)
                    everybody = record.with_user(self.everything).sudo()
                    try:
                        getattr(everybody, step.name)(**self._answers(record, step))
                    except AccessError:
                        continue
                    except UserError as error:
                        through.append(f"{what}.{name}: {error}")
                        continue
                    through.append(f"{what}.{name}")
        self.assertNothing(through)

    def test_who_signs_says_what_the_page_showed(self):
        """What somebody approves, agrees to, decides, confirms or releases is signed
        with the hash of what was shown; every button gives it. Nobody signs by another
        door what nobody showed them."""
        signed, unseen = {}, set()
        for model, step in self.steps:
            if step.seen:
                signed.setdefault(model._name, set()).add(step.name)
            elif step.stamp in ("approved", "released") or step.name.startswith(SIGNS):
                unseen.add((model._name, step.name))
        self.assertEqual(unseen, set(UNSIGNED))
        pressed = set()
        views = self.env["ir.ui.view"].search(
            [("type", "in", ("form", "list", "kanban")), ("mode", "=", "primary")]
        )
        for view in views.filtered(lambda view: "action_" in view.arch):
            for button in etree.fromstring(view.arch).iter("button", "a"):
                model = self._model_of(view.model, button)
                if button.get("name") in signed.get(model, ()):
                    pressed.add((model, button.get("name")))
                    self.assertIn(
                        "'seen_hash': content_hash",
                        button.get("context", ""),
                        view.xml_id,
                    )
        self.assertEqual(
            pressed, {(name, step) for name, steps in signed.items() for step in steps}
        )

    def _model_of(self, model, node):
        """The model of a node of a view: that of the innermost list that holds it."""
        for field in reversed(list(node.iterancestors("field"))):
            if model in self.env and field.get("name") in self.env[model]._fields:
                model = self.env[model]._fields[field.get("name")].comodel_name or model
        return model

    @mute_logger(*LOGGERS)
    def test_what_a_step_asks_is_asked_of_everybody(self):
        """A button without answers opens the window; an empty answer is refused."""
        through = []
        for what, record, step in self._walked():
            required = [name for name, ask in step.asks.items() if ask.required]
            if not required:
                continue
            everybody = record.with_user(self.everything).sudo()
            with self._undone():
                try:
                    window = getattr(everybody, step.name)()
                    if window["res_model"] != "remediation.step.window":
                        through.append(f"{what}: no window")
                except UserError as error:
                    # What the step itself allows is looked at before the window opens.
                    if not step.allowed:
                        through.append(f"{what}: {error}")
            for name in required:
                for empty in ("", "  ", False, None):
                    if step.asks[name].type_in(record) in ("boolean", "integer"):
                        continue
                    with self._undone():
                        if step.frm:
                            self._put(record, **{record._state_field: step.frm[0]})
                        answers = dict(self._answers(record, step), **{name: empty})
                        try:
                            getattr(everybody, step.name)(**answers)
                        except UserError:
                            continue
                        through.append(f"{what}: {name} {empty!r}")
        self.assertNothing(through)
