from odoo import api, fields, models
from odoo.tools import SQL


class CodedMixin(models.AbstractModel):
    """A running number as the only public name of a record (R1).

    The number says nothing about site, year or person. Gaps are allowed: one
    statement draws the codes of a whole batch.
    """

    _name = "remediation.coded.mixin"
    _description = "Record Known by a Code"
    _inherit = ["remediation.protected.mixin"]
    _rec_name = "name"

    _code_prefix = ""
    _protected_fields = frozenset({"name"})

    name = fields.Char(
        string="Code",
        readonly=True,
        copy=False,
        index="trigram",
        required=True,
        # Shown until the record is saved: the web client lets nobody save a form with
        # a required field that is empty.
        default=lambda self: self.env._("New"),
    )

    _name_unique = models.UniqueIndex("(name)", "Two records cannot share a code.")

    @api.model
    def _code_sequence(self):
        return f"{self._table}_code_seq"

    def init(self):
        result = super().init()
        if not self._abstract:
            sequence = SQL.identifier(self._code_sequence())
            self.env.cr.execute(SQL("CREATE SEQUENCE IF NOT EXISTS %s", sequence))
            # Dropped together with the table when the module is uninstalled.
            self.env.cr.execute(
                SQL(
                    "ALTER SEQUENCE %s OWNED BY %s",
                    sequence,
                    SQL.identifier(self._table, "id"),
                )
            )
        return result

    @api.model
    def _draw_codes(self, number):
        """Return ``number`` new codes in one statement."""
        self.env.cr.execute(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                self._code_sequence(),
                number,
            )
        )
        return [f"{self._code_prefix}-{row[0]:06d}" for row in self.env.cr.fetchall()]

    @api.model
    def _add_protected_values(self, vals_list):
        missing = [vals for vals in vals_list if not vals.get("name")]
        codes = iter(self._draw_codes(len(missing)) if missing else ())
        return super()._add_protected_values(
            [
                vals if vals.get("name") else dict(vals, name=next(codes))
                for vals in vals_list
            ]
        )
