from odoo import fields, models


class Approval(models.Model):
    """One step of an approval: append-only history, read with the case."""

    _name = "remediation.approval"
    _description = "Approval Step"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "id desc"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", readonly=True, index=True
    )
    step = fields.Selection(
        [
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("rejected", "Sent Back"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    done_by_id = fields.Many2one("res.users", required=True, readonly=True)
    done_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    comment = fields.Text(readonly=True)
