from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import ormcache

from ..tools.context import without_defaults
from ..tools.steps import EVERYTHING

_KEY = "remediation_unprotected"


class _Permission:
    """The right to write the protected fields of the models that it names.

    Only code in this process can hold one: a remote caller sends JSON or XML. What is
    made on the way of models that it does not name stays protected.
    """

    _known = {}

    def __init__(self, models):
        self.models = models

    @classmethod
    def of(cls, *models):
        # One object for the same models: environments are compared by their contexts.
        return cls._known.setdefault(models, cls(models))


#: Links of core's that say nothing of what was decided.
_NEVER_CLOSED = frozenset({"message_main_attachment_id"})


class ProtectedMixin(models.AbstractModel):
    """Fields that change through named methods only.

    ``readonly`` keeps a field from the screen, not from ``/json/2``. A model lists
    the fields that carry a decision in ``_protected_fields`` and those that are
    settled at creation in ``_frozen_fields``; the lists of all classes of the model
    add up. ``create`` and ``write`` refuse them for everybody, superuser included,
    unless the recordset comes from :meth:`_unprotected`. A named method checks group,
    state and four eyes, then writes through it.

    What is decided is closed with its lines: ``_open_fields`` says which fields may
    still be written in which state, ``{state: fields}``, with :data:`EVERYTHING` for
    those in which all is open. In a state that is not named nothing is. A line names
    the link to the record that decides over it in ``_decided_by``; its states are then
    those of that record, and ``False`` is the state of a line without one. Rows are
    added to and taken from what is open altogether, and from nothing else.
    """

    _name = "remediation.protected.mixin"
    _description = "Fields Changed by Named Methods Only"
    _inherit = ["remediation.step.mixin", "remediation.number.bounds"]

    _protected_fields = frozenset()
    _frozen_fields = frozenset()
    _open_fields = {}
    _decided_by = None
    #: Path to the user whom a record is about. That person neither makes it nor
    #: changes anything of it but ``_own_fields``.
    _about_user = None
    _own_fields = frozenset()

    @api.model
    @ormcache("self._name", "attribute")
    def _union_over_classes(self, attribute):
        names = set()
        for cls in type(self).__mro__:
            names |= cls.__dict__.get(attribute, frozenset())
        return names

    @api.model
    @ormcache("self._name")
    def _get_open_fields(self):
        """``{state: open fields}`` over all classes of the model; empty where nothing
        ever closes."""
        states = {}
        for cls in type(self).__mro__:
            for state, names in cls.__dict__.get("_open_fields", {}).items():
                states[state] = states.get(state, frozenset()) | frozenset(names)
        return states

    @api.model
    def _get_protected_fields(self):
        return self._union_over_classes("_protected_fields")

    @api.model
    def _get_frozen_fields(self):
        return self._union_over_classes("_frozen_fields")

    def _unprotected(self, *lines):
        """Return the same records, allowed to write protected fields of this model.

        Never return the result to a caller: the permission travels in its context.

        :param lines: names of other models that are written by commands on the way;
            those that are not named stay protected
        """
        permission = _Permission.of(self._name, *lines)
        return without_defaults(self).with_context(**{_KEY: permission})

    def _is_unprotected(self):
        permission = self.env.context.get(_KEY)
        return isinstance(permission, _Permission) and self._name in permission.models

    @api.model
    def _refuse_protected(self, names):
        raise AccessError(
            self.env._(
                "%(fields)s of %(model)s cannot be written directly: use the button "
                "that takes this decision.",
                fields=", ".join(
                    sorted(
                        self._fields[name]._description_string(self.env) or name
                        for name in names
                    )
                ),
                model=self.env["ir.model"]._get(self._name).display_name,
            )
        )

    @api.model
    def default_get(self, fields):
        # A user may store a default (ir.default) or send default_<field> in the
        # context; neither may decide a protected field, nor what code settles where
        # it makes a record with rights that the user has not.
        closed = self._get_protected_fields()
        if self.env.su or self._is_unprotected():
            closed = closed | self._get_frozen_fields()
        refused = [
            key
            for key in self.env.context
            if key.startswith("default_") and key[8:] in closed
        ]
        if refused:
            context = {k: v for k, v in self.env.context.items() if k not in refused}
            self = self.with_context(context)  # pylint: disable=self-cls-assignment,context-overridden
        values = super().default_get(fields)
        for name in closed & values.keys():
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(
                    field.default(self), self.new(), validate=False
                )
                record_value = field.convert_to_record(value, self)
                values[name] = field.convert_to_write(record_value, self)
            else:
                del values[name]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_unprotected():
            return super().create(self._add_protected_values(vals_list))
        protected = self._get_protected_fields()
        named = {name for vals in vals_list for name in vals if name in protected}
        if named:
            self._refuse_protected(named)
        records = super().create(self._add_protected_values(vals_list))
        if self._decided_by:
            records._refuse_decided()
        records._check_not_own()
        return records

    @api.model
    def _add_protected_values(self, vals_list):
        """Hook: return the value dicts with the protected values that code decides
        at creation (a code, a holder). Runs after the caller's values were checked.
        """
        return vals_list

    def write(self, vals):
        if not self._is_unprotected():
            closed = self._get_protected_fields() | self._get_frozen_fields()
            named = closed & vals.keys()
            if named:
                self._refuse_protected(named)
            if self._get_open_fields() or self._about_user:
                # Who has no right at all reads that, not what is decided.
                self.check_access("write")
                self._refuse_decided(vals)
                if vals.keys() - self._own_fields:
                    self._check_not_own()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if not self._is_unprotected():
            self._refuse_decided()
            self._check_not_own()

    def _check_not_own(self):
        """Refuse what somebody would say of themselves."""
        # sudo: whom a record is about, whoever may read the link.
        if self._about_user and self.env.user in self.sudo().mapped(self._about_user):
            raise AccessError(
                self.env._(
                    "Nobody decides on their own rights: ask another supervisor to do "
                    "it."
                )
            )

    def _deciding_state(self):
        """The state that says what of this record is open."""
        self.ensure_one()
        # sudo: whether a line is closed does not depend on who may read its parent.
        decides = self.sudo()[self._decided_by] if self._decided_by else self
        state = decides[decides._state_field]
        return state if isinstance(state, str) else bool(state)

    def _refuse_decided(self, names=None):
        """Refuse what a decision closed (R62).

        :param names: fields to be written; None: rows come or go
        """
        states = self._get_open_fields()
        if not states:
            return
        if names is not None:
            names = {
                name
                for name in names
                # Lines have a guard of their own.
                if name in self._fields and self._fields[name].type != "one2many"
            } - _NEVER_CLOSED
        for record in self:
            state = record._deciding_state()
            open_names = states.get(state, frozenset())
            if EVERYTHING <= open_names or names is not None and names <= open_names:
                continue
            record._say_decided(names and names - open_names, state)

    def _say_decided(self, names, state):
        # sudo: as in _deciding_state
        decides = self.sudo()[self._decided_by] if self._decided_by else self
        field = decides._fields[decides._state_field]
        labels = {True: field._description_string(self.env)}
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
        values = {
            "record": decides.display_name,
            "state": labels.get(state, state or ""),
        }
        if not names:
            raise UserError(
                self.env._(
                    "%(record)s is “%(state)s”, so you can add and remove nothing "
                    "there.",
                    **values,
                )
            )
        values["fields"] = ", ".join(
            sorted(self._fields[name]._description_string(self.env) for name in names)
        )
        raise UserError(
            self.env._(
                "%(record)s is “%(state)s”, so you cannot change %(fields)s. Make a "
                "new version, or use its buttons.",
                **values,
            )
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Core asks for the right to the field wherever it makes its SQL, which it
        never does for a many2many: its groups would tell who is linked."""
        field = self._fields.get(groupby_spec.partition(":")[0])
        if field and field.type == "many2many":
            self._check_field_access(field, "read")
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _check_company(self, fnames=None):
        """As core, with one look per company instead of one per record and link."""
        names = self._fields if fnames is None or "company_id" in fnames else fnames
        linked = [
            field.name
            for field in map(self._fields.__getitem__, names)
            if field.relational and field.check_company and not field.company_dependent
        ]
        if len(self) < 2 or not linked or "company_id" not in self._fields:
            return super()._check_company(fnames)
        doubtful = self.browse()
        for company, records in self.grouped("company_id").items():
            for name in linked:
                # sudo: as core; the link is checked whoever may read what it leads to.
                others = records.sudo().mapped(name).with_context(active_test=False)
                domain = others._check_company_domain(company)
                if domain and others != others.filtered_domain(domain):
                    doubtful |= records
        if doubtful:
            # Core says which record and which link.
            return super(ProtectedMixin, doubtful)._check_company(fnames)
        return None
