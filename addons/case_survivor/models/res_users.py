from odoo import api, models

#: Duties that open what is kept of exploiters and of money, by their XML ids.
SURVIVOR_DUTIES = frozenset(
    f"case_survivor.{name}"
    for name in (
        "group_person_of_interest",
        "group_financial_trace",
        "group_legal_matter",
        "group_shelter_address",
    )
)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _second_factor_groups(self):
        return super()._second_factor_groups() | SURVIVOR_DUTIES
