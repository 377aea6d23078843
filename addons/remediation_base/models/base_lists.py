from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

#: Below this many lists, a statement for each costs as little.
FEW = 3


class Base(models.AbstractModel):
    """A form with many lists asks for the rows of all of them at once.

    Core asks once per one2many: a case with thirty of them cost thirty statements
    before the first row was read. The rights and the order are those of ``_search`` of
    each model, as when core asks.
    """

    _inherit = "base"

    #: Whether this model's form shows so many lists that they are asked for at once.
    _lists_at_once = False
    #: ``{field of a count: one2many field}``; the lists of all classes add up.
    _counted_lists = {}

    def _fetch_query(self, query, fields):
        lists = self._lists_of(fields) if self._lists_at_once else []
        if len(lists) <= FEW:
            return super()._fetch_query(query, fields)
        fetched = super()._fetch_query(
            query, [field for field in fields if field not in lists]
        )
        if len(fetched) == 1:
            lists = fetched._read_lists(lists)
        if fetched:
            for field in lists:
                field.read(fetched)
        return fetched

    def _lists_of(self, fields):
        """The one2many fields whose rows are found by the id alone."""
        found = []
        for field in fields:
            if field.type == "one2many" and field.store:
                comodel = self.env[field.comodel_name]
                inverse = comodel._fields[field.inverse_name]
                if inverse.type == "many2one" and inverse.store:
                    # Of archived rows core asks more.
                    if not comodel._active_name:
                        found.append(field)
        return found

    def _read_lists(self, lists):
        """Put the rows of these lists of one record into the cache, by one statement.

        :return: the fields that core has to read, which also says why it may not
        """
        self.ensure_one()
        asked, empty, left = [], [], []
        for field in lists:
            comodel = self.env[field.comodel_name].with_context(
                active_test=False, **field.context
            )
            domain = field.get_comodel_domain(self) & Domain(
                field.inverse_name, "in", self.ids
            )
            try:
                query = comodel._search(domain, order=comodel._order)
            except AccessError:
                left.append(field)
                continue
            if query.is_empty():
                empty.append(field)
            else:
                ids = query.select(SQL.identifier(comodel._table, "id"))
                asked.append((field, comodel, SQL("ARRAY(%s)", ids)))
        for field in empty:
            field._insert_cache(self, [()])
        if asked:
            select = SQL("SELECT %s", SQL(", ").join(sql for *_names, sql in asked))
            [found] = self.env.execute_query(select)
            for (field, comodel, _sql), ids in zip(asked, found, strict=True):
                field._insert_cache(self, [tuple(ids)])
                comodel.browse(ids)._listed_under(self, field.inverse_name)
        return left

    def _compute_list_counts(self):
        """How many rows the user sees of each list in ``_counted_lists``, by one
        statement; 0 where the user may not read them."""
        counted = {
            count: name
            for cls in type(self).__mro__
            for count, name in cls.__dict__.get("_counted_lists", {}).items()
        }
        numbers = self._count_lists(set(counted.values()))
        for record in self:
            for count, name in counted.items():
                record[count] = numbers.get((name, record._origin.id), 0)

    def _count_lists(self, names):
        """Return ``{(name, id): rows}`` of some one2many fields."""
        asked = []
        for name in names if self._origin.ids else ():
            field = self._fields[name]
            comodel = self.env[field.comodel_name]
            if not comodel.has_access("read"):
                continue
            domain = Domain(field.inverse_name, "in", self._origin.ids)
            query = comodel._search(field.get_comodel_domain(self) & domain)
            if not query.is_empty():
                owner = SQL.identifier(comodel._table, field.inverse_name)
                rows = query.select(owner)
                asked.append(
                    SQL(
                        "SELECT %s, owner, count(*) FROM (%s) found(owner)"
                        " GROUP BY owner",
                        name,
                        rows,
                    )
                )
        if not asked:
            return {}
        rows = self.env.execute_query(SQL(" UNION ALL ").join(asked))
        return {(name, owner): number for name, owner, number in rows}

    def _listed_under(self, record, inverse):
        """Keep what core knows of these rows too once it has listed them."""
        self._fields[inverse]._insert_cache(self, [record.id] * len(self))
        return self
