"""Remote calls by everybody who may not read a child's file: what they answer is
searched for the marked words of that file, what they do is undone and compared."""

from attack_world import IDENTITY, LOGGERS, MARK, NOT_MADE, TEXTS, AttackWorld

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

#: Core's models that carry something of a case.
CORE_MODELS = (
    "mail.message",
    "mail.activity",
    "mail.followers",
    "mail.notification",
    "mail.tracking.value",
    "mail.mail",
    "ir.attachment",
    "res.partner",
    "res.users",
    "ir.logging",
    "ir.default",
    "bus.bus",
)
#: Reading what is one's own work: money by code and payee for the cash duties.
CASH = ("cash.transfer.", "account.")
#: Who tries each method; the other outsiders have no right that one of these lacks.
CALLERS = (
    "worker",
    "supervisor_other",
    "coordinator_company_b",
    "portal_manager",
    "portal_supervisor",
    "portal_reporter",
    "school_user",
    "portal_observer",
    "savings_manager",
    "admin_like",
    "public",
)
#: And where a model has nothing of the file itself.
FEW_CALLERS = ("worker", "portal_manager", "school_user", "savings_manager")
#: The right to a model without which a method is refused before any row is looked at:
#: of these, reading alone is tried then.
RIGHTS = {
    "web_read": "read",
    "export_data": "read",
    "get_metadata": "read",
    "copy": "create",
    "copy_data": "read",
    "write": "write",
    "web_save": "write",
    "unlink": "unlink",
    "action_archive": "write",
    "web_resequence": "write",
}


