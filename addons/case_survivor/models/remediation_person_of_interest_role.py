from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_person_of_interest import DUTY as POI


class PersonOfInterestRole(models.Model):
    """What a person of interest did in one case, and what the survivor calls them.

    For the duty alone, whatever rung of case work somebody stands on. The duty reads
    all of them, by code; it writes those of the cases that the user holds.
    """

    _name = "remediation.person.of.interest.role"
    _description = "Role of a Person of Interest"
    _inherit = ["remediation.case.owned"]
    _order = "case_id, id"

    #: Says nothing in what a survivor is given (R56).
    _not_in_file = True

    person_id = fields.Many2one(
        "remediation.person.of.interest",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    role = fields.Selection(
        [
            ("recruiter", "Recruiter"),
            ("broker", "Broker or Travel Agent"),
            ("transporter", "Transporter"),
            ("smuggler", "Smuggler"),
            ("harbourer", "Gave Shelter to It"),
            ("seller", "Sold the Person"),
            ("buyer", "Bought the Person"),
            ("controller", "Controlled the Person"),
            ("exploiter", "Exploiter"),
            ("creditor", "Creditor"),
            ("abuser", "Abuser"),
            ("kidnapper", "Kidnapper"),
            ("other", "Other"),
        ],
        required=True,
    )
    relationship = fields.Selection(
        [("family", "Family"), ("known", "Known"), ("stranger", "Stranger")],
        help="To the survivor, before it happened.",
    )
    known_as = fields.Char(
        string="What the Survivor Calls Them",
        groups=POI,
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    note = fields.Text(groups=POI)

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A role ends after it begins.",
    )

    @api.depends("case_id.name", "person_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # sudo: two codes; who reads the role need not open the case.
        for role in self.sudo():
            role.display_name = say_pair(
                self.env, role.case_id.name, role.person_id.name
            )
