from odoo import api, fields, models


class SurvivorContact(models.Model):
    """Who a survivor is to authorities, and how they are reached without danger.

    The holder of the case enters it. The newest counts; what it was before stays.
    """

    _name = "remediation.survivor.contact"
    _description = "Contact of a Survivor"
    _inherit = ["remediation.case.owned"]
    _order = "id desc"

    salutation = fields.Char()
    title = fields.Char(string="Occupation", help="Position in an organisation.")
    gender = fields.Selection(
        [
            ("Feminine", "Feminine"),
            ("Masculine", "Masculine"),
            ("TransgenderFeminine", "Transgender Feminine"),
            ("TransgenderMasculine", "Transgender Masculine"),
            ("NonConforming", "Non-Conforming"),
            ("NonSpecifiedUnknown", "Not Said or Unknown"),
        ],
        groups="child_remediation.group_identity",
        help="As the person says it. Empty: the sex of the file.",
    )
    citizenship_ids = fields.Many2many(
        "res.country",
        "remediation_survivor_contact_country_rel",
        string="Citizenships",
    )
    email = fields.Char()
    home_phone = fields.Char()
    mobile_phone = fields.Char()
    street = fields.Char()
    city = fields.Char()
    state = fields.Char(string="Province")
    postal_code = fields.Char()
    country_id = fields.Many2one("res.country")
    safe_way = fields.Text(
        string="How to Reach Them", help="What is safe to say, when, and to whom."
    )

    @api.depends("case_id.name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.case_id.name
