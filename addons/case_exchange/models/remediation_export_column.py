from odoo import fields, models

from ..tools import source


class ExportColumn(models.Model):
    """One column that an export of cases may have: the whitelist (R30).

    Shipped with the module; what it reads and whether it names somebody is in the
    code (``tools/source.py``), so that no row added later opens anything.
    """

    _name = "remediation.export.column"
    _description = "Column of an Export"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    is_default = fields.Boolean(string="Chosen at First", readonly=True)
    is_identity = fields.Boolean(
        compute="_compute_is_identity",
        search="_search_is_identity",
        string="Names Somebody",
    )

    _key_unique = models.UniqueIndex("(key)", "This column exists already.")

    def _compute_is_identity(self):
        for column in self:
            column.is_identity = column.key in source.IDENTITY

    def _search_is_identity(self, operator, value):
        if operator != "in":
            return NotImplemented
        names = [("key", "in", sorted(source.IDENTITY))]
        if True in value and False in value:
            return fields.Domain.TRUE
        return fields.Domain(names) if True in value else ~fields.Domain(names)
