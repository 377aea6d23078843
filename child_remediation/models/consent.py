from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

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
    and another one is recorded.
    """

    _name = "remediation.consent"
    _description = "Consent"
    _inherit = ["remediation.case.owned"]
    _order = "given_on desc, id desc"

    _protected_fields = frozenset(
        {
            "state",
            "is_lapsed",
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
            "how",
            "assent",
            "organisation_ids",
            "data_set",
            "legal_basis",
        }
    )

    purpose = fields.Selection(PURPOSES, required=True, index=True)
    subject = fields.Selection(
        [("caregiver", "Caregiver"), ("child", "Child")],
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
    needs_second = fields.Boolean(compute="_compute_needs_second")
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

    @api.depends(
        "given_by_member_id.is_employer_or_creditor",
        "second_member_id.is_employer_or_creditor",
        "confirmed_by_id",
    )
    def _compute_needs_second(self):
        for consent in self:
            second = consent.second_member_id
            consent.needs_second = (
                consent.subject == "caregiver"
                and consent.given_by_member_id.is_employer_or_creditor
                and not (second and not second.is_employer_or_creditor)
                and not consent.confirmed_by_id
            )

    @api.depends("purpose", "case_id.name")
    def _compute_display_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for consent in self:
            consent.display_name = (
                f"{consent.case_id.name}: {purposes.get(consent.purpose, '')}"
            )

    @api.constrains("given_on", "valid_until", "given_by_member_id", "how", "witness")
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
            if consent.how == "verbal_witnessed" and not consent.witness:
                raise ValidationError(
                    self.env._("Name the witness of a spoken consent.")
                )
            member = consent.given_by_member_id
            if member and member.household_id != consent.case_id.household_id:
                raise ValidationError(
                    self.env._("The caregiver belongs to another household.")
                )

    def _covers(self, organisation, on):
        """Whether this consent agreed to its purpose for an organisation and was not
        withdrawn by a day, be it over since or not."""
        self.ensure_one()
        return (
            self.answer == "yes"
            and not self.needs_second
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

    def _has_not_ended(self, on):
        """Whether the last day of this consent is still to come on a day."""
        self.ensure_one()
        return not self.is_lapsed and (not self.valid_until or self.valid_until >= on)

    def action_confirm(self):
        """Confirm that a consent by an employer or creditor of the child serves the
        child. For supervisors of the case."""
        self.case_id._check_supervises()
        self._unprotected().write({"confirmed_by_id": self.env.uid})
        return True

    def action_withdraw(self, reason=None):
        """Withdraw from today (R7). For the holder or a supervisor."""
        self.check_access("write")
        self.lock_for_update()
        if self.filtered(lambda consent: consent.state not in ("given", "expired")):
            raise UserError(self.env._("Only a given consent can be withdrawn."))
        self._unprotected().write(
            {
                "withdrawn_on": fields.Date.context_today(self),
                "withdrawn_reason": reason or False,
                "withdrawn_by_id": self.env.uid,
            }
        )
        self._after_withdrawal()
        return True

    def _after_withdrawal(self):
        """Hook: what ends with the consent, for instance access of a referral."""

    @api.model
    def _cron_expire(self):
        """Mark consents whose last day has passed. Daily."""
        self.search(
            [
                ("valid_until", "<", fields.Date.context_today(self)),
                ("is_lapsed", "=", False),
            ]
        )._unprotected().write({"is_lapsed": True})
