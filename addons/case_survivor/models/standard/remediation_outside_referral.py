from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair


class OutsideReferral(models.Model):
    """A referral that came in, or was made, outside this application.

    The holder of the case notes it. What is sent from here is a referral of its own.
    """

    _name = "remediation.outside.referral"
    _description = "Referral Made Elsewhere"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    direction = fields.Selection(
        [("in", "Came In"), ("out", "Went Out")], required=True
    )
    organisation = fields.Char(string="Other Organisation")
    worker = fields.Char(string="Their Case Worker")
    date = fields.Date()
    reason = fields.Selection(
        [
            ("AdditionalServicesRequired", "More Services Needed"),
            ("MigrationOrChangeOfLocation", "Moved Away"),
            ("Other", "Other"),
        ]
    )
    details = fields.Text()

    @api.depends("case_id.name", "direction")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["direction"]._description_selection(self.env))
        for record in self:
            label = labels.get(record.direction, "")
            record.display_name = say_pair(self.env, record.case_id.name, label)
