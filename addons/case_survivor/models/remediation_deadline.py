from odoo import fields, models


class Deadline(models.Model):
    _inherit = "remediation.deadline"

    kind = fields.Selection(
        selection_add=[("legal", "Day of the Law")], ondelete={"legal": "cascade"}
    )
