import re
from types import SimpleNamespace

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import datetime, safe_eval, time

from odoo.addons.remediation_base.wizards.remediation_step_window import (
    CONTEXT_KEY as STEP,
)

AUTHOR = "Child Remediation contributors"
#: Fields that say where a record stands: one record of each value is read.
STATES = ("state", "stage")
#: Core's refusals name a model by its technical name.
CORE = re.compile(r"\([a-z]+\.[a-z._]+\)")
#: Records read of each model beside these.
FEW = 2


def some_of(model):
    """A few records, and one of each state."""
    records = model.search([], limit=FEW)
    for name in STATES:
        field = model._fields.get(name)
        if getattr(field, "type", "") == "selection" and field.store:
            for value in field.get_values(model.env):
                records |= model.search([(name, "=", value)], limit=1)
    return records


def models_of(env, modules):
    """The models whose records are kept, of these modules and of people."""
    for name in sorted(env.registry):
        model = env[name]
        if model._abstract or model._transient or not model._auto:
            continue
        if model._original_module in modules or name in ("res.partner", "res.users"):
            yield model


def spec_of(model, node):
    """What the web client asks for a view."""
    spec = {"display_name": {}}
    for found in node.xpath(".//field[not(ancestor::field)]"):
        field = model._fields[found.get("name")]
        if field.type in ("one2many", "many2many"):
            other = model.env[field.comodel_name]
            parts = {"display_name": {}}
            for view in found.xpath("./list | ./kanban | ./form"):
                parts |= spec_of(other, etree.fromstring(etree.tostring(view)))
            spec[field.name] = {"fields": parts}
        elif field.type == "many2one":
            spec[field.name] = {"fields": {"display_name": {}}}
        else:
            spec[field.name] = {}
    return spec


