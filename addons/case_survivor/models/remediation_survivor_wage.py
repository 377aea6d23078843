from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_money_account import DUTY, WHO


class SurvivorWage(models.Model):
    """What a survivor was promised for a time, what was paid and to whom, and what was
    claimed and recovered afterwards. For the duty alone."""

    _name = "remediation.survivor.wage"
    _description = "Wages of a Survivor"
    _inherit = ["remediation.case.owned"]
    _rules_of = "remediation.money.account"
    _order = "date_from, id"

    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    promised = fields.Monetary()
    paid = fields.Monetary()
    withheld = fields.Monetary()
    paid_to = fields.Selection(WHO)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    claimed = fields.Monetary(string="Arrears Claimed")
    claimed_on = fields.Date()
    recovered = fields.Monetary(string="Arrears Recovered")
    recovered_on = fields.Date()
    note = fields.Text(groups=DUTY)

    _amounts_not_negative = models.Constraint(
        "CHECK (promised >= 0 AND paid >= 0 AND withheld >= 0 AND claimed >= 0"
        " AND recovered >= 0)",
        "Wages and arrears are not negative.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A time of work ends after it begins.",
    )

    @api.depends("case_id.name", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # sudo: a code and a day
        for wage in self.sudo():
            day = wage._say_day(wage.date_from) if wage.date_from else ""
            wage.display_name = say_pair(self.env, wage.case_id.name, day)
