from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_money_account import DUTY
from .remediation_person_of_interest import DUTY as POI


class SurvivorDebt(models.Model):
    """A debt that somebody claims of the survivor: to whom, for what, on what terms.
    For the duty alone."""

    _name = "remediation.survivor.debt"
    _description = "Debt of a Survivor"
    _inherit = ["remediation.case.owned"]
    _rules_of = "remediation.money.account"
    _order = "case_id, id"

    purpose = fields.Selection(
        [
            ("travel", "Travel"),
            ("fee", "Recruitment Fees"),
            ("keep", "Food and Lodging"),
            ("fine", "Fines"),
            ("family", "Debt of the Family"),
            ("other", "Other"),
        ],
        required=True,
    )
    owed_to = fields.Selection(
        [
            ("employer", "Employer"),
            ("recruiter", "Recruiter"),
            ("family", "Family"),
            ("other", "Somebody Else"),
            ("unknown", "Not Known"),
        ]
    )
    person_id = fields.Many2one(
        "remediation.person.of.interest",
        string="Person Owed To",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups=POI,
    )
    amount = fields.Monetary(string="Amount Claimed")
    paid = fields.Monetary(string="Paid Until Now")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    since = fields.Date()
    terms = fields.Text(groups=DUTY, help="Interest, pledges, what happens if unpaid.")
    ended_on = fields.Date()
    ended_by = fields.Selection(
        [("paid", "Paid"), ("waived", "Waived"), ("void", "Declared Void")]
    )

    _amounts_not_negative = models.Constraint(
        "CHECK (amount >= 0 AND paid >= 0)", "A debt and its payments are not negative."
    )

    @api.depends("case_id.name", "purpose")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        # sudo: a code and a kind
        for debt in self.sudo():
            label = labels.get(debt.purpose, "")
            debt.display_name = say_pair(self.env, debt.case_id.name, label)
