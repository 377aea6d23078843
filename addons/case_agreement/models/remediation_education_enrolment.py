from odoo import api, models
from odoo.fields import Domain


class EducationEnrolment(models.Model):
    _name = "remediation.education.enrolment"
    _inherit = ["remediation.education.enrolment", "remediation.billed.support"]

    @api.model
    def _domain_to_bill(self, company, first, last):
        return Domain(
            [
                ("company_id", "=", company.id),
                ("fees", ">", 0),
                ("institution_id.partner_id", "!=", False),
                ("date_start", ">=", first),
                ("date_start", "<=", last),
                ("bill_state", "in", (False, "none")),
            ]
        )

    def _supplier(self):
        return self.institution_id.partner_id

    def _bill_parts(self):
        return self.date_start, self.env._("School Fees"), self.fees
