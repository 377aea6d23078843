"""What a caller's context says of new records decides nothing: ``default_<field>`` of
every protected and frozen field of every model, in every way in, as every role."""

from attack_world import LOGGERS, AttackWorld

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

#: A value of each type, other than what a new record has.
SAMPLES = {
    "binary": b"eA==",
    "char": "forged",
    "text": "forged",
    "html": "forged",
    "date": "2001-01-01",
    "datetime": "2001-01-01 10:00:00",
    "boolean": True,
    "integer": 99,
    "float": 99.0,
    "monetary": 99.0,
    "json": ["forged"],
    "many2one_reference": 1,
}
MIXIN = "remediation.protected.mixin"
#: Names of what code makes anew each time.
CODES = ("name", "display_name")


@tagged("post_install", "-at_install")
class TestForgedDefaults(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.protected = [
            cls.env[name]
            for name in cls._product_models(transient=False)
            if MIXIN in {getattr(c, "_name", None) for c in type(cls.env[name]).__mro__}
        ]
        cls.insiders = {
            name: getattr(cls, name)
            for name in (
                "worker_2",
                "supervisor",
                "coordinator",
                "intake",
                "safeguarding",
                "data_protection",
                "officer",
                "approver",
                "releaser",
                "reconciler",
                "savings_agent",
                "savings_manager",
                "portal_manager",
                "school_user",
                "admin_like",
            )
            if hasattr(cls, name)
        }

    def setUp(self):
        super().setUp()
        self.closed, self.newest = {}, {}
        for model in self.protected:  # before anything is made
            for name in self._closed(model):
                if model._fields[name].type == "many2one":
                    self._newest(model._fields[name].comodel_name)

    def _closed(self, model):
        if model._name not in self.closed:
            closed = model._get_protected_fields() | model._get_frozen_fields()
            self.closed[model._name] = sorted(closed)
        return self.closed[model._name]

    def _sample(self, model, name):
        field = model._fields[name]
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        if field.type == "many2one":
            return self._newest(field.comodel_name) or 1
        if field.type in ("many2many", "one2many"):
            return [Command.clear()]
        return SAMPLES[field.type]

    def _newest(self, comodel):
        """The highest id of a model; what a call makes is undone."""
        if comodel not in self.newest:
            found = self.env[comodel].sudo().with_context(active_test=False)
            self.newest[comodel] = found.search([], limit=1, order="id desc").id
        return self.newest[comodel]

    def _forged(self, first):
        """A context with a default for every protected and frozen field there is; of a
        name that several models have, the value is one of ``first``."""
        context = {}
        for model in (first, *self.protected):
            if not hasattr(model, "_get_protected_fields"):
                continue
            for name in self._closed(model):
                context.setdefault(f"default_{name}", self._sample(model, name))
        return context

    def test_no_protected_field_takes_a_default_from_the_context(self):
        """As a user, as superuser, inside a named method, inside that of another."""
        through = []
        other = self.env["remediation.case"]
        for model in self.protected:
            forged = self._forged(model)
            names = self._closed(model)
            ways = {
                "sudo": model.sudo(),
                "named method": model._unprotected(),
                "named method of another": (
                    other._unprotected().env[model._name].with_context(**forged)
                ),
            }
            for role, user in self.insiders.items():
                ways[role] = model.with_user(user)
            for way, records in ways.items():
                # What is settled when a record is made may be filled in on a form.
                checked = set(model._get_protected_fields())
                if records.env.su:
                    checked = set(names)
                plain = records.default_get(names)
                try:
                    got = records.with_context(**forged).default_get(names)
                except AccessError:
                    # A link to what the caller may not read is refused whole: the
                    # rest is tried without it.
                    got = records.with_context(
                        **{
                            key: value
                            for key, value in forged.items()
                            if not key.startswith("default_")
                            or not isinstance(value, int)
                            or isinstance(value, bool)
                        }
                    ).default_get(names)
                through += [
                    f"{model._name}.{name} by {way}"
                    for name in checked & got.keys()
                    if str(got[name]) == str(forged[f"default_{name}"])
                    and str(plain.get(name)) != str(got[name])
                ]
        self.assertNothing(through)

    def test_the_permission_for_one_model_opens_no_other(self):
        """Nested creates and writes of other models stay protected."""
        through = []
        for number, model in enumerate(self.protected):
            other = self.protected[number - 1]
            inside = other._unprotected().env[model._name]
            record = inside.search([], limit=1)
            for name in sorted(model._get_protected_fields()):
                value = self._sample(model, name)
                for what, call in (
                    ("create", lambda m=inside, n=name, v=value: m.create([{n: v}])),
                    ("write", lambda r=record, n=name, v=value: r.write({n: v})),
                ):
                    if what == "write" and not record:
                        continue
                    with self._undone():
                        try:
                            call()
                        except UserError:
                            continue
                        through.append(f"{what} {model._name}.{name}")
        self.assertNothing(through)

    @mute_logger(*LOGGERS)
    def test_every_named_method_does_the_same_with_forged_defaults(self):
        """Each method that can be called from outside, as each role: called with a
        forged context it leaves in every protected and frozen field what it leaves
        when called without."""
        problems, called = [], 0
        for name in self._product_models(transient=False):
            model = self.env[name]
            ids = self.rows.get(name) or model.search([], limit=1, order="id desc").ids
            for method, function in self._public_methods(name):
                args, kwargs = self._arguments(function)
                is_model = getattr(function, "_api_model", False)
                if not (ids or is_model):
                    continue
                call = args if is_model else [ids[:1], *args]
                for role, user in self.insiders.items():
                    if not model.with_user(user).has_access("read"):
                        continue  # refused before anything is made
                    plain = self._left_by(user, name, method, call, kwargs)
                    if plain is None:
                        continue  # refused, or nothing written
                    called += 1
                    forged = dict(kwargs, context=self._forged(model))
                    left = self._left_by(user, name, method, call, forged)
                    if left != plain:
                        problems.append(
                            f"{name}.{method} by {role}: "
                            + self._difference(plain, left)
                        )
        self.assertGreater(called, 60)
        self.assertNothing(problems)

    def _difference(self, plain, left):
        left = left or {}
        return str(
            [
                (table, sorted(set(left.get(table, ())) ^ set(plain.get(table, ()))))
                for table in {*plain, *left}
                if left.get(table) != plain.get(table)
            ]
        )[:400]

    def _left_by(self, user, name, method, args, kwargs):
        """``{table: rows}`` of the protected and frozen values of what a call wrote;
        None where it was refused or wrote nothing."""
        with self._undone():
            before = self._written()
            answer = self._try(user, name, method, args, kwargs, Exception)
            if answer is None:
                return None
            try:
                self.env.flush_all()
            except Exception:  # noqa: BLE001 - what the database refuses is refused
                return None
            after = self._written()
            changed = [table for table in after if after[table] != before.get(table)]
            return {table: self._values_of(table) for table in changed} or None

    def _written(self):
        self.env.flush_all()
        return dict(self.env.execute_query(self._written_by_table))

    @property
    def _written_by_table(self):
        return SQL(
            "SELECT relname, pg_stat_get_xact_tuples_inserted(oid) "
            "+ pg_stat_get_xact_tuples_updated(oid) FROM pg_class "
            "WHERE relname = ANY(%s)",
            [model._table for model in self.protected],
        )

    def _values_of(self, table):
        """The values of all rows that do not depend on when, nor on the numbers that
        PostgreSQL gives: new links are called new."""
        model = next(model for model in self.protected if model._table == table)
        columns = []
        for name in self._closed(model):
            field = model._fields[name]
            if not field.store or not field.column_type or name in CODES:
                continue
            column = SQL.identifier(name)
            if field.type == "datetime":
                column = SQL("CASE WHEN %s < '2002-01-01' THEN 'forged' END", column)
            elif field.type == "many2one":
                known = self._newest(field.comodel_name) or 0
                column = SQL(
                    "CASE WHEN %s > %s THEN -1 ELSE %s END", column, known, column
                )
            columns.append(SQL("%s::text", column))
        if not columns:
            return []
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s ORDER BY id",
                SQL(", ").join(columns),
                SQL.identifier(table),
            )
        )
        return sorted(map(str, rows))
