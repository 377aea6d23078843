from odoo import fields, models


class ReferralPackageItem(models.Model):
    """One thing a package may hold, so that a family can withhold it (R8).

    Master data shipped with the module; everybody who records consents reads it.
    """

    _name = "referral.package.item"
    _description = "Package Item"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _key_unique = models.UniqueIndex("(key)", "This item exists already.")
