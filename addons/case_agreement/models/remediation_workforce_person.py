from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.child_remediation.models.family.remediation_beneficiary import (
    IDENTITY_GROUPS,
    completed_years,
)
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from .remediation_task_move import GROWN_UP

_lt = LazyTranslate(__name__)


class WorkforcePerson(models.Model):
    """One person at work on a list: what they say of their age, which paper was seen,
    and what follows from it.

    No more than that is kept of a person who is of age. Whoever is under age, or may
    be, gets a case: from then on the name stands in the child's file alone, and the
    paper is a dated verification of it (:class:`remediation.age.check`). In doubt the
    younger reading counts (R2).
    """

    _name = "remediation.workforce.person"
    _description = "Person at Work"
    _inherit = [
        "remediation.protected.mixin",
        "remediation.identity.text",
        "remediation.access.logged",
    ]
    _rules_of = "remediation.workforce.list"
    _order = "list_id, id"
    _check_company_auto = True
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"age_declared", "age_found"})

    _remediation_sensitive = True
    _decided_by = "list_id"
    _open_fields = {"open": EVERYTHING}
    _protected_fields = frozenset(
        {"company_id", "user_id", "team_id", "case_id", "sex", "risk_level"}
    )
    _frozen_fields = frozenset({"list_id"})
    _open_texts = frozenset({"display_name"})

    list_id = fields.Many2one(
        "remediation.workforce.list", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="list_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        related="list_id.user_id", store=True, index=True, precompute=True
    )
    team_id = fields.Many2one(
        related="list_id.team_id", store=True, index=True, precompute=True
    )
    worker_code = fields.Char(string="Number at the Site")
    worker_name = fields.Char(string="Name", groups=IDENTITY_GROUPS)
    age_declared = fields.Integer(string="Declared Age")
    # The paper
    method = fields.Selection(
        selection=lambda self: (
            self.env["remediation.beneficiary"]
            ._fields["age_method"]
            ._description_selection(self.env)
        ),
        string="Paper Seen",
        help="Empty: nobody saw a paper yet.",
    )
    birth_date = fields.Date(groups=IDENTITY_GROUPS)
    age_found = fields.Integer(help="Where the paper says no birth date.")
    age_margin = fields.Integer(
        string="Margin of Age", help="Years that the age may be too high."
    )
    is_disputed = fields.Boolean(
        string="Doubt", help="Somebody doubts the paper: the younger reading counts."
    )
    outcome = fields.Selection(
        [
            ("of_age", "Of Age"),
            ("young", "May Work, Below 18"),
            ("under_age", "Under Age"),
            ("doubt", "In Doubt"),
            ("unknown", "Age Unknown"),
        ],
        compute="_compute_outcome",
        store=True,
        index=True,
        compute_sudo=True,
    )
    # The child's file
    sex = fields.Selection(
        selection=lambda self: (
            self.env["remediation.beneficiary"]
            ._fields["sex"]
            ._description_selection(self.env)
        ),
        copy=False,
        readonly=True,
    )
    risk_level = fields.Selection(
        selection=lambda self: (
            self.env["remediation.case"]
            ._fields["risk_level"]
            ._description_selection(self.env)
        ),
        copy=False,
        readonly=True,
    )
    case_id = fields.Many2one(
        "remediation.case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _ages_possible = models.Constraint(
        "CHECK (COALESCE(age_declared, 0) BETWEEN 0 AND 120 "
        "AND COALESCE(age_found, 0) BETWEEN 0 AND 120 "
        "AND COALESCE(age_margin, 0) BETWEEN 0 AND 10)",
        "An age lies between 0 and 120, its margin between 0 and 10.",
    )
    _one_reading = models.Constraint(
        "CHECK (COALESCE(age_found, 0) = 0 OR birth_date IS NULL)",
        "Enter the birth date that the paper says, or the age that was found.",
    )

    @api.depends("list_id.name")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.list_id.name or ''} {one.id or ''}".strip()

    @api.constrains("method", "birth_date", "age_found", "age_margin")
    def _check_paper(self):
        # sudo: whether there is a date is looked at for whoever saves
        for one in self.sudo():
            read = one.birth_date or one.age_found
            if bool(one.method) != bool(read):
                raise ValidationError(
                    self.env._(
                        "A paper and what it says go together: enter both, or neither."
                    )
                )
            if one.birth_date and one.birth_date > one.list_id.date:
                raise ValidationError(
                    self.env._("The birth date is after the list's day: correct it.")
                )
            if one.method == "medical" and one.age_found and not one.age_margin:
                raise ValidationError(
                    self.env._(
                        "A medical examination tells an age within years: enter the "
                        "margin."
                    )
                )

    # -- what follows from it ---------------------------------------------------------
    def _paper_age(self):
        """Completed years by the paper, by its younger end; None without one."""
        self.ensure_one()
        if self.birth_date:
            return max(completed_years(self.birth_date, self.list_id.date), 0)
        return max(self.age_found - self.age_margin, 0) if self.age_found else None

    def _youngest(self):
        """The age that counts: the paper's, and in doubt the youngest that is said."""
        self.ensure_one()
        paper, said = self._paper_age(), self.age_declared or None
        if paper is None or (self.is_disputed and said is not None):
            ages = [age for age in (paper, said) if age is not None]
            return min(ages, default=None)
        return paper

    # compute_sudo: the outcome follows from a birth date, and is none.
    @api.depends(
        "age_declared",
        "method",
        "birth_date",
        "age_found",
        "age_margin",
        "is_disputed",
        "list_id.date",
    )
    def _compute_outcome(self):
        for company, people in self.grouped("company_id").items():
            framework = self.env["remediation.legal.framework"]._for_company(company)
            # Without a law that says an age, nobody below 18 is let go.
            least = framework._working_age() or GROWN_UP
            for one in people:
                age = one._youngest()
                if age is None:
                    one.outcome = "unknown"
                elif age < least:
                    one.outcome = "under_age"
                elif not one.method or one.is_disputed:
                    one.outcome = "doubt"
                else:
                    one.outcome = "young" if age < GROWN_UP else "of_age"

    # -- the case ---------------------------------------------------------------------
    def _missing_to_open_case(self):
        missing = []
        if self.case_id:
            missing.append(self.env._("A case was opened before."))
        if self.outcome == "of_age":
            missing.append(self.env._("This person is of age: there is no case."))
        if self.list_id.nameless_on:
            missing.append(self.env._("The names of this list were taken out."))
        return missing

    @step(
        group="child_remediation.group_supervisor",
        check="_missing_to_open_case",
        asks={"sex": "sex", "risk_level": "risk_level"},
        title=_lt("Open a Case"),
        hint=_lt("The name moves to the child's file and leaves this list."),
    )
    def action_open_case(self, sex, risk_level):
        """Open the case of a person who is under age, or may be. For supervisors.

        :param str sex: girl or boy
        :param str risk_level: of the case
        """
        for one in self:
            one._open_case(sex, risk_level)

    def _open_case(self, sex, risk_level):
        self.ensure_one()
        listed = self.list_id
        child = self.env["remediation.beneficiary"].create(
            {
                "first_name": self.worker_name,
                "sex": sex,
                "company_id": self.company_id.id,
                "area_id": listed.site_id.area_id.id,
                "age_estimated": self.age_declared,
                "age_recorded_on": listed.date,
            }
        )
        # The team is the list's, which only code may give a case.
        cases = self.env["remediation.case"]._unprotected()
        case = cases.create(
            {
                "beneficiary_id": child.id,
                "company_id": self.company_id.id,
                "site_id": listed.site_id.id,
                "area_id": listed.site_id.area_id.id,
                "team_id": listed.team_id.id,
                "risk_level": risk_level,
                "identified_on": listed.date,
            }
        ).with_env(self.env)
        if self.method:
            self.env["remediation.age.check"].create(
                {
                    "case_id": case.id,
                    "date": listed.date,
                    "method": self.method,
                    "birth_date": self.birth_date,
                    "age_found": self.age_found,
                    "age_margin": self.age_margin,
                    "is_disputed": self.is_disputed,
                }
            )
        self._make_nameless()
        self._unprotected().case_id = case

    def action_view_case(self):
        """Show the case; for whoever may read it."""
        self.ensure_one()
        self.case_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "remediation.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }

    @step(
        group="child_remediation.group_data_protection",
        right="read",
        sudo="the officer takes a name out of a row that they do not write",
        title=_lt("Take the Name Out"),
    )
    def action_make_nameless(self):
        """Take name, number and birth date out of these rows, where a person asked for
        it. For the data-protection officer. Cannot be undone."""
        self._make_nameless()

    def _make_nameless(self):
        """The ages stay in years, so that the outcome and the totals stay."""
        for one in self.filtered("birth_date"):
            age = one._paper_age()
            # A paper of a newborn says 0, which would be no age.
            one._unprotected().write(
                {
                    "age_found": age or 1,
                    "age_margin": 0 if age else 1,
                    "birth_date": False,
                }
            )
        self._unprotected().write({"worker_name": False, "worker_code": False})
