from odoo import fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING


class ReferralAccreditationDocument(models.Model):
    """One paper of a partner's application, with its own end date.

    Who may what: whoever may read the accreditation reads it; coordinators add and
    change it while the application is open.
    """

    _name = "referral.accreditation.document"
    _description = "Accreditation Document"
    _inherit = ["remediation.protected.mixin"]
    _order = "accreditation_id, id"
    _rules_of = "referral.accreditation"
    _check_company_auto = True
    _decided_by = "accreditation_id"
    _open_fields = {"draft": EVERYTHING, "submitted": EVERYTHING}

    accreditation_id = fields.Many2one(
        comodel_name="referral.accreditation",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="accreditation_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="accreditation_id.partner_id", store=True, index=True
    )
    document_type = fields.Selection(
        selection=[
            ("registration", "Registration as an Organisation"),
            ("safeguarding_policy", "Child Safeguarding Policy"),
            ("code_of_conduct", "Code of Conduct"),
            ("data_protection", "Data-protection Policy"),
            ("licence", "Licence to Provide the Service"),
            ("insurance", "Insurance"),
            ("other", "Other"),
        ],
        required=True,
    )
    file = fields.Binary(attachment=True, required=True)
    file_name = fields.Char()
    valid_until = fields.Date()
    checked = fields.Boolean(help="Somebody compared it with the original.")
