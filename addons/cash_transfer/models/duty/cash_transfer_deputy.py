from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .cash_transfer_duty import DUTIES, GROUPS


class CashTransferDeputy(models.Model):
    """Who stands in for whom, in which duty, from when to when (R37).

    The deputy acts in the own name; four eyes count for both.
    """

    _name = "cash.transfer.deputy"
    _description = "Deputy in a Cash Duty"
    _inherit = ["cash.transfer.steered"]
    _rules_of = "remediation.in.company"
    _order = "date_from desc, id desc"
    _rec_name = "deputy_id"

    _steering_fields = frozenset(
        {"company_id", "user_id", "deputy_id", "duty", "date_from", "date_to", "active"}
    )

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one("res.users", required=True, string="Absent")
    deputy_id = fields.Many2one("res.users", required=True, index=True)
    duty = fields.Selection(DUTIES, required=True)
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(required=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "A deputyship ends after it begins."
    )
    _not_oneself = models.Constraint(
        "CHECK (user_id <> deputy_id)",
        "Nobody is their own deputy: choose somebody else.",
    )

    @api.constrains("user_id", "deputy_id", "duty")
    def _check_people(self):
        for row in self:
            if not row.user_id.has_group(GROUPS[row.duty]):
                raise ValidationError(
                    self.env._(
                        "%(user)s does not have the duty that is passed on.",
                        user=row.user_id.name,
                    )
                )
            if not any(row.deputy_id.has_group(group) for group in GROUPS.values()):
                raise ValidationError(
                    self.env._(
                        "A deputy has a cash duty already: %(user)s has none.",
                        user=row.deputy_id.name,
                    )
                )
