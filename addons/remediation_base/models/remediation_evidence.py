import json
from contextlib import contextmanager

from odoo import models
from odoo.tools import SQL

_ALWAYS_OPEN = frozenset({"write_uid", "write_date"})

#: TG_ARGV: 0 columns that may change, 1 those that may once, 2 those that may while the
#: row is new, 3 how long that is, 4 steps that columns may take, 5 states before it is
#: evidence, 6 the link to what decides (empty: the row itself), 7 its table, 8 its
#: column of states, 9 columns that may become empty.
FUNCTION = """
CREATE OR REPLACE FUNCTION remediation_evidence()
RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb;
    after jsonb;
    may_change text[];
    name text;
    standing text;
BEGIN
    IF TG_OP <> 'TRUNCATE' AND TG_NARGS > 5 AND TG_ARGV[5] <> '' THEN
        IF TG_ARGV[6] = '' THEN
            standing := to_jsonb(OLD) ->> TG_ARGV[8];
        ELSE
            EXECUTE format('SELECT %%I::text FROM %%I WHERE id = $1',
                           TG_ARGV[8], TG_ARGV[7])
                INTO standing
                USING (to_jsonb(OLD) ->> TG_ARGV[6])::integer;
        END IF;
        IF standing = ANY (string_to_array(TG_ARGV[5], ',')) THEN
            IF TG_OP = 'UPDATE' THEN
                RETURN NEW;
            ELSIF TG_ARGV[6] <> '' THEN
                RETURN OLD;
            END IF;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF coalesce(current_setting('remediation.erasure', true), '') <> ''
        THEN
            RETURN NEW;
        END IF;
        before := to_jsonb(OLD);
        after := to_jsonb(NEW);
        may_change := string_to_array(TG_ARGV[0], ',');
        FOREACH name IN ARRAY string_to_array(TG_ARGV[1], ',') LOOP
            IF before -> name = 'null'::jsonb THEN
                may_change := may_change || name;
            END IF;
        END LOOP;
        FOREACH name IN ARRAY string_to_array(coalesce(TG_ARGV[9], ''), ',') LOOP
            IF after -> name = 'null'::jsonb THEN
                may_change := may_change || name;
            END IF;
        END LOOP;
        IF TG_ARGV[2] <> '' AND OLD.create_date >
                (now() AT TIME ZONE 'UTC') - TG_ARGV[3]::interval THEN
            may_change := may_change || string_to_array(TG_ARGV[2], ',');
        END IF;
        FOR name IN SELECT jsonb_object_keys(TG_ARGV[4]::jsonb) LOOP
            IF TG_ARGV[4]::jsonb -> name -> (before ->> name)
                    ? (after ->> name) THEN
                may_change := may_change || name;
            END IF;
        END LOOP;
        IF before - may_change = after - may_change THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '%% is evidence: it does not change.', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""
TRIGGERS = """
CREATE OR REPLACE TRIGGER %(rows)s
    BEFORE UPDATE OR DELETE ON %(table)s
    FOR EACH ROW EXECUTE FUNCTION
    remediation_evidence(
        %(open)s, %(once)s, %(edited)s, %(new)s, %(steps)s,
        %(before)s, %(link)s, %(decides)s, %(state)s, %(gone)s
    );
CREATE OR REPLACE TRIGGER %(whole)s
    BEFORE TRUNCATE ON %(table)s
    FOR EACH STATEMENT EXECUTE FUNCTION remediation_evidence();
"""


class Evidence(models.AbstractModel):
    """Rows that prove what happened: the database itself keeps them as they are (R74).

    A PostgreSQL trigger refuses DELETE and TRUNCATE, and UPDATE of every column but
    those that the model names; for administrators and for the superuser of the
    database too. One path goes round it and is known to the trigger: :meth:`_erasing`
    lets a procedure take the texts out (R56). The row stays.

    :cvar frozenset _evidence_open: columns that may change: who holds the record now
    :cvar frozenset _evidence_once: columns that are empty until something happened,
        and settled from then on
    :cvar frozenset _evidence_gone: links that become empty when what they name goes;
        its name stands in another column
    :cvar frozenset _evidence_edited: columns that may change while the row is new
    :cvar str _evidence_new_for: how long a row is new, as PostgreSQL says it
    :cvar dict _evidence_steps: ``{column: {value: [values it may become]}}``
    :cvar frozenset _evidence_from: the states in which a row is still being written,
        and no evidence yet; of a line, those of the record that decides over it. Lines
        come and go meanwhile, what they hang on stays
    """

    _name = "remediation.evidence"
    _description = "Evidence Kept by the Database"

    _evidence_open = frozenset()
    _evidence_once = frozenset()
    _evidence_gone = frozenset()
    _evidence_edited = frozenset()
    _evidence_new_for = "0"
    _evidence_steps = {}
    _evidence_from = frozenset()

    def init(self):
        result = super().init()
        if self._abstract or not self._auto:
            return result
        lists = [
            ",".join(sorted(names))
            for names in (
                _ALWAYS_OPEN | self._evidence_columns("_evidence_open"),
                self._evidence_columns("_evidence_once"),
                self._evidence_columns("_evidence_edited"),
            )
        ]
        link = getattr(self, "_decided_by", None)
        decides = self.env[self._fields[link].comodel_name] if link else self
        self.env.cr.execute(
            SQL(
                FUNCTION + TRIGGERS,
                rows=SQL.identifier(f"{self._table}_evidence"),
                whole=SQL.identifier(f"{self._table}_evidence_whole"),
                table=SQL.identifier(self._table),
                open=lists[0],
                once=lists[1],
                edited=lists[2],
                new=self._evidence_new_for,
                steps=json.dumps(self._evidence_steps),
                before=",".join(sorted(self._evidence_columns("_evidence_from"))),
                link=getattr(self, "_decided_by", None) or "",
                decides=decides._table,
                state=getattr(decides, "_state_field", ""),
                gone=",".join(sorted(self._evidence_columns("_evidence_gone"))),
            )
        )
        return result

    def _evidence_columns(self, attribute):
        """The names of all classes of the model together."""
        names = set()
        for cls in type(self).__mro__:
            names |= cls.__dict__.get(attribute, frozenset())
        return frozenset(names)

    @contextmanager
    def _erasing(self, code):
        """Inside, texts of evidence may be taken out for good (R56).

        Called by the one procedure that erases, after its four-eyes check.

        :param str code: the request that it is done for
        """
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT set_config('remediation.erasure', %s, true)", [code]
        )
        yield
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('remediation.erasure', '', true)")
