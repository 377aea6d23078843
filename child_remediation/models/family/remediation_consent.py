from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

from .remediation_beneficiary import AGE_FACTS
from .remediation_household_member import GIVER_FACTS
from .remediation_work_situation import MONEY_FACTS

_lt = LazyTranslate(__name__)

PURPOSES = [
    ("services", "Receiving Services"),
    ("share_with_org", "Sharing with an Organisation"),
    ("share_with_authority", "Sharing with an Authority"),
    ("reporting", "Reporting without Name"),
    ("photo", "Photographs"),
    ("cash_data", "Payment Data"),
    ("school_contact", "Contact with the School"),
]
#: Relations that decide for a child without being marked as caregivers.
PARENTAL = ("mother", "father", "guardian")


class Consent(models.Model):
    """What the family or the child agreed to, by whom and how (E7).

    The holder of the case records it. A given consent is not edited: it is withdrawn,
    and another one is recorded (R62). Whoever asks whether there is consent asks
    ``case._has_consent`` or ``case._consents_in_force``; both read ``standing``, which
    says whether this giver may give it (R57).
    """

    _name = "remediation.consent"
    _description = "Consent"
    _inherit = ["remediation.case.owned"]
    _order = "given_on desc, id desc"

    _protected_fields = frozenset(
        {
            "state",
            "is_lapsed",
            "standing",
            "confirmed_by_id",
            "withdrawn_on",
            "withdrawn_reason",
            "withdrawn_by_id",
        }
    )
    _frozen_fields = frozenset(
        {
            "purpose",
            "subject",
            "answer",
            "given_on",
            "given_by_member_id",
            "authority",
            "authority_reference",
            "how",
            "witness",
            "limits_explained",
            "assent",
            "organisation_ids",
            "data_set",
            "withhold_item_ids",
            "withhold_from_ids",
            "withhold_what",
            "withhold_reason",
            "valid_until",
            "legal_basis",
        }
    )

    # A given consent is withdrawn, never edited; a second caregiver may agree too.
    _open_fields = {"given": {"second_member_id"}}

    purpose = fields.Selection(PURPOSES, required=True, index=True)
    subject = fields.Selection(
        [("caregiver", "Caregiver"), ("child", "Child"), ("authority", "Authority")],
        required=True,
        default="caregiver",
        string="Who Decides",
    )
    answer = fields.Selection(
        [("yes", "Yes"), ("no", "No")], required=True, default="yes"
    )
    given_by_member_id = fields.Many2one(
        "remediation.household.member", string="Caregiver", index=True
    )
    assent = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("too_young", "Too Young")],
        string="Child's Assent",
    )
    second_member_id = fields.Many2one(
        "remediation.household.member",
        string="Second Caregiver",
        help="Agrees too, where the caregiver employs the child or is owed money.",
    )
    confirmed_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        help="Supervisor who confirmed that the decision serves the child, where the "
        "caregiver's consent alone does not suffice.",
    )
    authority = fields.Selection(
        [
            ("authority", "Social Authority"),
            ("court", "Court"),
            ("police", "Police"),
        ],
    )
    authority_reference = fields.Char(
        string="Reference of the Order",
        help="Number and date of the paper, or the official who decided.",
    )
    standing = fields.Selection(
        [
            ("counts", "Counts"),
            ("to_confirm", "Needs a Second Person"),
            ("no_assent", "Child Has Not Agreed"),
            ("wrong_giver", "Giver May Not Decide"),
        ],
        compute="_compute_standing",
        store=True,
        compute_sudo=True,
        readonly=True,
        index=True,
        help="Whether this person may decide. Only an answer that counts opens "
        "anything.",
    )
    standing_note = fields.Text(
        compute="_compute_standing_note", compute_sudo=True, string="Why It Waits"
    )
    how = fields.Selection(
        [
            ("written", "Written"),
            ("thumbprint", "Thumbprint"),
            ("verbal_witnessed", "Spoken before a Witness"),
        ],
        required=True,
        default="written",
    )
    witness = fields.Char()
    limits_explained = fields.Boolean(string="Limits of Confidentiality Explained")
    organisation_ids = fields.Many2many(
        "res.partner",
        "remediation_consent_organisation_rel",
        string="Organisations Covered",
        help="Empty: any accredited organisation of the network.",
    )
    data_set = fields.Selection(
        [
            ("minimum", "Minimum"),
            ("service", "What the Service Needs"),
            ("full", "Full"),
        ],
        default="service",
    )
    withhold_item_ids = fields.Many2many(
        "remediation.disclosure.item",
        "remediation_consent_withhold_item_rel",
        string="Withhold",
        help="Never shown to the receivers named beside it: in no package, report, "
        "file or page for them (R8).",
    )
    withhold_from_ids = fields.Many2many(
        "res.partner",
        "remediation_consent_withhold_rel",
        string="From Whom",
        help="Empty: from everybody the child is referred to.",
    )
    withhold_what = fields.Char(
        string="In the Family's Words",
        help="For people to read. What must be withheld is chosen above.",
    )
    withhold_reason = fields.Selection(
        [
            ("fear_of_harm", "Fear of Harm"),
            ("tell_themselves", "Want to Tell It"),
            ("other", "Other"),
        ]
    )
    given_on = fields.Date(required=True, default=fields.Date.context_today)
    valid_until = fields.Date()
    legal_basis = fields.Selection(
        [
            ("consent", "Consent"),
            ("vital_interest", "Vital Interest"),
            ("legal_duty", "Legal Duty"),
            ("public_task", "Public Task"),
        ],
        required=True,
        default="consent",
    )
    state = fields.Selection(
        [
            ("given", "Given"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
        ],
        compute="_compute_state",
        store=True,
        readonly=True,
        index=True,
    )
    withdrawn_on = fields.Date(readonly=True, copy=False)
    withdrawn_reason = fields.Char(readonly=True, copy=False)
    withdrawn_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    is_lapsed = fields.Boolean(readonly=True, copy=False)

    @api.depends("answer", "withdrawn_on", "is_lapsed")
    def _compute_state(self):
        for consent in self:
            if consent.answer == "no":
                consent.state = "refused"
            elif consent.withdrawn_on:
                consent.state = "withdrawn"
            elif consent.is_lapsed:
                consent.state = "expired"
            else:
                consent.state = "given"

    # compute_sudo: whether somebody may decide is the same for whoever asks.
    @api.depends(
        "answer",
        "subject",
        "assent",
        "given_on",
        "confirmed_by_id",
        "authority",
        *(
            f"{link}.{name}"
            for link in ("given_by_member_id", "second_member_id")
            for name in GIVER_FACTS
        ),
        *(f"case_id.beneficiary_id.{name}" for name in AGE_FACTS),
        *(
            f"case_id.beneficiary_id.case_ids.work_situation_ids.{name}"
            for name in MONEY_FACTS
        ),
    )
    def _compute_standing(self):
        for consent, (standing, _notes) in self._judge().items():
            consent.standing = standing

    @api.depends("standing")
    @api.depends_context("lang")
    def _compute_standing_note(self):
        for consent, (standing, notes) in self._judge().items():
            consent.standing_note = "\n".join(notes) if standing != "counts" else False

    @api.depends("purpose", "case_id.name")
    def _compute_display_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for consent in self:
            consent.display_name = (
                f"{consent.case_id.name}: {purposes.get(consent.purpose, '')}"
            )

    @api.constrains(
        "subject",
        "authority",
        "authority_reference",
        "given_on",
        "valid_until",
        "given_by_member_id",
        "second_member_id",
        "how",
        "witness",
    )
    def _check_consent(self):
        today = fields.Date.context_today(self)
        for consent in self:
            if consent.given_on > today:
                raise ValidationError(
                    self.env._("A consent is not given in the future.")
                )
            if consent.valid_until and consent.valid_until < consent.given_on:
                raise ValidationError(
                    self.env._("A consent is valid until a day after it was given.")
                )
            if consent.subject == "caregiver" and not consent.given_by_member_id:
                raise ValidationError(self.env._("Choose the caregiver who decided."))
            if consent.subject == "authority" and not (
                consent.authority and (consent.authority_reference or "").strip()
            ):
                raise ValidationError(
                    self.env._("Say which authority decided, and name its paper.")
                )
            if consent.how == "verbal_witnessed" and not consent.witness:
                raise ValidationError(
                    self.env._("Name the witness of a spoken consent.")
                )
            members = consent.given_by_member_id | consent.second_member_id
            if members.household_id - consent.case_id.household_id:
                raise ValidationError(
                    self.env._("The caregiver belongs to another household.")
                )

    # -- who may decide (R57) ----------------------------------------------------
    def _judge(self):
        """``{consent: (standing, sentences)}``: the one place that says whether an
        answer counts.

        A *no* needs a giver who may decide and nobody beside. The child's own *no*
        counts at every age.
        """
        # sudo: the law is the same for whoever asks.
        frameworks = self.env["remediation.legal.framework"].sudo()
        ages, result = {}, {}
        for consent in self:
            company = consent.case_id.company_id
            if company not in ages:
                ages[company] = frameworks._for_company(company)._ages_of_consent()
            consent_age, assent_age = ages[company]
            on = consent.given_on or fields.Date.context_today(consent)
            child = consent.case_id.beneficiary_id
            age = child._age_on(on) if child else None
            asked = consent.answer != "no"
            wrong, waits, unheard = [], [], []
            if consent.subject == "child":
                if asked and (age is None or age < consent_age):
                    wrong.append(
                        self.env._(
                            "A child decides alone from the age of %(age)s: ask a "
                            "caregiver, and record that the child agrees.",
                            age=consent_age,
                        )
                    )
            elif consent.subject == "caregiver":
                problem = consent._giver_problem(consent.given_by_member_id, on)
                if problem:
                    wrong.append(problem)
                if asked and not (
                    consent.assent == "yes"
                    or (
                        consent.assent == "too_young"
                        and age is not None
                        and age < assent_age
                    )
                ):
                    unheard.append(
                        self.env._("The child says no: a best-interest review decides.")
                        if consent.assent == "no"
                        else self.env._(
                            "From the age of %(age)s the child is asked too: record a "
                            "consent with the child's answer.",
                            age=assent_age,
                        )
                    )
                if asked and consent._needs_second_person(on):
                    waits.append(
                        self.env._(
                            "This caregiver employs the child, receives the pay or is "
                            "owed money: choose a second caregiver, or let the "
                            "supervisor confirm."
                        )
                    )
            result[consent] = (
                "wrong_giver"
                if wrong
                else "no_assent"
                if unheard
                else "to_confirm"
                if waits
                else "counts",
                [*wrong, *unheard, *waits],
            )
        return result

    @api.model
    def _giver_problem(self, member, on):
        """Why a member of the household may not decide for the child on a day: a
        sentence, or nothing."""
        if not member:
            return self.env._("Choose the caregiver who decided.")
        if member.is_deceased or not member.active:
            return self.env._(
                "This person died or left the family: ask another caregiver."
            )
        if member.is_suspected_of_harm:
            return self.env._(
                "This person is suspected of harm: ask another caregiver or the "
                "authority."
            )
        if not member.is_caregiver and member.relationship not in PARENTAL:
            return self.env._(
                "This person is no caregiver of the child: ask a caregiver or guardian."
            )
        if not member._is_adult(on):
            return self.env._(
                "This person is not known to be 18: record the age, or ask an adult."
            )
        return None

    def _needs_second_person(self, on):
        """Whether the caregiver gains by the child's work, and nobody free stands
        beside: by the tick or by what any work situation of the child says."""
        self.ensure_one()
        giver, second = self.given_by_member_id, self.second_member_id
        if self.confirmed_by_id or not giver:
            return False
        # What a work situation says is said of one person: of two who decide, one is
        # free of it. A tick says who it is.
        return self.case_id._gains_by_work(giver) and (
            not second
            or second == giver
            or second.is_employer_or_creditor
            or bool(self._giver_problem(second, on))
        )

    def write(self, vals):
        if "second_member_id" in vals and not self._is_unprotected():
            # A second caregiver can still join while the first does not suffice.
            if self.filtered(
                lambda consent: (
                    consent.second_member_id.id != vals["second_member_id"]
                    and (consent.second_member_id or consent.standing != "to_confirm")
                )
            ):
                self._refuse_protected({"second_member_id"})
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        consents._ask_for_second_person()
        return consents

    @api.model
    @contextmanager
    def _watch(self, cases):
        """Around a change of facts about the families of these cases: consents that
        count no more are followed up."""
        # sudo: whoever corrects a fact need not read the consents it decides.
        before = cases.sudo().consent_ids._counting()
        yield
        (before - before._counting())._no_longer_counts()

    def _counting(self):
        """Those of these consents that agree and count."""
        # sudo: the answer is the same for whoever changes a fact about the family.
        return self.filtered(
            lambda consent: (
                consent.sudo().answer == "yes"
                and not consent.sudo().withdrawn_on
                and consent.sudo().standing == "counts"
            )
        )

    def _no_longer_counts(self):
        """Hook: facts about the giver changed, so that a consent counts no more. The
        supervisor gets a task."""
        self._ask_for_second_person()

    def _ask_for_second_person(self):
        """Task of the supervisor, for consents that do not suffice."""
        # sudo: the task is somebody else's.
        self.sudo().filtered(
            lambda consent: consent.answer == "yes" and consent.standing != "counts"
        )._ask_supervisor()

    def _ask_supervisor(self):
        """Plan a task of the supervisor of each case."""
        self.case_id._plan_activities(
            "child_remediation.mail_activity_type_consent",
            lambda case: case.team_id.supervisor_id,
        )

    def _covers(self, organisation, on):
        """Whether this consent agreed to its purpose for an organisation and was not
        withdrawn by a day, be it over since or not."""
        self.ensure_one()
        return (
            self.answer == "yes"
            and self.standing == "counts"
            and not (self.withdrawn_on and self.withdrawn_on <= on)
            and self._concerns(organisation)
        )

    def _concerns(self, organisation):
        """Whether the organisation is one that this answer is about."""
        if not organisation or not self.organisation_ids:
            return True
        return organisation.commercial_partner_id in (
            self.organisation_ids.commercial_partner_id
        )

    def _refuses(self, organisation):
        """Whether this is a no to the organisation by somebody who may say it."""
        return (
            self.answer == "no"
            and self.standing == "counts"
            and self._concerns(organisation)
        )

    def _has_not_ended(self, on):
        """Whether the last day of this consent is still to come on a day."""
        self.ensure_one()
        return not self.is_lapsed and (not self.valid_until or self.valid_until >= on)

    def action_confirm(self):
        """Confirm that a consent by an employer or creditor of the child serves the
        child (R57). For supervisors of the case, not for who recorded it.

        :raises UserError: nothing to confirm, or recorded by the same person
        """
        self.case_id._check_supervises()
        return self._confirm()

    def _missing_to_confirm(self):
        if self.standing != "to_confirm":
            return [
                self.env._("There is nothing to confirm: read what the consent says.")
            ]
        return []

    @step(
        frm=("given", "expired"),
        right=None,
        not_by="create_uid",
        stamp="confirmed",
        check="_missing_to_confirm",
    )
    def _confirm(self):
        """Confirm as the user, whose right was checked."""

    @step(
        frm=("given", "expired"),
        stamp="withdrawn",
        asks={"reason": Ask("withdrawn_reason", required=False)},
        title=_lt("Withdraw the Consent"),
        hint=_lt("Nobody has to give a reason."),
    )
    def action_withdraw(self, reason=None):
        """Withdraw from today (R7). For the holder or a supervisor."""
        self._after_withdrawal()

    def _after_withdrawal(self):
        """Hook: what ends with the consent, for instance access of a referral."""

    @api.model
    def _cron_expire(self):
        """Mark consents whose last day has passed. Daily."""
        lapsed = self.search(
            [
                ("valid_until", "<", fields.Date.context_today(self)),
                ("is_lapsed", "=", False),
            ]
        )
        lapsed._unprotected().write({"is_lapsed": True})
        return lapsed