@tagged("post_install", "-at_install")
class TestWhoeverReads(TransactionCase):
    """Every person of the demonstration reads some of all that they may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = cls.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "=", AUTHOR)]
        )
        cls.ours = {*installed.mapped("name")}
        known = cls.env["ir.model.data"].search(
            [("module", "=", "remediation_demo"), ("model", "=", "res.users")]
        )
        # Two people of the same rights and the same company read alike.
        people = cls.env["res.users"].browse(sorted(known.mapped("res_id")))
        alike = people.grouped(lambda user: (user.all_group_ids, user.company_id))
        cls.people = cls.env["res.users"].union(*(u[:1] for u in alike.values()))
        cls.readable, cls.views = {}, {}

    def _each_reader(self, inside):
        """Yield ``(user, records)`` of each model of ours that the user may read."""
        for user in self.people.filtered(lambda user: not (inside and user.share)):
            for model in models_of(self.env(user=user), self.ours):
                key = user, model._name
                if key not in self.readable:
                    found = some_of(model) if model.has_access("read") else model
                    self.readable[key] = found.ids
                if ids := self.readable[key]:
                    yield user, model.browse(ids)

    def _view(self, model, kind, view_id=False):
        """A view as its reader gets it; the window of a step depends on the step."""
        key = model.env.uid, model._name, kind, view_id, model.env.context.get(STEP)
        if key not in self.views:
            view = model.get_views([(view_id, kind)])["views"][kind]
            self.views[key] = etree.fromstring(view["arch"])
        return self.views[key]

    def test_a_form_and_a_list_open_for_whoever_may_read(self):
        closed, seen = set(), 0
        for user, records in self._each_reader(inside=True):
            for kind in ("form", "list"):
                spec = spec_of(records, self._view(records, kind))
                self.env.invalidate_all()
                seen += len(records)
                try:
                    records.web_read(spec)
                except AccessError as error:
                    closed.add(
                        f"{user.login}: {kind} of {records._name}: "
                        f"{str(error).splitlines()[0]}"
                    )
        self.assertFalse("\n".join(sorted(closed)))
        self.assertGreater(seen, 2000)

    def test_a_value_does_not_depend_on_who_read_it_before(self):
        """Read by the system first, a value stays in memory for the request."""
        mixed, seen = set(), 0
        for user, records in self._each_reader(inside=False):
            names = [
                name
                for name, field in records._fields.items()
                if self._is_computed(field)
                and field.type != "binary"
                and records._has_field_access(field, "read")
            ]
            seen += len(names)
            # All at once, and one by one where something differs.
            for some in [names], [[name] for name in names]:
                found = [one for one in some if one and self._differs(records, one)]
                if not found:
                    break
            else:
                mixed.update(f"{records._name}.{n} for {user.login}" for [n] in found)
        self.assertFalse("\n".join(sorted(mixed)))
        self.assertGreater(seen, 2500)

    def _is_computed(self, field):
        """Computed by a method of ours each time it is read."""
        own = field._module in self.ours or field.name == "display_name"
        return own and field.compute and not field.store

    def _differs(self, records, names):
        self.env.invalidate_all()
        alone = self._read(records, names)
        self.env.invalidate_all()
        records.sudo().read(names)  # as the system, which is the point
        return self._read(records, names) != alone

    def _read(self, records, names):
        try:
            return records.read(names)
        except AccessError as error:
            return f"{error}"

    def test_what_is_said_to_one_reader_is_said_anew_to_the_next(self):
        """One message may go to people of two languages: each reads their own."""
        mixed, seen = set(), 0
        for model in models_of(self.env, self.ours):
            fields = [
                field.name
                for field in model._fields.values()
                if self._is_computed(field)
                and field.type in ("char", "text", "html", "selection", "json")
            ]
            # sudo: words, whoever reads them
            records = some_of(model.sudo()) if fields else model
            if not records:
                continue
            english = records.with_context(lang="en_US")
            french = records.with_context(lang="fr_FR")
            for name in fields:
                self.env.invalidate_all()
                alone = [record[name] for record in french]
                self.env.invalidate_all()
                first = [record[name] for record in english]
                after = [record[name] for record in french]
                if alone != after:
                    mixed.add(f"{model._fields[name]} ({model._fields[name].compute})")
                seen += alone != first
        self.assertFalse(mixed, "they need depends_context('lang')")
        self.assertGreater(seen, 60)

    def test_a_button_that_is_shown_is_not_refused_by_core(self):
        """It does what it says, or a sentence of ours says what is missing."""
        wrong, pressed = set(), set()
        for user, records in self._each_reader(inside=True):
            for record, button, values in self._shown_buttons(records):
                where = [values.get(name) for name in STATES]
                key = (user, record._name, button.get("name"), *where)
                if key in pressed:
                    continue
                pressed.add(key)
                if problem := self._press(record, button, values):
                    wrong.add(f"{user.login}: {problem}")
        self.assertFalse("\n".join(sorted(wrong)))
        self.assertGreater(len(pressed), 500)

    def _shown_buttons(self, records):
        """Yield ``(record, button, values)`` of every button that a view shows."""
        for kind in ("form", "list", "kanban"):
            arch = self._view(records, kind)
            if arch.xpath("//button[@type='object']"):
                for record, values in self._values(arch, records):
                    yield from self._buttons_in(arch, record, values)

    def _buttons_in(self, view, record, values):
        for button in self._own(view, ".//button[@type='object']"):
            if self._is_shown(button, view, values):
                yield record, button, values
        for lines in self._own(view, ".//field"):
            if not self._is_shown(lines, view, values):
                continue
            for inner in lines.xpath("./list[.//button] | ./kanban[.//button]"):
                some = record[lines.get("name")][:FEW]
                for line, own in self._values(inner, some):
                    own["parent"] = SimpleNamespace(**values)
                    yield from self._buttons_in(inner, line, own)

    def _own(self, view, path):
        """Nodes of a view, without those of the views inside its fields."""
        outside = next(view.iterancestors("field"), None)
        return [
            node
            for node in view.xpath(path)
            if next(node.iterancestors("field"), None) is outside
        ]

    def _values(self, view, records):
        """Yield each record with what the view's conditions are about."""
        words = view.xpath(".//@invisible | .//@context")
        names = {*STATES, *re.findall(r"\w+", " ".join(words))}
        names = [name for name in names if name in records._fields]
        for record, row in zip(records, records.read(names, load=None), strict=True):
            yield record, {**row, "uid": record.env.uid, "context": {}}

    def _is_shown(self, node, view, values):
        while True:
            if safe_eval(node.get("invisible") or "0", dict(values)):
                return False
            if node is view:
                return True
            node = node.getparent()

    def _press(self, record, button, values):
        """What is wrong with the answer; whatever it did is taken back."""
        context = safe_eval(button.get("context") or "{}", dict(values))
        self.env.invalidate_all()
        with self.env.cr.savepoint() as savepoint:
            try:
                answer = getattr(record.with_context(**context), button.get("name"))()
                self._open(record.env, answer)
                self.env.flush_all()
                problem = None
            except UserError as error:
                problem = CORE.search(str(error)) and f"{record}: {error}"
            except Exception as error:
                problem = f"{record}: {error!r}"
            self.env.clear()
            savepoint.rollback()
        return problem

    def _open(self, env, action):
        """What a button leads to, as the web client asks for it."""
        if not isinstance(action, dict) or not action.get("res_model"):
            return
        context = action.get("context") or {}
        if isinstance(context, str):
            context = safe_eval(context, {"uid": env.uid})
        model = env[action["res_model"]].with_context(**context)
        views = action.get("views") or [
            (False, kind) for kind in action["view_mode"].split(",")
        ]
        view_id, kind = views[0]
        view = self._view(model, kind, view_id)
        if kind not in ("form", "list", "kanban"):
            return
        spec = spec_of(model, view)
        if kind != "form":
            domain = action.get("domain") or []
            if isinstance(domain, str):
                domain = safe_eval(domain, {"uid": env.uid, "context": context})
            model.web_search_read(domain, spec, limit=5)
        elif action.get("res_id"):
            model.browse(action["res_id"]).web_read(spec)
        else:
            model.onchange({}, [], spec)

    def test_an_empty_form_opens_for_whoever_may_create(self):
        wrong, seen = set(), 0
        for user, records in self._each_reader(inside=True):
            arch = self._view(records, "form")
            model = records.browse()
            if arch.get("create") in ("0", "false") or not model.has_access("create"):
                continue
            seen += 1
            try:
                model.onchange({}, [], spec_of(model, arch))
            except UserError as error:
                if CORE.search(str(error)):
                    wrong.add(f"{user.login}: {model._name}: {error}")
            except Exception as error:
                wrong.add(f"{user.login}: {model._name}: {error!r}")
        self.assertFalse("\n".join(sorted(wrong)))
        self.assertGreater(seen, 100)

    def test_what_a_search_offers_is_found(self):
        wrong, seen = set(), 0
        for user, records in self._each_reader(inside=True):
            if records._original_module not in self.ours:
                continue
            for node in self._view(records, "search").iter("field", "filter"):
                seen += 1
                try:
                    self._search_by(records, node)
                except UserError as error:
                    wrong.add(f"{user.login}: {records._name}: {error}")
                except Exception as error:
                    wrong.add(f"{user.login}: {records._name}: {error!r}")
        self.assertFalse("\n".join(sorted(wrong)))
        self.assertGreater(seen, 3000)

    def _search_by(self, records, node):
        if node.tag == "field":
            field = records._fields[node.get("name")]
            if field.relational:
                records.env[field.comodel_name].check_access("read")
            return
        now = fields.Datetime.now()
        known = {
            "uid": records.env.uid,
            "context": {},
            "context_today": now.date,
            "current_date": f"{now:%Y-%m-%d}",
            "datetime": datetime,
            "relativedelta": relativedelta,
            "time": time,
            "to_utc": lambda moment: moment,
            "today": f"{now:%Y-%m-%d}",
        }
        records.search(safe_eval(node.get("domain") or "[]", dict(known)), limit=1)
        context = safe_eval(node.get("context") or "{}", dict(known))
        for name in [context["group_by"]] if "group_by" in context else []:
            moment = records._fields[name.partition(":")[0]].type in (
                "date",
                "datetime",
            )
            by = f"{name}:month" if moment and ":" not in name else name
            records.web_read_group([], [by], ["__count"], limit=2)
