from odoo import api, models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

from ..tools import bi

#: Who reads the views; a database user for an analysis tool is made a member of it.
ROLE = "remediation_bi"


class Bi(models.AbstractModel):
    """The schema ``bi`` of the database: what analysis tools outside read (R10).

    It holds views, and nothing else; each reads as the owner of the database and shows
    columns that :mod:`..tools.bi` lists. The role ``remediation_bi`` may read them and
    no table. Where the user of the database may not make roles, the administrator makes
    it, and the next update of this module gives it its right.

    No user of the application calls anything here.
    """

    _name = "remediation.bi"
    _description = "Views for Analysis Tools"

    def init(self):
        """Make the schema, its views and the role that reads them, anew."""
        self.env.cr.execute("DROP SCHEMA IF EXISTS bi CASCADE; CREATE SCHEMA bi")
        for name, (_words, source, columns) in bi.views(THRESHOLD).items():
            listed = SQL(", ").join(
                SQL("%s AS %s", SQL(value), SQL.identifier(column))
                for column, (value, _said) in columns.items()
            )
            self.env.cr.execute(
                SQL(
                    "CREATE VIEW %s AS SELECT %s FROM %s",
                    SQL.identifier("bi", name),
                    listed,
                    SQL(source),
                )
            )
        self._grant()

    @api.model
    def _grant(self, role=ROLE):
        """Let a role read the views; make it where the user of the database may."""
        self.env.cr.execute(
            SQL(
                """DO $$ BEGIN
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s)
                       AND (SELECT rolsuper OR rolcreaterole FROM pg_roles
                             WHERE rolname = current_user) THEN
                        BEGIN
                            CREATE ROLE %(role)s NOLOGIN;
                        EXCEPTION WHEN duplicate_object OR unique_violation THEN
                            NULL;  -- another database made it at the same moment
                        END;
                    END IF;
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s) THEN
                        GRANT USAGE ON SCHEMA bi TO %(role)s;
                        GRANT SELECT ON ALL TABLES IN SCHEMA bi TO %(role)s;
                    END IF;
                END $$""",
                name=role,
                role=SQL.identifier(role),
            )
        )
