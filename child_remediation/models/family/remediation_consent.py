from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import Ask, step
from odoo.addons.remediation_base.tools.words import say_pair

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
            "lifted_on",
            "lifted_by_id",
            "lifted_with",
            "lifted_reason",
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
            "lifts_earlier",
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
        string="Who Decides",
    )
    answer = fields.Selection([("yes", "Yes"), ("no", "No")], required=True)
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
        help="Empty: the minimum.",
    )
    withhold_item_ids = fields.Many2many(
        "remediation.disclosure.item",
        "remediation_consent_withhold_item_rel",
        string="Withhold",
        help="Never shown to the receivers named beside it: in no package, report, "
        "file or page for them.",
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
    lifts_earlier = fields.Boolean(
        string="May Be Told Again",
        help="The family says so. What earlier consents of this case withhold may "
        "be told again, unless this consent names it.",
    )
    lifted_on = fields.Datetime(readonly=True, copy=False, string="Told Again Since")
    lifted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    lifted_with = fields.Selection(
        [
            ("child", "Child"),
            ("caregiver", "Caregiver"),
            ("authority", "Authority"),
        ],
        readonly=True,
        copy=False,
        string="Who Agreed",
    )
    lifted_reason = fields.Char(readonly=True, copy=False, string="Why It May Be Told")
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
    @api.depends_context("lang")
    def _compute_display_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for consent in self:
            consent.display_name = say_pair(
                self.env, consent.case_id.name, purposes.get(consent.purpose, "")
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
        if consents.withhold_item_ids:
            self.env.registry.clear_cache()  # what is withheld from whom
        consents._lift_earlier()
        consents._ask_for_second_person()
        return consents

    # -- what is withheld, and until when (R8) -----------------------------------
    def _withholding(self):
        """Those of these consents whose items are withheld today."""
        return self.filtered(
            lambda consent: consent.withhold_item_ids and not consent.lifted_on
        )

    def _is_withheld_from_user(self):
        # sudo: whom a user belongs to, and whom the family named.
        partner = self.env.user.partner_id.sudo().commercial_partner_id
        return partner in self.sudo().withhold_from_ids.commercial_partner_id

    def _check_may_lift(self):
        """For a supervisor of the case from whom nothing is withheld."""
        self.case_id._check_supervises()
        if self._is_withheld_from_user():
            raise AccessError(
                self.env._(
                    "The family asked that you are not told this: ask the supervisor "
                    "of the case."
                )
            )

    def _missing_to_lift(self):
        if self._withholding():
            return []
        return [self.env._("This consent withholds nothing today.")]

    @step(
        right=None,
        allowed="_check_may_lift",
        check="_missing_to_lift",
        stamp="lifted",
        asks={"agreed_by": "lifted_with", "reason": "lifted_reason"},
        title=_lt("Tell It Again"),
        hint=_lt(
            "Ask the child and the caregiver first. What was withheld can be read from "
            "now on."
        ),
    )
    def action_lift_withholding(self, agreed_by, reason):
        """End the withholding of this consent (R8). For a supervisor of the case from
        whom nothing is withheld.

        :param str agreed_by: child, caregiver or authority
        :param str reason: why it may be told
        :raises UserError: nothing is withheld by it, or an answer is missing
        """
        self.env.registry.clear_cache()  # what is withheld from whom

    def _lift_earlier(self):
        """End what consents before these withhold, where a renewed one that counts says
        so and was recorded by nobody from whom it is withheld."""
        for consent in self:
            if (
                not consent.lifts_earlier
                or consent.answer != "yes"
                or consent.standing != "counts"
            ):
                continue
            # sudo: earlier consents, whoever recorded them.
            earlier = consent.sudo().case_id.consent_ids._withholding() - self
            earlier = earlier.filtered(
                lambda other: not other.sudo(False)._is_withheld_from_user()
            )
            earlier._unprotected().write(
                {
                    "lifted_on": fields.Datetime.now(),
                    "lifted_by_id": self.env.uid,
                    "lifted_with": consent.subject,
                    "lifted_reason": self.env._("Renewed consent"),
                }
            )
            self.env.registry.clear_cache()

    @api.model
    @contextmanager
    def _watch(self, cases):
        """Around a change of facts about the families of these cases: consents that
        count no more are followed up."""
        # sudo: whoever corrects a fact need not read the consents it decides.
        before = cases.sudo().consent_ids._counting()
        yield
        (before - before._counting())._no_longer_counts()

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
        self.env["remediation.override"]._note("second_person", self.case_id)
        self._lift_earlier()

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
                ("valid_until", "<", self._place_today()),
                ("is_lapsed", "=", False),
            ]
        )
        each_batch(lapsed, lambda batch: batch._lapse())

    def _lapse(self):
        self._unprotected().write({"is_lapsed": True})
