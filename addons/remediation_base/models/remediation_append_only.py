from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AppendOnly(models.AbstractModel):
    """A log whose rows nobody changes, the superuser of the database included.

    A PostgreSQL trigger refuses UPDATE, TRUNCATE and DELETE, except of rows older than
    ``_keep``. The ORM refuses too, with a sentence. Rows come by SQL (:meth:`_append`).
    A model that makes its table itself does so in ``init`` before calling this one.
    """

    _name = "remediation.append.only"
    _description = "Log That Is Only Added To"

    #: What PostgreSQL calls the time that a row is kept ("5 years"); None is for ever.
    _keep = None

    def init(self):
        result = super().init()
        if self._abstract:
            return result
        self.env.cr.execute(
            SQL(
                """
            CREATE OR REPLACE FUNCTION remediation_append_only()
            RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND TG_NARGS > 0 THEN
                    IF OLD.date < (now() AT TIME ZONE 'UTC') - TG_ARGV[0]::interval THEN
                        RETURN OLD;
                    END IF;
                END IF;
                RAISE EXCEPTION '%% is append-only.', TG_TABLE_NAME
                    USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE OR REPLACE TRIGGER %(rows)s
                BEFORE UPDATE OR DELETE ON %(table)s
                FOR EACH ROW EXECUTE FUNCTION remediation_append_only(%(keep)s);
            CREATE OR REPLACE TRIGGER %(whole)s
                BEFORE TRUNCATE ON %(table)s
                FOR EACH STATEMENT EXECUTE FUNCTION remediation_append_only();
                """,
                rows=SQL.identifier(f"{self._table}_rows"),
                whole=SQL.identifier(f"{self._table}_table"),
                table=SQL.identifier(self._table),
                keep=SQL("%s", self._keep) if self._keep else SQL(),
            )
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self.env._("This log is written by the system alone."))

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("This log does not change."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("This log does not change."))

    @api.model
    def _append(self, **row):
        """Add one row and return its id."""
        statement = SQL(
            "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
            SQL.identifier(self._table),
            SQL(", ").join(map(SQL.identifier, row)),
            SQL(", ").join(SQL("%s", value) for value in row.values()),
        )
        return self.env.execute_query(statement)[0][0]

    @api.model
    def _forget_old(self, limit):
        """Remove rows that are past their time, the oldest first; return how many.

        By the clock of the database, as the trigger compares."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM %(table)s WHERE id IN (SELECT id FROM %(table)s WHERE "
                "date < (now() AT TIME ZONE 'UTC') - %(keep)s::interval "
                "ORDER BY date LIMIT %(limit)s)",
                table=SQL.identifier(self._table),
                keep=self._keep,
                limit=limit,
            )
        )
        return self.env.cr.rowcount
