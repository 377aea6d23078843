import hashlib
import logging
import time

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.at_commit import noted_until_commit

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
    case_id = fields.Many2one(
        "remediation.case",
        readonly=True,
        help="Case of the record, or of all records of a list.",
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
    reason = fields.Char(
        readonly=True,
        groups="child_remediation.group_identity,"
        "child_remediation.group_data_protection,"
        "child_remediation.group_safeguarding",
    )

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
                case_id integer,
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
            CREATE INDEX IF NOT EXISTS remediation_access_log_case
                ON remediation_access_log (case_id, id DESC) WHERE case_id IS NOT NULL;
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
    def _compute_model_name(self):
        for row in self:
            row.model_name = self.env["ir.model"]._get(row.model).display_name

    @api.depends("model", "res_id", "count")
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
            cases = by_model.get("remediation.case", ())
            # What belongs to the one case that was opened is part of opening it.
            opened = next(iter(cases)) if action == "view" and len(cases) == 1 else None
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
                        "own.company_id, own.case_id FROM (%s) own%s",
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
                        SQL(" WHERE own.case_id IS DISTINCT FROM %s", opened)
                        if opened and model != "remediation.case"
                        else SQL(),
                    )
                )
        return SQL(
            "INSERT INTO remediation_access_log (slot, user_id, model, res_id, count, "
            "res_ids, digest, action, reason, company_id, case_id) "
            "SELECT * FROM (%s) seen WHERE action NOT IN ('view', 'search') OR NOT "
            "EXISTS (SELECT 1 FROM remediation_access_log known WHERE "
            "known.user_id = seen.user_id AND known.model = seen.model AND "
            "known.res_id = seen.res_id AND known.digest = seen.digest AND "
            "known.slot = seen.slot AND known.action = seen.action "
            "AND known.action IN ('view', 'search'))",
            SQL(" UNION ALL ").join(selects),
        )

    @api.model
    def _owner_query(self, model, ids):
        """One row with the company of the records and their case, where it is one."""
        records = self.env[model]
        company = records._fields.get("company_id")
        if not (hasattr(records, "_access_log_case_sql") and company and company.store):
            return SQL("SELECT NULL::integer AS company_id, NULL::integer AS case_id")
        return SQL(
            "SELECT CASE WHEN min(company_id) = max(company_id) "
            "THEN min(company_id) END AS company_id, "
            "CASE WHEN min(case_of) = max(case_of) AND count(case_of) = count(*) "
            "THEN min(case_of) END AS case_id FROM "
            "(SELECT company_id, %s AS case_of FROM %s WHERE id = ANY(%s)) records",
            records._access_log_case_sql(),
            SQL.identifier(records._table),
            ids,
        )

    # -- reading ---------------------------------------------------------------
    @api.model
    def _domain_of_case(self, case):
        """Rows about a case, its child and family, and lists that held the case or
        the child."""
        child = case.beneficiary_id
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM remediation_access_log WHERE res_ids IS NOT NULL AND "
                "((model = 'remediation.case' AND res_ids @> %s::jsonb) OR "
                "(model = 'remediation.beneficiary' AND res_ids @> %s::jsonb))",
                Json([case.id]),
                Json([child.id]),
            )
        )
        return [
            "|",
            "|",
            ("case_id", "=", case.id),
            "&",
            ("model", "=", child._name),
            ("res_id", "=", child.id),
            ("id", "in", [row[0] for row in rows]),
        ]

    @api.model
    def _cron_forget(self):
        """Remove rows older than the log is kept. Monthly."""
        _logger.info(
            "Access log: %s rows past their time removed", self._forget_old(None)
        )
