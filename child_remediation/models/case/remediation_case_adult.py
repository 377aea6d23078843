from odoo import fields, models

#: From this age somebody decides alone, and no gate of child labour applies.
ADULT = 18


class Case(models.Model):
    """A survivor who is an adult: she decides alone, and is a person in every text.

    Doubt favours the child: the youngest reading of the age counts, and somebody whose
    age nobody knows is a child.
    """

    _name = "remediation.case"
    _inherit = ["remediation.case", "remediation.case.words"]

    is_adult = fields.Boolean(compute="_compute_is_adult", string="Adult's File")

    # sudo inside: an age in years is no identity.
    def _compute_is_adult(self):
        for case in self:
            case.is_adult = case._is_adult()

    def _is_adult(self, on=None):
        """Whether the person is 18 or more on a day, by the youngest reading."""
        self.ensure_one()
        if not self.beneficiary_id:
            return False
        age = self.beneficiary_id._age_on(on or self._place_today())
        return age is not None and age >= ADULT

    def _takes_any_age(self):
        """Whether the programme supports survivors who were exploited as adults."""
        self.ensure_one()
        return self.programme_id.survivor_age == "any"
