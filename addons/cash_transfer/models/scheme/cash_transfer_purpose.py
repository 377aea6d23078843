from odoo import fields, models


class CashTransferPurpose(models.Model):
    """What money is for. One live payment per child, period and purpose (R32)."""

    _name = "cash.transfer.purpose"
    _description = "Purpose of a Cash Transfer"
    _rules_of = "remediation.in.company.or.none"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True)
    active = fields.Boolean(default=True)
    is_stipend = fields.Boolean(
        string="Stipend",
        help="Replaces what the child earned: less than the last earnings or the "
        "minimum wage takes a second person and a reason.",
    )

    _code_unique = models.UniqueIndex(
        "(code, coalesce(company_id, 0))", "Two purposes cannot share a code."
    )
