from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_money_account import DUTY
from .remediation_person_of_interest import DUTY as POI


class MoneyTransfer(models.Model):
    """Money that was sent for an exploiter, or by one. For the duty alone."""

    _name = "remediation.money.transfer"
    _description = "Transfer of Money"
    _inherit = ["remediation.case.owned"]
    _rules_of = "remediation.money.account"
    _order = "date, id"

    direction = fields.Selection(
        [
            ("for_exploiter", "Made for the Exploiter"),
            ("by_exploiter", "Made by the Exploiter"),
            ("to_family", "Sent to the Family"),
            ("other", "Other"),
        ],
        required=True,
    )
    date = fields.Date()
    date_about = fields.Char(string="About When", groups=DUTY)
    amount = fields.Monetary(help="Empty if nobody knows.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    means = fields.Selection(
        [
            ("bank", "Bank"),
            ("mobile", "Mobile Money"),
            ("agent", "Transfer Agent"),
            ("informal", "Informal Carrier"),
            ("crypto", "Crypto"),
            ("cash", "Cash"),
            ("unknown", "Not Known"),
        ]
    )
    account_id = fields.Many2one(
        "remediation.money.account",
        domain="[('case_id', '=', case_id)]",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    person_id = fields.Many2one(
        "remediation.person.of.interest",
        string="To or From",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups=POI,
    )
    country_id = fields.Many2one("res.country", string="Sent To")
    note = fields.Text(groups=DUTY)

    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "An amount that was sent is not negative."
    )

    @api.depends("case_id.name", "direction")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["direction"]._description_selection(self.env))
        # sudo: a code and a kind
        for transfer in self.sudo():
            label = labels.get(transfer.direction, "")
            transfer.display_name = say_pair(self.env, transfer.case_id.name, label)