@tagged("post_install", "-at_install")
class TestAttackRpc(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.models = [
            *cls._product_models(transient=False),
            *(name for name in CORE_MODELS if name in cls.env),
        ]

    def _readable(self, who):
        """``(role, user, model)`` of everything that a role reads some of."""
        for role, user in who.items():
            env = self.env(user=user.id)
            for name in self.models:
                if env[name].has_access("read"):
                    yield role, user, env[name]

    def _fields_of(self, model, types=None):
        return [
            name
            for name, field in model._fields.items()
            if model._has_field_access(field, "read")
            and field.type != "binary"
            and (types is None or field.type in types)
        ]

    def _specification(self, model, depth=1):
        """Everything a web client could ask for, links included."""
        specification = {}
        for name in self._fields_of(model):
            field = model._fields[name]
            if field.type == "properties":
                continue
            if field.relational and depth:
                comodel = model.env[field.comodel_name]
                if field.type != "many2one" and not comodel.has_access("read"):
                    continue
                specification[name] = {
                    "fields": self._specification(comodel, depth - 1)
                    if comodel.has_access("read")
                    else {"display_name": {}},
                    "limit": 20,
                }
            else:
                specification[name] = {}
        return specification

    def test_every_model_below_a_case_has_a_marked_record(self):
        missing = {
            name: self.not_made.get(name)
            for name in self._owned_models()
            if not self.rows.get(name) and name not in NOT_MADE
        }
        missing.pop("remediation.access.log", None)
        self.assertFalse(missing, "Make one in attack_world.py, or say why not.")

    def test_the_holder_finds_the_marked_words(self):
        """What follows is no proof unless somebody does find them."""
        answer = self._call(
            self.worker_2, "remediation.case", "web_search_read", [[], {"name": {}}]
        )
        self.assertTrue(self._leaks(answer))
        answer = self._call(
            self.worker_2,
            "remediation.beneficiary",
            "search_read",
            [[("first_name", "ilike", IDENTITY)], ["first_name"]],
        )
        self.assertTrue(self._leaks(answer, (IDENTITY,)))

    @mute_logger(*LOGGERS)
    def test_read_search_and_labels(self):
        problems = []
        for role, user, model in self._readable(self.outsiders):
            what = f"{model._name} by {role}"
            readable = self._fields_of(model)
            for method, args in (
                ("search_read", [[], readable, 0, 100]),
                ("web_search_read", [[], self._specification(model), 0, 100]),
                ("name_search", ["", [], "ilike", 200]),
                ("name_search", [MARK, [], "ilike", 200]),
            ):
                leak = self._leaks(self._try(user, model._name, method, args))
                if leak:
                    problems.append(f"{method} {what}: {leak}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_foreign_ids(self):
        """The ids of the file are guessed: read, web_read, export, copy, write."""
        problems = []
        before = self._snapshot()
        for role, user in self.outsiders.items():
            for name, ids in self.rows.items():
                if not ids:
                    continue
                model = self.env(user=user.id)[name]
                what = f"{name} by {role}"
                text = next(
                    (f.name for f in model._fields.values() if f.type in TEXTS),
                    "display_name",
                )
                for method, args in (
                    ("read", [ids, [text]]),
                    ("web_read", [ids, {"display_name": {}, text: {}}]),
                    ("export_data", [ids, ["id", "display_name", text]]),
                    ("get_metadata", [ids]),
                    ("get_formview_action", [ids]),
                    ("copy", [ids]),
                    ("copy_data", [ids]),
                    ("write", [ids, {text: "forged"}]),
                    ("web_save", [ids[:1], {text: "forged"}, {"display_name": {}}]),
                    ("unlink", [ids]),
                    ("action_archive", [ids]),
                    ("message_post", [ids[:1]]),
                    ("message_subscribe", [ids, user.partner_id.ids]),
                    ("activity_schedule", [ids]),
                    ("web_resequence", [ids]),
                ):
                    if not hasattr(type(model), method):
                        continue
                    if method in RIGHTS and not model.has_access(RIGHTS[method]):
                        continue
                    kwargs = {
                        "message_post": {"body": "forged"},
                        "activity_schedule": {
                            "act_type_xmlid": "mail.mail_activity_data_todo"
                        },
                        "web_resequence": {"specification": {"display_name": {}}},
                    }.get(method)
                    with self._undone():
                        answer = self._try(user, name, method, args, kwargs)
                        if answer is None:
                            continue
                        leak = self._leaks(answer)
                        changed = self._changed(before)
                    if leak or changed:
                        problems.append(f"{method} {what}: {leak} {changed}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_hidden_fields_are_no_oracle(self):
        """Nobody finds a row by a word he may not read: by the field itself, through a
        link, or by the order of the rows."""
        problems = []
        sensitive = set(self._target_models())
        for role, user, model in self._readable({**self.outsiders, **self.nameless}):
            words = (IDENTITY,) if role in self.nameless else (MARK,)
            domains = []
            for name, field in model._fields.items():
                hidden = not model._has_field_access(field, "read")
                if field.type in TEXTS and (hidden or role in self.outsiders):
                    domains.append((name, "ilike", words[0]))
                    if hidden and field.store:
                        answer = self._try(
                            user, model._name, "search", [[], 0, 5, name]
                        )
                        if answer is not None:
                            problems.append(f"order {model._name}.{name} by {role}")
                if field.relational and field.comodel_name in sensitive:
                    comodel = self.env[field.comodel_name]
                    for far, far_field in comodel._fields.items():
                        if far_field.type in TEXTS and (
                            role in self.outsiders or far_field.groups
                        ):
                            domains.append((f"{name}.{far}", "ilike", words[0]))
                        if far_field.comodel_name == "remediation.beneficiary":
                            domains.append(
                                (f"{name}.{far}.first_name", "ilike", words[0])
                            )
                            domains.append(
                                (name, "any", [(far, "any", [("first_name", "!=", 0)])])
                                if role not in self.outsiders
                                else (f"{name}.{far}.name", "ilike", words[0])
                            )
            for leaf in domains:
                with self.env.cr.savepoint(flush=False):
                    found = self._try(user, model._name, "search_count", [[leaf]])
                    # Labels that are not stored are not searched: all rows come.
                    if found and words[0] in str(leaf):
                        nothing = (*leaf[:2], "a word that is nowhere")
                        found -= self._try(
                            user, model._name, "search_count", [[nothing]]
                        )
                if found:
                    problems.append(f"search {model._name} {leaf} by {role}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_groups_counts_and_panels(self):
        problems = []
        for role, user, model in self._readable({**self.outsiders, **self.nameless}):
            words = (IDENTITY,) if role in self.nameless else (MARK,)
            ids = self._call(user, model._name, "search", [[]])
            count = self._call(user, model._name, "search_count", [[]])
            if count != len(ids):
                problems.append(f"count of {model._name} by {role}")
            shown, hidden = [], []
            for name, field in model._fields.items():
                if not field.store or field.type in ("binary", "one2many", "json"):
                    continue
                calls = shown if model._has_field_access(field, "read") else hidden
                if field.type not in ("text", "html", "properties"):
                    month = ":month" if field.type in ("date", "datetime") else ""
                    calls.append(([f"{name}{month}"], ["__count"]))
                if field.type in TEXTS:
                    calls += [([], [f"{name}:{how}"]) for how in ("max", "array_agg")]
            for call in hidden:
                if self._grouped(user, model, *call) is not None:
                    problems.append(f"group {model._name} by {role}: {call}")
            # All that may be shown at once; one by one where that is not understood.
            groups = [name for call in shown for name in call[0]]
            aggregates = [name for call in shown for name in call[1]]
            answer = self._grouped(user, model, groups, aggregates)
            if answer is None:
                answer = [self._grouped(user, model, *call) for call in shown]
            leak = self._leaks(answer, words)
            if leak:
                problems.append(f"group {model._name} by {role}: {leak}")
        self.assertNothing(problems)

    def _grouped(self, user, model, groups, aggregates):
        with self.env.cr.savepoint(flush=False):
            return self._try(
                user, model._name, "formatted_read_group", [[], groups, aggregates]
            )

    @mute_logger(*LOGGERS)
    def test_onchange_and_defaults_with_forged_values(self):
        """A new record, a forged link: what a form would show next says nothing."""
        problems = []
        sensitive = self.rows
        for role, user in self.outsiders.items():
            env = self.env(user=user.id)
            for name in self._product_models():
                model = env[name]
                links = [
                    (link, field.comodel_name)
                    for link, field in model._fields.items()
                    if field.type == "many2one"
                    and sensitive.get(field.comodel_name)
                    and not field.compute
                ]
                links += [
                    (link, None)
                    for link, field in model._fields.items()
                    if field.type == "many2one_reference"
                ]
                if not links or not model.has_access("create"):
                    # Without the right to read or create nothing is answered.
                    if links and self._answers_onchange(user, name, links[0]):
                        problems.append(f"onchange {name} by {role}")
                    continue
                specification = self._specification(model, depth=0)
                for link, comodel in links:
                    foreign = sensitive[comodel][0] if comodel else self.target.id
                    for method, args, context in (
                        ("onchange", [[], {link: foreign}, [link], specification], {}),
                        (
                            "onchange",
                            [[], {}, [], specification],
                            {f"default_{link}": foreign},
                        ),
                        (
                            "default_get",
                            [list(specification)],
                            {f"default_{link}": foreign, "active_id": self.target.id},
                        ),
                    ):
                        with self._undone():
                            answer = self._try(
                                user, name, method, args, {"context": context}
                            )
                            leak = self._leaks(answer)
                        if leak:
                            problems.append(f"{method} {name}.{link} by {role}: {leak}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_a_saved_link_shows_no_foreign_record(self):
        """Saved on a record of one's own, or a new one: no answer names the case."""
        problems = []
        for role, case in self.own.items():
            user = self.outsiders[role]
            for name in self._product_models(transient=False):
                model = self.env(user=user.id)[name]
                if not (model.has_access("create") or model.has_access("write")):
                    continue
                own = self._own_record(model, case)
                for link, field in model._fields.items():
                    foreign = self.rows.get(field.comodel_name or "")
                    if field.type != "many2one" or not foreign or field.compute:
                        continue
                    spec = {link: {"fields": {"display_name": {}}}, "display_name": {}}
                    values = {
                        text.name: "x"
                        for text in model._fields.values()
                        if text.required and text.type in TEXTS and not text.compute
                    }
                    if "case_id" in model._fields:
                        values["case_id"] = case.id
                    for ids, vals in (
                        (own.ids if own else [], {link: foreign[0]}),
                        ([], {**values, link: foreign[0]}),
                    ):
                        with self._undone():
                            answer = self._try(
                                user, name, "web_save", [ids, vals, spec], {}, Exception
                            )
                            leak = self._leaks(answer)
                        if leak:
                            problems.append(f"{name}.{link} by {role}: {leak}")
        self.assertNothing(problems)

    def _answers_onchange(self, user, name, link):
        foreign = self.rows[link[1]][0] if link[1] else self.target.id
        with self._undone():
            answer = self._try(
                user, name, "onchange", [[], {link[0]: foreign}, [], {link[0]: {}}]
            )
        return self._leaks(answer)

    @mute_logger(*LOGGERS)
    def test_commands_and_imports_reach_no_foreign_record(self):
        """By a list on a record of one's own, and by the import of a list view."""
        problems = []
        before = self._snapshot()
        for role, case in self.own.items():
            user = self.outsiders[role]
            for name in (*BESIDES_OWN, *self._owned_models()):
                model = self.env(user=user.id)[name]
                own = self._own_record(model, case)
                for list_name, field in model._fields.items():
                    if field.type not in ("one2many", "many2many") or not self.rows.get(
                        field.comodel_name
                    ):
                        continue
                    foreign = self.rows[field.comodel_name][0]
                    text = next(
                        (
                            f.name
                            for f in self.env[field.comodel_name]._fields.values()
                            if f.type in TEXTS and f.store
                        ),
                        "display_name",
                    )
                    if not own:
                        continue
                    for command in (
                        Command.update(foreign, {text: "forged"}),
                        Command.link(foreign),
                        Command.delete(foreign),
                        Command.unlink(foreign),
                        Command.set([foreign]),
                    ):
                        with self._undone():
                            answer = self._try(
                                user,
                                name,
                                "web_save",
                                [
                                    own.ids,
                                    {list_name: [command]},
                                    {list_name: {"fields": {"display_name": {}}}},
                                ],
                            )
                            if answer is None:
                                continue
                            leak = self._leaks(answer)
                            changed = self._changed(before)
                        if leak or changed:
                            problems.append(
                                f"{command[0]} {name}.{list_name} by {role}: "
                                f"{leak} {changed}"
                            )
        for role in CALLERS:
            user = self.outsiders[role]
            for name, ids in self.rows.items():
                text = next(
                    (
                        field.name
                        for field in self.env[name]._fields.values()
                        if field.type in TEXTS and field.store
                    ),
                    None,
                )
                if not ids or not text:
                    continue
                rows = [[str(ids[0]), "forged"]]
                with self._undone():
                    self._try(user, name, "load", [[".id", text], rows])
                    changed = self._changed(before)
                if changed:
                    problems.append(f"load {name} by {role}: {changed}")
        self.assertNothing(problems)

    def _own_record(self, model, case):
        if model._name == "remediation.case":
            record = case
        elif model._name == "remediation.beneficiary":
            record = case.beneficiary_id
        elif model._name == "remediation.household":
            record = case.household_id
        elif "case_id" in model._fields:
            record = self.env[model._name].search([("case_id", "=", case.id)], limit=1)
        else:
            return None
        return record.with_user(model.env.uid)

    @mute_logger(*LOGGERS)
    def test_every_public_method_on_foreign_records(self):
        """Every method that can be called from outside, with the file's own ids and
        codes for arguments: it is refused, or says and changes nothing."""
        problems = []
        before = self._snapshot()
        called = 0
        for name in [*self._target_models(), *self._other_models()]:
            for method, function in self._public_methods(name):
                args, kwargs = self._arguments(function)
                is_model = getattr(function, "_api_model", False)
                for role in CALLERS if name in self.rows else FEW_CALLERS:
                    user = self.outsiders[role]
                    ids = self.rows.get(name) or [1]
                    with self._undone():
                        called += 1
                        answer = self._try(
                            user,
                            name,
                            method,
                            args if is_model else [ids[:1], *args],
                            kwargs,
                            Exception,  # whatever stops it
                        )
                        if answer is None:
                            continue
                        leak = self._leaks(answer)
                        changed = self._changed(before)
                    allowed = role in ("savings_agent", "savings_manager") and (
                        name.startswith("savings.")
                    )
                    if (leak or changed) and not allowed:
                        problems.append(f"{name}.{method} by {role}: {leak} {changed}")
        self.assertGreater(called, 1000)
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_every_wizard_with_forged_records(self):
        """Wizards act for whoever opens them: on the file, they do nothing."""
        problems = []
        before = self._snapshot()
        for name in self._product_models(transient=True):
            for role in CALLERS:
                user = self.outsiders[role]
                model = self.env(user=user.id)[name]
                if not model.has_access("create"):
                    continue
                values = self._wizard_values(model)
                context = {
                    "active_model": "remediation.case",
                    "active_id": self.target.id,
                    "active_ids": self.target.ids,
                }
                for method, function in self._public_methods(name):
                    args, kwargs = self._arguments(function)
                    with self._undone():
                        try:
                            wizard = model.with_context(**context).create(values)
                            leak = self._leaks(
                                self._try(
                                    user, name, "read", [wizard.ids, list(values)]
                                )
                            )
                            answer = self._call(
                                user,
                                name,
                                method,
                                [wizard.ids, *args],
                                {**kwargs, "context": context},
                            )
                            leak = leak or self._leaks(answer)
                        except Exception:  # noqa: BLE001 - whatever stops it
                            continue
                        changed = self._changed(before)
                    if leak or changed:
                        problems.append(f"{name}.{method} by {role}: {leak} {changed}")
        self.assertNothing(problems)

    def _wizard_values(self, model):
        values = {}
        for name, field in model._fields.items():
            if field.compute and field.readonly or name in ("id", "create_uid"):
                continue
            if field.type == "many2one":
                if self.rows.get(field.comodel_name):
                    values[name] = self.rows[field.comodel_name][0]
                elif field.comodel_name == "remediation.case.manager":
                    values[name] = self.manager_other.id
                elif field.required:
                    found = self.env[field.comodel_name].search([], limit=1)
                    values[name] = found.id
            elif field.type in ("many2many",) and self.rows.get(field.comodel_name):
                values[name] = [Command.set(self.rows[field.comodel_name])]
            elif field.type in TEXTS and field.store:
                values[name] = "forged"
            elif field.type == "selection" and field.required and not field.default:
                values[name] = field.get_values(self.env)[0]
            elif field.type in ("date", "datetime") and field.required:
                values[name] = self.today
        return values

    def _other_models(self):
        known = set(self._target_models())
        return [
            name for name in self._product_models(transient=False) if name not in known
        ]

    @mute_logger(*LOGGERS)
    def test_server_actions_run_for_nobody(self):
        """Actions of the menu of a list, on the file, and with a forged context."""
        problems = []
        before = self._snapshot()
        actions = self.env["ir.actions.server"].search(
            [("model_id.model", "in", self._product_models())]
        )
        for action in actions:
            name = action.model_id.model
            ids = self.rows.get(name) or [1]
            for role, user in self.outsiders.items():
                context = {"active_model": name, "active_id": ids[0], "active_ids": ids}
                with self._undone():
                    answer = self._try(
                        user,
                        "ir.actions.server",
                        "run",
                        [action.ids],
                        {"context": context},
                        Exception,
                    )
                    leak = self._leaks(answer)
                    changed = self._changed(before)
                if leak or changed:
                    problems.append(f"{action.name} by {role}: {leak} {changed}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_properties_are_defined_by_nobody_here(self):
        """Definitions are the programme's: nobody reads or changes them by a case."""
        problems = []
        programme = self.env["remediation.programme"].search([], limit=1)
        for role, user in self.outsiders.items():
            for name, ids in self.rows.items():
                model = self.env(user=user.id)[name]
                for field_name, field in model._fields.items():
                    if field.type != "properties" or not ids:
                        continue
                    forged = [
                        {
                            "name": "forged",
                            "string": "forged",
                            "type": "char",
                            "value": "x",
                            "definition_changed": True,
                        }
                    ]
                    with self._undone():
                        answer = self._try(
                            user, name, "write", [ids, {field_name: forged}]
                        )
                        if answer is not None:
                            problems.append(f"write {name}.{field_name} by {role}")
                    own = (
                        self._own_record(model, self.own[role])
                        if role in (self.own)
                        else None
                    )
                    if not own or not programme:
                        continue
                    with self._undone():
                        self._try(user, name, "write", [own.ids, {field_name: forged}])
                        self.env.flush_all()
                        self.env.invalidate_all()
                        for container in self.env[
                            field.definition_record
                            and self.env[name]
                            ._fields[field.definition_record]
                            .comodel_name
                        ].search([]):
                            if "forged" in str(
                                container[field.definition_record_field]
                            ):
                                problems.append(f"define {name}.{field_name} by {role}")
        self.assertNothing(problems)


#: Records of one's own whose lists are tried.
BESIDES_OWN = (
    "remediation.case",
    "remediation.beneficiary",
    "remediation.household",
)
