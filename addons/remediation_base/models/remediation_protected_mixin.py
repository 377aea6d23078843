from odoo import api, models
from odoo.exceptions import AccessError, LockError

# Only code in this process can hold this object: a remote caller sends JSON or XML.
_KEY = "remediation_unprotected"
_UNPROTECTED = object()


class ProtectedMixin(models.AbstractModel):
    """Fields that change through named methods only.

    ``readonly`` keeps a field from the screen, not from ``/json/2``. A model lists
    the fields that carry a decision in ``_protected_fields`` and those that are
    settled at creation in ``_frozen_fields``; the lists of all classes of the model
    add up. ``create`` and ``write`` refuse them for everybody, superuser included,
    unless the recordset comes from :meth:`_unprotected`. A named method checks group,
    state and four eyes, then writes through it.
    """

    _name = "remediation.protected.mixin"
    _description = "Fields Changed by Named Methods Only"

    _protected_fields = frozenset()
    _frozen_fields = frozenset()

    @api.model
    def _union_over_classes(self, attribute):
        names = set()
        for cls in type(self).__mro__:
            names |= cls.__dict__.get(attribute, frozenset())
        return names

    @api.model
    def _get_protected_fields(self):
        return self._union_over_classes("_protected_fields")

    @api.model
    def _get_frozen_fields(self):
        return self._union_over_classes("_frozen_fields")

    def _unprotected(self):
        """Return the same records, allowed to write protected fields.

        Never return the result to a caller: the permission travels in its context.
        """
        return self.with_context(**{_KEY: _UNPROTECTED})

    def _is_unprotected(self):
        return self.env.context.get(_KEY) is _UNPROTECTED

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
        # context; neither may decide a protected field.
        if self._is_unprotected():
            return super().default_get(fields)
        protected = self._get_protected_fields()
        refused = [
            key
            for key in self.env.context
            if key.startswith("default_") and key[8:] in protected
        ]
        if refused:
            context = {k: v for k, v in self.env.context.items() if k not in refused}
            self = self.with_context(context)  # pylint: disable=self-cls-assignment,context-overridden
        values = super().default_get(fields)
        for name in protected & values.keys():
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
        if not self._is_unprotected():
            protected = self._get_protected_fields()
            named = {name for vals in vals_list for name in vals if name in protected}
            if named:
                self._refuse_protected(named)
        return super().create(self._add_protected_values(vals_list))

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
        return super().write(vals)

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
