from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.answers import Answer

from .remediation_beneficiary import IDENTITY_GROUPS, completed_years

#: Facts on which hangs whether somebody may decide for the child (R57).
GIVER_FACTS = (
    "is_caregiver",
    "relationship",
    "is_deceased",
    "is_suspected_of_harm",
    "is_employer_or_creditor",
    "birth_date",
    "age",
    "age_recorded_on",
    "active",
)


class HouseholdMember(models.Model):
    """A member of a child's family, often a caregiver. Known by code, never by name."""

    _name = "remediation.household.member"
    _description = "Household Member"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"age"})
    _inherit = ["remediation.coded.mixin", "remediation.identity.text"]
    _rules_of = "remediation.in.company"
    _order = "household_id, id"

    _code_prefix = "M"
    _remediation_sensitive = True
    # Codes.
    _open_texts = frozenset({"name", "display_name"})
    _protected_fields = frozenset({"company_id"})
    _frozen_fields = frozenset({"household_id"})

    household_id = fields.Many2one(
        "remediation.household", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="household_id.company_id", store=True, index=True
    )
    full_name = fields.Char(groups=IDENTITY_GROUPS)
    phone = fields.Char(groups=IDENTITY_GROUPS)
    national_id = fields.Char(groups=IDENTITY_GROUPS)
    relationship = fields.Selection(
        [
            ("mother", "Mother"),
            ("father", "Father"),
            ("grandparent", "Grandparent"),
            ("sibling", "Sibling"),
            ("aunt_uncle", "Aunt or Uncle"),
            ("spouse", "Spouse"),
            ("guardian", "Guardian"),
            ("other", "Other"),
        ],
        required=True,
    )
    sex = fields.Selection([("female", "Female"), ("male", "Male"), ("other", "Other")])
    is_caregiver = fields.Boolean()
    birth_date = fields.Date(groups=IDENTITY_GROUPS)
    age = fields.Integer(help="Age in years on the day it was recorded; 0 if unknown.")
    age_recorded_on = fields.Date(default=fields.Date.context_today)
    in_school = fields.Selection([("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")])
    is_working = fields.Boolean()
    livelihood = fields.Char()
    is_deceased = fields.Boolean()
    is_suspected_of_harm = Answer(
        "Is Suspected of Harm",
        groups=IDENTITY_GROUPS,
        help="Neither asked nor told about the case, and never paid.",
    )
    is_employer_or_creditor = Answer(
        "Is Employer or Creditor",
        help="Employs the child or is owed money by the family: this person's consent "
        "alone does not suffice.",
    )
    active = fields.Boolean(default=True)

    _age_plausible = models.Constraint(
        "CHECK (age BETWEEN 0 AND 120)", "An age lies between 0 and 120."
    )

    @api.depends("name", "relationship")
    @api.depends_context("lang")
    def _compute_display_name(self):
        relations = dict(self._fields["relationship"]._description_selection(self.env))
        for member in self:
            relation = relations.get(member.relationship)
            member.display_name = (
                f"{member.name} ({relation})" if relation else member.name
            )

    @api.constrains("birth_date")
    def _check_birth_date(self):
        today = self._place_today()
        # sudo: the check reads an identity field for whoever saves it.
        if self.sudo().filtered(lambda m: m.birth_date and m.birth_date > today):
            raise ValidationError(
                self.env._("The birth date lies in the future: correct it.")
            )

    def write(self, vals):
        cases = self.env["remediation.case"]
        if vals.keys() & set(GIVER_FACTS):
            # sudo: the cases of the family, whoever holds them.
            cases = self.sudo().household_id.beneficiary_ids.case_ids
        with self.env["remediation.consent"]._watch(cases):
            return super().write(vals)

    def _age_on(self, day):
        """Return the completed years on a day, or False where unknown."""
        self.ensure_one()
        # sudo: a yes/no on age is computed for roles without identity rights.
        member = self.sudo()
        if member.birth_date:
            return completed_years(member.birth_date, day)
        if member.age:
            since = member.age_recorded_on or member.create_date.date()
            return member.age + max(completed_years(since, day), 0)
        return False

    def _is_adult(self, day):
        """Whether this person is 18 or older on a day; unknown age counts as adult
        for parents and grandparents only."""
        age = self._age_on(day)
        if age is False:
            return self.relationship in ("mother", "father", "grandparent")
        return age >= 18
