from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..case.remediation_case_disclosure import FREE_TEXT, ITEM_FIELDS

#: Rows of a table that belong to cases, where no column names the case.
ROWS = {
    "remediation.case": "id",
    "remediation.beneficiary": "id IN (SELECT beneficiary_id",
    "remediation.household": "id IN (SELECT household_id",
    "remediation.household.member": "household_id IN (SELECT household_id",
}


class Case(models.Model):
    _inherit = "remediation.case"

    @api.model
    def _withheld_from_user(self):
        """``{case id: keys of the items}`` that families withhold from the user by
        name: from the person, or from the organisation (R8, R71)."""
        return self._withheld_from_partner(self.env.user._organisation_id())

    @api.model
    @ormcache("partner_id")
    def _withheld_from_partner(self, partner_id):
        # sudo: asked about people who do not read consents.
        consents = self.env["remediation.consent"].sudo()
        named = consents.search(
            [
                ("withhold_item_ids", "!=", False),
                ("lifted_on", "=", False),
                ("withhold_from_ids.commercial_partner_id", "=", partner_id),
            ]
        )
        return {
            case.id: frozenset(found.withhold_item_ids.mapped("key"))
            for case, found in named.grouped("case_id").items()
        }


class AccessLogged(models.AbstractModel):
    """Whoever holds a case against what its family withholds from them reads it by no
    door: the one table (R71) acts on what a remote call returns, searches, orders,
    groups and sums, as it does on pages and sheets."""

    _inherit = "remediation.access.logged"

    @api.model
    def _withheld_fields(self, model=None):
        """``{field: case ids}`` of a model that the user may not read."""
        fields = {}
        if self.env.su:
            return fields
        model = model or self._name
        for case_id, keys in self.env["remediation.case"]._withheld_from_user().items():
            for table in (*(ITEM_FIELDS[key] for key in keys), FREE_TEXT):
                for name in table.get(model, ()):
                    fields.setdefault(name, set()).add(case_id)
        return fields

    def _withheld_rows(self, case_ids, alias=None):
        """The condition that a row belongs to one of these cases, or None."""
        path = ROWS.get(self._name)
        case = self._fields.get("case_id")
        if not path and not (case and case.store):
            return None
        column, _in, query = (path or "case_id").partition(" IN (SELECT ")
        column = SQL.identifier(alias or self._table, column)
        if not query:
            return SQL("%s = ANY(%s)", column, list(case_ids))
        return SQL(
            "%s IN (SELECT %s FROM remediation_case WHERE id = ANY(%s))",
            column,
            SQL.identifier(query),
            list(case_ids),
        )

    def _among_withheld(self, case_ids):
        """The ids of these records that belong to one of these cases."""
        condition = self._withheld_rows(case_ids)
        if condition is None or not self:
            return set()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) AND %s",
                SQL.identifier(self._table),
                [id_ for id_ in self._ids if id_],
                condition,
            )
        )
        return {row[0] for row in rows}

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        hidden = self._withheld_fields()
        for name in hidden.keys() & set(fnames):
            ids = self._among_withheld(hidden[name])
            empty = [] if self._fields[name].type.endswith("2many") else False
            for values in result:
                if values["id"] in ids:
                    values[name] = empty
        return result

    def _field_to_sql(self, alias, field_expr, query=None):
        result = super()._field_to_sql(alias, field_expr, query)
        if self.env.su or self._is_fetching():
            return result
        case_ids = self._withheld_fields().get(field_expr.partition(".")[0])
        condition = case_ids and self._withheld_rows(case_ids, alias)
        if not condition:
            return result
        return SQL("CASE WHEN %s THEN NULL ELSE %s END", condition, result)

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs
    ):
        hidden = {} if bypass_access else self._withheld_fields()
        if hidden:
            domain = Domain(domain)
            for condition in list(domain.iter_conditions()):
                name = condition.field_expr.partition(".")[0]
                # Lists and what a method searches make SQL of their own.
                field = self._fields.get(name)
                if name in hidden and not (field.store and field.column_type):
                    domain &= ~self._withheld_domain(hidden[name])
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )

    @api.model
    def _withheld_domain(self, case_ids):
        rows = self._withheld_rows(case_ids)
        if rows is None:
            return Domain.FALSE
        ids = self.env.execute_query(
            SQL("SELECT id FROM %s WHERE %s", SQL.identifier(self._table), rows)
        )
        return Domain("id", "in", [row[0] for row in ids])

    def _read_group_groupby(self, alias, groupby_spec, query):
        name = groupby_spec.partition(":")[0].partition(".")[0]
        field = self._fields.get(name)
        if field and field.type == "many2many" and name in self._withheld_fields():
            self._refuse_withheld()
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _check_may_download(self):
        """A paper or a picture of a child shows what a family withholds."""
        hidden = self._withheld_fields("ir.attachment").get("raw")
        if hidden and self._among_withheld(hidden):
            self._refuse_withheld()

    def _refuse_withheld(self):
        raise AccessError(
            self.env._(
                "The family asked that you are not told this: ask the supervisor of "
                "the case."
            )
        )
