import unicodedata
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.remediation_base.tools.phonetic import plain

#: Who may read a name: identity rights in the back office; on the portal whoever
#: the record rule gives the child to (R26).
IDENTITY_GROUPS = (
    "child_remediation.group_identity,"
    "child_remediation.group_portal_case_manager,"
    "child_remediation.group_portal_supervisor"
)


def fold(text):
    """Lower case without accents, so that a search finds any spelling of a name."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def completed_years(since, day):
    """Whole years from one day to another, negative before it.

    Who was born on 29 February is a year older on 1 March: in doubt the younger age,
    where dateutil takes 28 February.
    """
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


#: Facts on which the child's age hangs.
AGE_FACTS = ("birth_date", "age_estimated", "age_margin", "age_recorded_on")


class Beneficiary(models.Model):
    """The child, or the survivor (E2). Not a contact: known by code alone (R1).

    Names, birth date and photo carry ``groups``; who sees the row follows the child's
    latest case. Before a case exists the row belongs to whoever entered it.
    """

    _name = "remediation.beneficiary"
    _description = "Beneficiary"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"age", "age_estimated"})
    _inherit = ["remediation.coded.mixin", "remediation.identity.text"]
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "B"
    _remediation_sensitive = True
    _rules_of = "remediation.case"
    # Codes, and a grade that statistics and exports count by.
    _open_texts = frozenset({"name", "display_name", "former_codes"})
    _protected_fields = frozenset(
        {"current_case_id", "user_id", "team_id", "organisation_id", "search_name"}
    )

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # Identity
    first_name = fields.Char(groups=IDENTITY_GROUPS)
    last_name = fields.Char(groups=IDENTITY_GROUPS)
    nickname = fields.Char(groups=IDENTITY_GROUPS)
    full_name = fields.Char(compute="_compute_full_name", groups=IDENTITY_GROUPS)
    search_name = fields.Char(
        compute="_compute_search_name",
        store=True,
        index="trigram",
        groups=IDENTITY_GROUPS,
    )
    photo = fields.Image(max_width=1024, max_height=1024, groups=IDENTITY_GROUPS)
    birth_date = fields.Date(groups=IDENTITY_GROUPS)
    national_id = fields.Char(groups=IDENTITY_GROUPS)
    external_ref = fields.Char(
        string="Reference in Another System",
        copy=False,
        groups=IDENTITY_GROUPS,
        help="Row of an intake sheet or number in a former system.",
    )
    # Facts
    sex = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other")], required=True
    )
    age_estimated = fields.Integer(string="Estimated Age", help="0 if unknown.")
    age_margin = fields.Integer(
        string="Margin of Age",
        help="Years the estimate may be too high; the youngest reading counts.",
    )
    age_recorded_on = fields.Date(default=fields.Date.context_today)
    age_method = fields.Selection(
        [
            ("birth_certificate", "Birth Certificate"),
            ("school_record", "School Record"),
            ("health_card", "Health Card"),
            ("caregiver", "Caregiver"),
            ("consensus", "Consensus"),
            ("medical", "Medical"),
        ]
    )
    age_confidence = fields.Selection(
        [("high", "High"), ("medium", "Medium"), ("low", "Low")]
    )
    age = fields.Integer(compute="_compute_age", string="Age (youngest reading)")
    language_id = fields.Many2one("res.lang")
    has_disability = fields.Boolean()
    disability_note = fields.Char(groups=IDENTITY_GROUPS)
    birth_registered = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")]
    )
    school_status = fields.Selection(
        [
            ("in_school", "In School"),
            ("never", "Never in School"),
            ("dropped_out", "Dropped Out"),
            ("completed", "Completed"),
        ]
    )
    last_grade = fields.Char(string="Last Grade Completed")
    # Links
    household_id = fields.Many2one(
        "remediation.household", index=True, ondelete="restrict", check_company=True
    )
    area_id = fields.Many2one("remediation.area", index=True, check_company=True)
    case_ids = fields.One2many("remediation.case", "beneficiary_id")
    # Who sees the row: holder of the latest case.
    current_case_id = fields.Many2one(
        "remediation.case",
        compute="_compute_current_case_id",
        store=True,
        index=True,
        compute_sudo=True,
    )
    user_id = fields.Many2one(
        "res.users",
        compute="_compute_holder",
        recursive=True,
        store=True,
        index=True,
        string="Holder",
        compute_sudo=True,
    )
    team_id = fields.Many2one(
        "remediation.team",
        compute="_compute_holder",
        recursive=True,
        store=True,
        index=True,
        compute_sudo=True,
    )
    organisation_id = fields.Many2one(
        "res.partner",
        compute="_compute_holder",
        recursive=True,
        store=True,
        index=True,
        compute_sudo=True,
    )

    _age_plausible = models.Constraint(
        "CHECK (age_estimated BETWEEN 0 AND 120 AND age_margin BETWEEN 0 AND 20)",
        "An age lies between 0 and 120, its margin between 0 and 20.",
    )
    _external_ref_unique = models.UniqueIndex(
        "(company_id, external_ref) WHERE external_ref IS NOT NULL",
        "This reference was imported before.",
    )

    @api.depends("first_name", "last_name", "nickname")
    def _compute_full_name(self):
        for child in self:
            names = " ".join(filter(None, (child.first_name, child.last_name)))
            child.full_name = names or child.nickname or False

    @api.depends("first_name", "last_name", "nickname")
    def _compute_search_name(self):
        for child in self:
            child.search_name = plain(
                " ".join(
                    part
                    for part in (child.first_name, child.last_name, child.nickname)
                    if part
                )
            )

    @api.depends("birth_date", "age_estimated", "age_margin", "age_recorded_on")
    @api.depends_context("uid")
    def _compute_age(self):
        today = self._place_today()
        for child in self:
            child.age = child._age_on(today) or 0

    # compute_sudo: a sibling case or a former case may belong to somebody else; who
    # may see the child does not depend on who saves.
    @api.depends("case_ids.opened_at", "case_ids.closed_on")
    def _compute_current_case_id(self):
        for child in self:
            cases = child.case_ids.filtered("id").sorted(
                lambda case: (not case.closed_on, case.id)
            )
            child.current_case_id = cases[-1:]

    @api.depends(
        "current_case_id.user_id",
        "current_case_id.team_id",
        "current_case_id.organisation_id",
    )
    def _compute_holder(self):
        for child in self:
            case = child.current_case_id
            child.user_id = case.user_id or child.create_uid
            child.team_id = case.team_id
            child.organisation_id = case.organisation_id

    @api.constrains("birth_date", "age_recorded_on", "age_estimated")
    def _check_dates(self):
        today = self._place_today()
        begun = (fields.Datetime.now() + timedelta(hours=14)).date()
        # sudo: the check reads identity fields for whoever saves them.
        for child in self.sudo():
            if child.birth_date and child.birth_date > today:
                raise ValidationError(
                    self.env._("The birth date lies in the future: correct it.")
                )
            if child.birth_date and relativedelta(today, child.birth_date).years > 120:
                raise ValidationError(
                    self.env._("The birth date is more than 120 years ago: correct it.")
                )
            # Where the child is the next day may have begun.
            if child.age_recorded_on and child.age_recorded_on > begun:
                raise ValidationError(
                    self.env._("The age was recorded in the future: correct the date.")
                )
            if (
                child.birth_date
                and child.age_estimated
                and child.age_recorded_on
                and child.age_recorded_on < child.birth_date
            ):
                raise ValidationError(
                    self.env._(
                        "Age Recorded On comes before the Birth Date: correct one of "
                        "the two."
                    )
                )

    @api.model
    def _check_household_access(self, vals_list):
        """A child's holder sees its family: only who sees a family adds to it."""
        self.env["remediation.household"].browse(
            {vals["household_id"] for vals in vals_list if vals.get("household_id")}
        ).check_access("read")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_household_access(vals_list)
        self._refuse_used_reference(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_household_access([vals])
        self._refuse_used_reference([vals])
        cases = self.env["remediation.case"]
        if vals.keys() & set(AGE_FACTS):
            # sudo: an earlier case of the child may have had another holder.
            cases = self.sudo().case_ids
        with self.env["remediation.consent"]._watch(cases):
            return super().write(vals)

    def _refuse_used_reference(self, vals_list):
        """Say so before PostgreSQL does, whose answer repeats the row (R78)."""
        used = [vals["external_ref"] for vals in vals_list if vals.get("external_ref")]
        if not used:
            return
        company = vals_list[0].get("company_id") or (
            self.company_id[:1].id or self.env.company.id
        )
        # sudo: a reference is used once, whoever may see the other child.
        known = self.sudo().with_context(active_test=False)
        if len(used) != len(set(used)) or known.search_count(
            [
                ("external_ref", "in", used),
                ("company_id", "=", company),
                ("id", "not in", self.ids),
            ],
            limit=1,
        ):
            raise ValidationError(self.env._("This reference was imported before."))

    def _age_on(self, day):
        """Return completed years on a day by the youngest reading, None if unknown."""
        self.ensure_one()
        # sudo: an age in years is no identity; the birth date it comes from is.
        child = self.sudo()
        readings = []
        if child.birth_date:
            readings.append(completed_years(child.birth_date, day))
        if child.age_estimated and child.age_recorded_on:
            years = completed_years(child.age_recorded_on, day)
            readings.append(child.age_estimated - child.age_margin + years)
        return max(min(readings), 0) if readings else None

    def _doubt_of_age(self):
        """Return what is in doubt about the age, as a sentence, or False (R2).

        Doubt favours the child: the youngest reading counts, and nobody is refused.
        """
        if not self:
            return False
        self.ensure_one()
        # sudo: whether an age is known is no identity.
        child = self.sudo()
        if self._age_on(self._place_today()) is None:
            return self.env._(
                "The child's age is unknown: record an estimate and how it was found."
            )
        born_younger = 0
        if child.birth_date and child.age_estimated and child.age_recorded_on:
            born_younger = abs(
                completed_years(child.birth_date, child.age_recorded_on)
                - child.age_estimated
            )
        if born_younger > child.age_margin + 1 or child.age_confidence == "low":
            return self.env._(
                "The child's age is in doubt: the youngest reading counts until a "
                "better one is recorded."
            )
        return False

    @api.model
    def _search_display_name(self, operator, value):
        """Search by code for everybody, by name too for those who may read names."""
        domain = super()._search_display_name(operator, value)
        if (
            isinstance(value, str)
            and operator in ("ilike", "like", "=ilike")
            and self._has_field_access(self._fields["search_name"], "read")
        ):
            domain = Domain(domain) | Domain("search_name", "ilike", plain(value))
        return domain
