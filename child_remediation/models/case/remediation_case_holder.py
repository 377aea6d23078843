from odoo import fields, models


class CaseHolder(models.Model):
    """Who held a case from when to when. Written with every change of custody."""

    _name = "remediation.case.holder"
    _description = "Case Holder"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "date_from desc, id desc"

    _evidence_once = frozenset({"date_to"})

    case_manager_id = fields.Many2one("remediation.case.manager", readonly=True)
    holder_user_id = fields.Many2one("res.users", required=True, readonly=True)
    date_from = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    date_to = fields.Datetime(readonly=True)
    reason = fields.Char(readonly=True)
    done_by_id = fields.Many2one("res.users", required=True, readonly=True)
