from odoo import fields, models


class DisclosureItem(models.Model):
    """One thing about a child that a family can withhold from a receiver (R8).

    Master data shipped with the module; everybody who records consents reads it.
    What each item covers stands in ``disclosure.py``.
    """

    _name = "remediation.disclosure.item"
    _description = "Item to Withhold"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _key_unique = models.UniqueIndex("(key)", "This item exists already.")
