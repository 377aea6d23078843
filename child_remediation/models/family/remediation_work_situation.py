from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.remediation_base.tools.answers import UNKNOWN, YES, Answer

from ...tools import classification as rules_of
from ..case.remediation_classification import CLASSES

#: Facts that a classification was made from: a change makes a new evaluation.
INPUT_FIELDS = (
    "date",
    "works",
    "site_id",
    "site_type",
    "hours_week",
    "days_week",
    "time_start",
    "time_end",
    "is_worst_form",
    "hazard_ids",
    "at_night",
    "is_light_work",
    "interferes_with_school",
    "is_at_risk",
    "is_bonded",
    "documents_retained",
    "is_trafficked",
)
#: What a situation says of who gains by the work (R57).
MONEY_FACTS = ("paid_to", "debt_holder", "employer_relationship")


class WorkSituation(models.Model):
    """What a child's work was on a day (E6); child-labour status is their series.

    The holder of the case enters it. The class is computed by the legal framework of
    the company's country from the stored facts (R3) and never typed.
    """

    _name = "remediation.work.situation"
    _description = "Work Situation"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset(
        {
            "hours_week",
            "days_week",
            "hours_effective",
            "started_age",
            "started_year",
            "age_on_date",
            "time_end",
        }
    )
    _unknown_without = {"time_start": "time_end"}
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"
    _open_texts = frozenset({"classification_reasons"})  # the application's words

    _protected_fields = frozenset(
        {
            "classification",
            "classification_id",
            "observed_by_id",
            "confirmed_by_id",
            "confirmed_on",
            "visit_id",
            "age_on_date",
            "age_known",
        }
    )

    date = fields.Date(required=True, default=fields.Date.context_today)
    works = Answer("Child Works")
    site_id = fields.Many2one("remediation.site", check_company=True, index=True)
    site_type = fields.Selection(related="site_id.site_type", store=True)
    activity = fields.Char(string="What the Child Does")
    hazard_ids = fields.Many2many("remediation.hazard", string="Hazards")
    hours_week = fields.Float(
        string="Hours per Week",
        help="0 if unknown: unknown hours never lower the class.",
    )
    days_week = fields.Integer(string="Days per Week")
    time_start = fields.Float(string="From (time of day)")
    time_end = fields.Float(string="To (time of day)")
    hours_effective = fields.Float(
        compute="_compute_hours_effective", store=True, string="Hours Used"
    )
    hours_derived = fields.Boolean(
        compute="_compute_hours_effective",
        store=True,
        help="Computed from the days and times instead of asked.",
    )
    at_night = Answer("At Night")
    is_light_work = Answer("Light Work", help="Harmless and compatible with school.")
    interferes_with_school = Answer("Interferes with School")
    is_at_risk = Answer("At Risk", help="Does not work, but may begin to.")
    is_worst_form = Answer(
        "Other Worst Form",
        help="Slavery, trafficking, forced recruitment, sexual exploitation or illicit "
        "activities (Convention 182).",
    )
    pay = fields.Monetary()
    pay_period = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month"), ("piece", "Piece")]
    )
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    paid_to = fields.Selection(
        [
            ("child", "Child"),
            ("caregiver", "Caregiver"),
            ("other", "Other"),
            ("nobody", "Nobody"),
        ]
    )
    employer_relationship = fields.Selection(
        [
            ("self", "Works for Self"),
            ("parent", "Parent"),
            ("relative", "Relative"),
            ("employer", "Employer"),
            ("cooperative", "Cooperative"),
            ("other", "Other"),
        ]
    )
    started_on = fields.Date()
    started_age = fields.Integer(
        help="Age at which the child began to work; 0 unknown."
    )
    started_year = fields.Integer(help="Year in which the child began to work.")
    # Financial exploitation and movement: what a survivor was promised and got.
    pay_promised = fields.Monetary(string="Wage Promised")
    pay_withheld = fields.Monetary(string="Wage Withheld")
    debt_amount = fields.Monetary(string="Debt Claimed")
    fee_amount = fields.Monetary(string="Recruitment Fees Charged")
    debt_holder = fields.Selection(
        [
            ("employer", "Employer"),
            ("recruiter", "Recruiter"),
            ("caregiver", "Caregiver"),
            ("other", "Other"),
        ],
        string="Owed To",
    )
    is_trafficked = Answer(
        "Recruited or Moved for Exploitation",
        help="Below 18, no force or deceit is needed for it to be trafficking.",
    )
    movement_ids = fields.One2many("remediation.movement", "work_situation_id")
    is_bonded = Answer("Works Off a Debt")
    documents_retained = Answer("Documents Withheld")
    observed_by_id = fields.Many2one(
        "res.users", default=lambda self: self.env.uid, readonly=True
    )
    visit_id = fields.Many2one(
        "remediation.visit", readonly=True, index="btree_not_null"
    )
    note = fields.Text()
    # Result
    age_on_date = fields.Integer(
        "Age on Date", compute="_compute_classification", store=True, compute_sudo=True
    )
    age_known = fields.Boolean(
        compute="_compute_classification", store=True, compute_sudo=True
    )
    classification_ids = fields.One2many(
        "remediation.classification", "work_situation_id", string="Evaluations"
    )
    classification_id = fields.Many2one(
        "remediation.classification",
        compute="_compute_classification",
        store=True,
        compute_sudo=True,
        string="Latest Evaluation",
    )
    classification = fields.Selection(
        CLASSES,
        compute="_compute_classification",
        store=True,
        compute_sudo=True,
        index=True,
    )
    classification_reasons = fields.Char(related="classification_id.reasons")
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    confirmed_on = fields.Datetime(readonly=True, copy=False)

    _hours_possible = models.Constraint(
        "CHECK (hours_week BETWEEN 0 AND 168)",
        "Hours per week lie between 0 and 168.",
    )
    _days_possible = models.Constraint(
        "CHECK (days_week BETWEEN 0 AND 7)", "Days per week lie between 0 and 7."
    )
    _times_possible = models.Constraint(
        "CHECK (time_start >= 0 AND time_start < 24 AND time_end >= 0 AND time_end "
        "<= 24)",
        "A time of day lies between 0:00 and 24:00.",
    )
    _pay_not_negative = models.Constraint(
        "CHECK (pay >= 0 AND pay_promised >= 0 AND pay_withheld >= 0"
        " AND debt_amount >= 0 AND fee_amount >= 0)",
        "Pay, debts and fees cannot be negative.",
    )

    @api.depends("date", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for situation in self:
            day = situation._say_day(situation.date)
            situation.display_name = f"{situation.case_id.name} {day}"

    # compute_sudo: the evaluation is the same for whoever looks.
    @api.depends("classification_ids.result")
    def _compute_classification(self):
        """Take what the newest evaluation says."""
        for situation in self:
            newest = situation.classification_ids.sorted("id")[-1:]
            age = (newest.inputs or {}).get("age")
            situation.classification_id = newest
            situation.classification = newest.result
            situation.age_on_date = age or 0
            situation.age_known = age is not None

    @api.depends("hours_week", "days_week", "time_start", "time_end")
    def _compute_hours_effective(self):
        for situation in self:
            derived = rules_of.hours_per_week(
                situation.days_week, situation.time_start, situation.time_end
            )
            situation.hours_derived = not situation.hours_week and derived is not None
            situation.hours_effective = situation.hours_week or derived or 0.0

    @api.constrains("date", "started_on", "started_age")
    def _check_dates(self):
        for situation in self:
            if situation._is_ahead(situation.date):
                raise ValidationError(
                    self.env._(
                        "The work situation is dated in the future: correct the date."
                    )
                )
            if situation.started_on and situation.started_on > situation.date:
                raise ValidationError(
                    self.env._("Work cannot have started after the day described.")
                )
            age = situation.case_id.beneficiary_id._age_on(situation.date)
            if age is not None and situation.started_age > age + 1:
                raise ValidationError(
                    self.env._(
                        "The child was %(age)s on that day and cannot have started "
                        "work "
                        "at %(started)s.",
                        age=age,
                        started=situation.started_age,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        cases = self._cases_of_gains(vals_list, [v.get("case_id") for v in vals_list])
        with self.env["remediation.consent"]._watch(cases):
            situations = super().create(vals_list)
        situations._check_answered()
        situations._evaluate()
        return situations

    def write(self, vals):
        cases = self._cases_of_gains([vals], self.case_id.ids)
        with self.env["remediation.consent"]._watch(cases):
            result = super().write(vals)
        if set(INPUT_FIELDS) & vals.keys():
            self._check_answered()
            self._evaluate()
        return result

    def _check_answered(self):
        """A class is made of answers, never of what nobody said (R58, R81).

        An adult has none, so that nothing at all is demanded to save: not now.
        """
        silent = self.filtered(lambda situation: not situation.works)
        if silent.filtered(lambda s: not s.case_id._is_adult(s.date)):
            raise ValidationError(
                self.env._("Say whether the child works: yes, no, or not known.")
            )

    @api.model
    def _cases_of_gains(self, vals_list, case_ids):
        """The child's cases, where values say who gains by the work (R57)."""
        cases = self.env["remediation.case"]
        if not any(vals.get(name) for vals in vals_list for name in MONEY_FACTS):
            return cases
        # sudo: an earlier case of the child may have had another holder.
        return cases.sudo().browse(filter(None, case_ids)).beneficiary_id.case_ids

    def _classification_inputs(self):
        """Return the stored facts that :func:`classify` takes (R3)."""
        self.ensure_one()
        # The child's age on the day of the situation, youngest reading.
        age = self.case_id.beneficiary_id._age_on(self.date)
        # Doubt favours the child: where nobody knows, no work is light, and a child
        # of whom nobody knows whether they work is at risk.
        doubt = UNKNOWN in (self.at_night, self.interferes_with_school)
        return {
            "age": age,
            "works": self.works == YES,
            "hours": self.hours_effective or None,
            "worst_form": YES
            in (
                self.is_worst_form,
                self.is_bonded,
                self.documents_retained,
                self.is_trafficked,
            ),
            "hazards": sorted(self.hazard_ids.mapped("code")),
            "site_type": self.site_type or None,
            "night": self.at_night == YES,
            "light": self.is_light_work == YES and not doubt,
            "interferes_with_school": self.interferes_with_school == YES,
            "at_risk": self.is_at_risk == YES or self.works == UNKNOWN,
        }

    def _evaluate(self):
        """Classify anew: one row per situation, then the case's current class."""
        if not self:
            return
        frameworks = {}
        rows = []
        for situation in self:
            company = situation.company_id
            if company not in frameworks:
                # sudo: the law is the same for whoever enters the facts.
                framework = (
                    self.env["remediation.legal.framework"].sudo()._for_company(company)
                )
                if not framework:
                    raise UserError(
                        self.env._(
                            "No legal framework is in force for %(company)s: a "
                            "coordinator puts one in force under Configuration.",
                            company=company.name,
                        )
                    )
                frameworks[company] = (framework, framework._rules())
            framework, rules = frameworks[company]
            inputs = situation._classification_inputs()
            result, reasons = rules_of.classify(inputs, rules)
            rows.append(
                {
                    "case_id": situation.case_id.id,
                    "work_situation_id": situation.id,
                    "result": result,
                    "reasons": ", ".join(reasons),
                    "inputs": inputs,
                    "rules": dict(
                        rules,
                        hazardous_site_types=sorted(rules["hazardous_site_types"]),
                    ),
                    "framework_id": framework.id,
                }
            )
        # sudo: results have no create right for anybody; facts make them.
        self.env["remediation.classification"].sudo()._unprotected().create(rows)
        # What a supervisor confirmed was the former result.
        self.filtered("confirmed_by_id")._unprotected().write(
            {"confirmed_by_id": False, "confirmed_on": False}
        )

    def action_reevaluate(self):
        """Classify anew with the framework in force today. For the holder."""
        self.check_access("write")
        self._evaluate()
        return True

    def action_confirm(self):
        """Confirm the class after looking at the facts. For supervisors."""
        self.case_id._check_supervises()
        self._unprotected().write(
            {"confirmed_by_id": self.env.uid, "confirmed_on": fields.Datetime.now()}
        )
        return True
