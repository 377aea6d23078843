import logging

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

_logger = logging.getLogger(__name__)

#: Fields that give away no more than that a record exists.
_CODE_FIELDS = frozenset({"id", "name", "display_name"})
#: What of a file is the file itself.
_FILE_FIELDS = frozenset({"raw", "datas", "db_datas", "index_content"})
_FETCHING = "remediation_fetching"
TEXTS = ("char", "text", "html", "json", "properties")


class AccessLogged(models.AbstractModel):
    """Reading these records outside ``sudo`` leaves a row in the access log (R29).

    One hook on the two methods that every reading passes: the query that fills the
    cache and the formatting of what is returned, which also sees a warm cache. Reading
    the code alone, as a link or a search box does, is no look at the child.
    """

    _name = "remediation.access.logged"
    _description = "Reading Is Logged"

    def _fetch_query(self, query, fields):
        # What is fetched is noted below; asking for the columns is no second question.
        data = self.env.cr.precommit.data
        before, data[_FETCHING] = data.get(_FETCHING), True
        try:
            fetched = super()._fetch_query(query, fields)
        finally:
            data[_FETCHING] = before
        if (
            not self.env.su
            and fetched
            and not all(field.name in _CODE_FIELDS for field in fields)
        ):
            self.env["remediation.access.log"]._log(fetched)
        return fetched

    def _listed_under(self, record, inverse):
        if not self.env.su:
            self.env["remediation.access.log"]._log(self)
        return super()._listed_under(record, inverse)

    def _read_format(self, fnames, load="_classic_read"):
        if not self.env.su and self and not _CODE_FIELDS.issuperset(fnames):
            self.env["remediation.access.log"]._log(self)
        return super()._read_format(fnames, load)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Searching, ordering, grouping or summing by a text, or by a field that not
        every reader of the row may read: core asks for the right here, whatever model
        the question came from, and here it is noted (R73)."""
        result = super()._field_to_sql(alias, field_expr, query)
        field = self._fields[field_expr.partition(".")[0]]
        free = field.type in TEXTS and field.name not in _CODE_FIELDS
        if (
            (field.groups or free and field.name not in self._codes_in_texts())
            and not self.env.su
            and not self.env.cr.precommit.data.get(_FETCHING)
        ):
            self.env["remediation.access.log"]._log_question(self._name, [field.name])
        return result

    @api.model
    @ormcache("self._name")
    def _codes_in_texts(self):
        """Texts that are open where texts are identity (R72): nobody wrote them."""
        return frozenset().union(
            *(cls.__dict__.get("_open_texts", ()) for cls in type(self).__mro__)
        )

    @api.model
    def _is_fetching(self):
        return bool(self.env.cr.precommit.data.get(_FETCHING))

    def _note_groups(self, groups, aggregates):
        """Note what a grouped reading by a remote caller tells of these records."""
        names = {spec.partition(":")[0].partition(".")[0] for spec in groups}
        names |= {spec.partition(":")[0] for spec in aggregates}
        names -= _CODE_FIELDS | {"__count", "company_id"}
        if names and not self.env.su:
            self.env["remediation.access.log"]._log_question(self._name, names)

    @api.model
    def formatted_read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        result = super().formatted_read_group(
            domain, groupby, aggregates, *args, **kwargs
        )
        self._note_groups(groupby, aggregates)
        return result

    @api.model
    def formatted_read_grouping_sets(
        self, domain, grouping_sets, aggregates=(), *args, **kwargs
    ):
        result = super().formatted_read_grouping_sets(
            domain, grouping_sets, aggregates, *args, **kwargs
        )
        self._note_groups(
            {name for names in grouping_sets for name in names}, aggregates
        )
        return result

    @api.model
    def read_progress_bar(self, domain, group_by, progress_bar):
        result = super().read_progress_bar(domain, group_by, progress_bar)
        self._note_groups([group_by, progress_bar.get("field", "id")], ())
        return result

    def _access_log_sql(self, column):
        """What a row of the log takes from this table for one of its columns; one
        expression per model.

        :param str column: one of ``_owner_columns`` of the log
        """
        field = self._fields.get(column)
        return SQL.identifier(column) if field and field.store else SQL("NULL::integer")


class Base(models.AbstractModel):
    """Odoo's own export is closed for sensitive records, whoever holds its right (R29).

    It would write any column, names included, to a file that nobody keeps account of.
    Other records may show a sensitive one by its code.
    """

    _inherit = "base"

    def _read_format(self, fnames, load="_classic_read"):
        if (
            getattr(self, "_remediation_sensitive", False)
            and self
            and not self.env.su
            and not hasattr(self, "_access_log_sql")
            and not _CODE_FIELDS.issuperset(fnames)
            and self.env["remediation.access.log"]._logs_all_reading()
        ):
            self.env["remediation.access.log"]._log(self)
        return super()._read_format(fnames, load)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        if (
            getattr(self, "_remediation_sensitive", False)
            and not self.env.su
            and (
                _is_toplevel_call
                or not all(path and path[-1] in _CODE_FIELDS for path in fields)
            )
        ):
            _logger.info("export of %s refused to user %s", self._name, self.env.uid)
            raise AccessError(
                self.env._(
                    "This data leaves by the export of this application alone, which "
                    "keeps account of it: ask somebody who has the right to export."
                )
            )
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _log_files(self, names):
        if not self.env.su and not _FILE_FIELDS.isdisjoint(names):
            for attachment in self:
                self.env["ir.binary"]._log_download(attachment)

    def _read_format(self, fnames, load="_classic_read"):
        self._log_files(fnames)
        return super()._read_format(fnames, load)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        self._log_files({path[0] for path in fields if path})
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        # Core searches files as superuser and takes out what the user may not see.
        asked = {part.field_expr for part in Domain(domain).iter_conditions()}
        if not self.env.su and not asked.isdisjoint(_FILE_FIELDS):
            self.env["remediation.access.log"]._log_question(
                self._name, asked & _FILE_FIELDS
            )
        return super()._search(domain, offset, limit, order, **kwargs)

    def _field_to_sql(self, alias, field_expr, query=None):
        """What a file says is grouped or summed by its content too."""
        fetching = self.env.cr.precommit.data.get(_FETCHING)
        if field_expr in _FILE_FIELDS and not self.env.su and not fetching:
            self.env["remediation.access.log"]._log_question(self._name, [field_expr])
        return super()._field_to_sql(alias, field_expr, query)

    def _fetch_query(self, query, fields):
        data = self.env.cr.precommit.data
        before, data[_FETCHING] = data.get(_FETCHING), True
        try:
            return super()._fetch_query(query, fields)
        finally:
            data[_FETCHING] = before


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _get_stream_from(self, record, field_name="raw", *args, **kwargs):
        self._log_download(record)
        return super()._get_stream_from(record, field_name, *args, **kwargs)

    def _log_download(self, record):
        document = record
        if record._name == "ir.attachment" and record:
            # sudo: only the link to the document is read, to log it.
            attachment = record.sudo()
            if not attachment.res_model or attachment.res_model not in self.env:
                return
            document = self.env[attachment.res_model].browse(attachment.res_id)
        check = getattr(document, "_check_may_download", None)
        if check and not self.env.su:
            check()
        if getattr(self.env.registry[document._name], "_remediation_sensitive", False):
            self.env["remediation.access.log"]._log(document, "download")


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        model = self.env.registry.get(report.model)
        if docids and getattr(model, "_remediation_sensitive", False):
            ids = [docids] if isinstance(docids, int) else docids
            self.env["remediation.access.log"]._log(
                self.env[report.model].browse(ids), "print"
            )
        return super()._get_rendering_context(report, docids, data)
