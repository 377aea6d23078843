import hashlib
import logging
import time

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.at_commit import noted_until_commit

_logger = logging.getLogger(__name__)

#: One row per user, record and this many seconds.
SLOT = 600
#: Ids kept of one list; its count is exact beyond it.
MAX_IDS = 10000


class AccessLog(models.Model):
    """Who looked at, exported, printed or downloaded what, and why (E32, R29).

    Append-only for five years. Rows are written at the end of the transaction that read
    (:meth:`_log`), on a connection of its own where that transaction may not write.
    The columns have no foreign keys: the log outlives what it names and locks nothing.

    :cvar tuple _owner_columns: columns beside the company that a row takes from the
        records it is about, where they all agree. An app makes its own in ``init``.
    """

    _name = "remediation.access.log"
    _description = "Access Log"
    _inherit = ["remediation.append.only"]
    _rules_of = "remediation.in.company.or.none"
    _keep = "5 years"
    _order = "id desc"
    _auto = False
    _log_access = False
    _rec_name = "code"

    _owner_columns = ()

    date = fields.Datetime(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    model = fields.Char(readonly=True, string="Technical Name")
    model_name = fields.Char(compute="_compute_model_name", string="Kind of Record")
    res_id = fields.Many2oneReference(
        model_field="model",
        readonly=True,
        string="Record",
        help="Empty for a list: see the number of records.",
    )
    code = fields.Char(compute="_compute_code")
    count = fields.Integer(readonly=True, string="Records")
    res_ids = fields.Json(readonly=True, string="Records of the List")
    action = fields.Selection(
        [
            ("view", "Seen"),
            ("search", "Searched or Counted"),
            ("export", "Exported"),
            ("print", "Printed"),
            ("download", "Downloaded"),
            ("break_glass", "Emergency Access"),
        ],
        readonly=True,
    )
    # It may name somebody: an app says who reads it.
    reason = fields.Char(readonly=True, groups=fields.NO_ACCESS)

    def init(self):
        """Create the table with its indexes."""
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS remediation_access_log (
                id bigserial PRIMARY KEY,
                date timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
                slot integer NOT NULL,
                user_id integer NOT NULL,
                company_id integer,
                model varchar NOT NULL,
                res_id integer NOT NULL DEFAULT 0,
                count integer NOT NULL,
                res_ids jsonb,
                digest varchar NOT NULL DEFAULT '',
                action varchar NOT NULL,
                reason varchar
            );
            -- Not unique: two requests of one person at one moment would wait for each
            -- other, and one of them begin again. Both write a row then, which harms
            -- nobody.
            DROP INDEX IF EXISTS remediation_access_log_once;
            CREATE INDEX IF NOT EXISTS remediation_access_log_slot
                ON remediation_access_log (user_id, model, res_id, digest, slot)
                WHERE action IN ('view', 'search');
            CREATE INDEX IF NOT EXISTS remediation_access_log_record
                ON remediation_access_log (model, res_id, id DESC) WHERE res_id > 0;
            CREATE INDEX IF NOT EXISTS remediation_access_log_date
                ON remediation_access_log (date);
            CREATE INDEX IF NOT EXISTS remediation_access_log_lists
                ON remediation_access_log USING gin (res_ids jsonb_path_ops)
                WHERE res_ids IS NOT NULL;
            """
        )
        return super().init()

    @api.depends("model")
    @api.depends_context("lang")
    def _compute_model_name(self):
        for row in self:
            row.model_name = self.env["ir.model"]._get(row.model).display_name

    @api.depends("model", "res_id", "count")
    @api.depends_context("lang")
    def _compute_code(self):
        """The code of the record; a list shows its number of records."""
        by_model = {}
        for row in self.filtered("res_id"):
            by_model.setdefault(row.model, set()).add(row.res_id)
        codes = {}
        for model, ids in by_model.items():
            if model in self.env:
                # sudo: labels of sensitive records are codes; whoever reads the row
                # may know which record it is about.
                for record in self.env[model].sudo().browse(ids).exists():
                    codes[model, record.id] = record.display_name
        for row in self:
            row.code = codes.get((row.model, row.res_id)) or self.env._(
                "%(count)s records", count=row.count
            )

    # -- writing ---------------------------------------------------------------
    @api.model
    def _log(self, records, action="view", reason=None):
        """Note that the user reached these records; written at the end of the
        transaction, also where that is read-only or runs as superuser.

        :param records: recordset of one model
        :param str action: view, export, print, download or break_glass
        :param str reason: kept with the row
        """
        ids = [id_ for id_ in records._ids if id_]
        if ids:
            self._buffer((self.env.uid, action, reason or None), records._name, ids)

    @api.model
    def _log_question(self, model, names):
        """Note that the user asked about records of a model by values that give
        somebody away: a search, an order, a group or a sum (R73).

        :param str model: name of the model
        :param names: the fields that were asked for; never their values
        """
        asked = ", ".join(sorted(names))
        self._buffer((self.env.uid, "search", asked), model, ())

    @api.model
    def _buffer(self, key, model, ids):
        buffer = noted_until_commit(self, "_write_buffer")
        buffer.setdefault(key, {}).setdefault(model, set()).update(ids)

    def _write_buffer(self, buffer):
        """Write what was read in this transaction by one statement."""
        statement = self._insert_statement(buffer)
        if not self.env.cr.readonly:
            self.env.cr.execute(statement)
            return
        # A read-only call may run on a replica: the row goes to the primary.
        with self.env.registry.cursor() as cr:
            cr.execute(statement)

    @api.model
    def _insert_statement(self, buffer):
        slot = int(time.time()) // SLOT
        selects = []
        for (uid, action, reason), by_model in buffer.items():
            opened = self._opened(by_model) if action == "view" else {}
            for model, ids in by_model.items():
                ids = sorted(ids)
                single = len(ids) == 1
                what = repr(ids) if ids else reason
                digest = (
                    ""
                    if single
                    else hashlib.blake2b(what.encode(), digest_size=8).hexdigest()
                )
                selects.append(
                    SQL(
                        "SELECT %s AS slot, %s AS user_id, %s AS model, %s AS res_id, "
                        "%s AS count, %s::jsonb AS res_ids, %s AS digest, "
                        "%s AS action, %s::varchar AS reason, "
                        "own.* FROM (%s) own%s",
                        slot,
                        uid,
                        model,
                        ids[0] if single else 0,
                        len(ids),
                        None if single or not ids else Json(ids[:MAX_IDS]),
                        digest,
                        action,
                        reason,
                        self._owner_query(model, ids[:MAX_IDS]),
                        SQL(
                            " WHERE own.%s IS DISTINCT FROM %s",
                            SQL.identifier(opened["column"]),
                            opened["id"],
                        )
                        if opened and model != opened["model"]
                        else SQL(),
                    )
                )
        return SQL(
            "INSERT INTO remediation_access_log (slot, user_id, model, res_id, count, "
            "res_ids, digest, action, reason, %s) "
            "SELECT * FROM (%s) seen WHERE action NOT IN ('view', 'search') OR NOT "
            "EXISTS (SELECT 1 FROM remediation_access_log known WHERE "
            "known.user_id = seen.user_id AND known.model = seen.model AND "
            "known.res_id = seen.res_id AND known.digest = seen.digest AND "
            "known.slot = seen.slot AND known.action = seen.action "
            "AND known.action IN ('view', 'search'))",
            SQL(", ").join(map(SQL.identifier, ("company_id", *self._owner_columns))),
            SQL(" UNION ALL ").join(selects),
        )

    @api.model
    def _opened(self, by_model):
        """Hook: the one record whose opening says of all that belongs to it that it
        was seen, so that this leaves no row of its own.

        :param dict by_model: ids by the name of the model
        :return: ``{"model", "column", "id"}``, or nothing
        """
        return {}

    @api.model
    def _owner_query(self, model, ids):
        """One row with what these records have in common: their company and what
        :attr:`_owner_columns` names."""
        records = self.env[model]
        company = records._fields.get("company_id")
        names = [SQL.identifier(name) for name in self._owner_columns]
        if not (hasattr(records, "_access_log_sql") and company and company.store):
            nothing = [SQL("NULL::integer AS company_id")]
            nothing += [SQL("NULL::integer AS %s", name) for name in names]
            return SQL("SELECT %s", SQL(", ").join(nothing))
        common = [
            SQL(
                "CASE WHEN min(company_id) = max(company_id) "
                "THEN min(company_id) END AS company_id"
            )
        ]
        common += [
            SQL(
                "CASE WHEN min(%(name)s) = max(%(name)s) AND "
                "count(%(name)s) = count(*) THEN min(%(name)s) END AS %(name)s",
                name=name,
            )
            for name in names
        ]
        columns = [SQL("company_id")]
        columns += [
            SQL("%s AS %s", records._access_log_sql(column), name)
            for column, name in zip(self._owner_columns, names, strict=True)
        ]
        return SQL(
            "SELECT %s FROM (SELECT %s FROM %s WHERE id = ANY(%s)) records",
            SQL(", ").join(common),
            SQL(", ").join(columns),
            SQL.identifier(records._table),
            ids,
        )

    # -- reading ---------------------------------------------------------------
    @api.model
    def _logs_all_reading(self):
        """Hook: whether what the user reads is logged beyond the models that are read
        with a log."""
        return False

    @api.model
    def _cron_forget(self):
        """Remove rows older than the log is kept. Monthly."""
        _logger.info(
            "Access log: %s rows past their time removed", self._forget_old(None)
        )
