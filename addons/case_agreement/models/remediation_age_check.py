from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.child_remediation.models.family.remediation_beneficiary import (
    IDENTITY_GROUPS,
    completed_years,
)

#: How much a reading weighs: a weaker one never makes a child older.
WEIGHT = {
    "birth_certificate": 3,
    "school_record": 2,
    "health_card": 2,
    "medical": 1,
    "consensus": 1,
    "caregiver": 0,
}
#: What the child's file says of its confidence, by that weight.
CONFIDENCE = {3: "high", 2: "medium", 1: "medium", 0: "low"}


class AgeCheck(models.Model):
    """Somebody verified a child's age: who, on which day, by which paper, and what it
    said. Evidence: it is entered once, by whoever holds the case, and never changed; a
    mistake is followed by another verification.

    The child's file follows it, in doubt for the child: a reading that is disputed, or
    weaker than the one before, counts where it makes the child younger (R2, R3).
    """

    _name = "remediation.age.check"
    _description = "Age Verification"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    _protected_fields = frozenset({"seen_by_id", "is_followed"})
    _frozen_fields = frozenset(
        {
            "case_id",
            "date",
            "method",
            "birth_date",
            "age_found",
            "age_margin",
            "is_disputed",
        }
    )

    date = fields.Date(required=True, default=fields.Date.context_today)
    seen_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    method = fields.Selection(
        selection=lambda self: (
            self.env["remediation.beneficiary"]
            ._fields["age_method"]
            ._description_selection(self.env)
        ),
        string="By",
        required=True,
    )
    birth_date = fields.Date(groups=IDENTITY_GROUPS)
    age_found = fields.Integer(help="0 where a birth date is read.")
    age_margin = fields.Integer(
        string="Margin of Age", help="Years that the age may be too high."
    )
    is_disputed = fields.Boolean(
        string="Disputed", help="Somebody doubts it: the younger reading counts."
    )
    is_followed = fields.Boolean(
        string="In the Child's File",
        readonly=True,
        copy=False,
        help="The child's age in the file is this one.",
    )

    _age_possible = models.Constraint(
        "CHECK (age_found BETWEEN 0 AND 30 AND age_margin BETWEEN 0 AND 10)",
        "The age found lies between 0 and 30, its margin between 0 and 10.",
    )
    _one_reading = models.Constraint(
        "CHECK ((COALESCE(age_found, 0) > 0) <> (birth_date IS NOT NULL))",
        "Enter the birth date that the paper says, or the age that was found.",
    )
    _medical_margin = models.Constraint(
        "CHECK (method <> 'medical' OR birth_date IS NOT NULL "
        "OR COALESCE(age_margin, 0) > 0)",
        "A medical examination tells an age within years: enter the margin.",
    )

    @api.depends("case_id.name", "date")
    def _compute_display_name(self):
        for check in self:
            check.display_name = f"{check.case_id.name} {check.date or ''}"

    @api.constrains("date")
    def _check_date(self):
        for check in self:
            if check._is_ahead(check.date):
                raise ValidationError(
                    self.env._("Date lies in the future: enter it once it was seen.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        # sudo: nobody changes a verification; who enters it is who saw the paper
        checks.sudo()._unprotected().write({"seen_by_id": self.env.uid})
        for check in checks.sorted("date"):
            check._tell_the_file()
        return checks

    def _reading(self):
        """Completed years on the day of the verification, by its younger end."""
        # sudo: an age in years is compared, for whoever holds the case
        born = self.sudo().birth_date
        if born:
            return max(completed_years(born, self.date), 0)
        return max(self.age_found - self.age_margin, 0)

    def _tell_the_file(self):
        """Bring the child's age up to date, as the holder."""
        self.ensure_one()
        child = self.case_id.beneficiary_id
        known = child._age_on(self.date)
        weight = WEIGHT[self.method]
        # sudo: the day that a paper says goes from the evidence to the child's own
        # field, which the holder may write
        born = self.sudo().birth_date
        stronger = weight >= WEIGHT.get(child.age_method, -1) and not self.is_disputed
        if not (known is None or stronger or self._reading() < known):
            if self.is_disputed:
                child.age_confidence = "low"
            return
        child.write(
            {
                "birth_date": born,
                "age_estimated": 0 if born else self.age_found,
                "age_margin": 0 if born else self.age_margin,
                "age_recorded_on": self.date,
                "age_method": self.method,
                "age_confidence": "low" if self.is_disputed else CONFIDENCE[weight],
            }
        )
        # sudo: as in create; which one the file follows is the application's word
        mine = self.sudo().search([("case_id", "=", self.case_id.id)])
        mine._unprotected().is_followed = False
        (mine & self)._unprotected().is_followed = True
