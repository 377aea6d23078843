import re

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.words import say_pair

DUTY = "case_survivor.group_financial_trace"
WHO = [
    ("survivor", "Survivor"),
    ("exploiter", "Exploiter"),
    ("family", "Family"),
    ("other", "Somebody Else"),
    ("unknown", "Not Known"),
]
#: Consent without which a number is not kept whole.
PURPOSE = "account_numbers"
SHOWN = 3
DOTS = "•••"


class MoneyAccount(models.Model):
    """An account or wallet that was used, in whose name, and who could reach it.

    For the duty alone: it reads all of them, by code, and writes those of the cases
    that the user holds. Of a number three digits are kept, unless a consent of its own
    stands.
    """

    _name = "remediation.money.account"
    _description = "Account or Wallet"
    _inherit = ["remediation.case.owned"]
    _order = "case_id, id"

    kind = fields.Selection(
        [
            ("bank", "Bank Account"),
            ("mobile", "Mobile Money"),
            ("card", "Prepaid Card"),
            ("crypto", "Crypto Wallet"),
            ("platform", "Account on a Platform"),
            ("other", "Other"),
        ],
        required=True,
    )
    provider = fields.Char(groups=DUTY, help="Bank, operator or platform.")
    number = fields.Char(
        groups=DUTY,
        help="Three digits are kept, unless a consent to keep account numbers stands.",
    )
    country_id = fields.Many2one("res.country")
    in_name_of = fields.Selection(WHO, help="Whose name stands on the account.")
    card_held_by = fields.Selection(WHO, string="Card With")
    sim_held_by = fields.Selection(WHO, string="SIM With")
    pin_known_by = fields.Selection(WHO, string="PIN Known To")
    opened_on = fields.Date()
    opened_about = fields.Char(groups=DUTY, string="About When It Was Opened")
    note = fields.Text(groups=DUTY)

    @api.depends("case_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: a code and a kind; who reads the account need not open the case.
        for account in self.sudo():
            label = kinds.get(account.kind, "")
            account.display_name = say_pair(self.env, account.case_id.name, label)

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._cut_numbers()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if vals.get("number"):
            self._cut_numbers()
        return result

    def _cut_numbers(self):
        """Keep three digits of the numbers that no consent covers."""
        # sudo: whether a consent stands is asked for whoever saves.
        for account in self.sudo():
            number = account.number or ""
            if not number or number.startswith(DOTS):
                continue
            if not account.case_id._has_consent(PURPOSE):
                kept = re.sub(r"[\W_]", "", number)[-SHOWN:]
                account.number = f"{DOTS}{kept}"

    @api.model
    def _cron_cut_numbers(self):
        """Cut the numbers of which the consent has ended. Daily."""
        whole = self.search(
            [("number", "!=", False), ("number", "not like", f"{DOTS}%")]
        )
        each_batch(whole, lambda batch: batch._cut_numbers())
