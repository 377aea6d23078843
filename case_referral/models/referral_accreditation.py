from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING

REQUIRED_DOCUMENTS = {
    "case_management": ("registration", "safeguarding_policy", "code_of_conduct"),
    "service": ("registration", "safeguarding_policy"),
    "both": ("registration", "safeguarding_policy", "code_of_conduct"),
}


class ReferralAccreditation(models.Model):
    """A partner organisation's right to hold cases or to receive referrals.

    Who may what: coordinators prepare, submit and visit; two different coordinators,
    neither of whom prepared it, decide; suspending takes one coordinator or the
    safeguarding officer and acts at once. Back-office staff read. On the portal the
    organisation's coordinator reads its own. Nobody deletes.

    draft → submitted → approved once → accredited → expired (by date)
    accredited ⇄ suspended; submitted → refused; a renewal is a new record.
    """

    _name = "referral.accreditation"
    _description = "Partner Accreditation"
    _inherit = [
        "remediation.coded.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "remediation.shown",
    ]
    _rules_of = "remediation.in.company"
    _order = "valid_until desc, id desc"
    _check_company_auto = True
    _code_prefix = "AC"
    _protected_fields = frozenset(
        {
            "state",
            "submitted_by_id",
            "submitted_on",
            "first_decision_by_id",
            "first_decision_on",
            "second_decision_by_id",
            "second_decision_on",
            "refusal_reason",
            "suspended_by_id",
            "suspended_on",
            "suspension_reason",
            "valid_from",
            "warned_days",
            "renewal_of_id",
        }
    )
    _frozen_fields = frozenset({"partner_id", "company_id"})
    # What a decision covers changes by a renewal; how many children a partner can
    # serve today is no part of it.
    _open_fields = {
        "draft": EVERYTHING,
        "submitted": EVERYTHING,
        "accredited": {"capacity", "language_ids"},
        "suspended": {"capacity", "language_ids"},
    }

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Organisation",
        required=True,
        index=True,
        domain=[("is_company", "=", True)],
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=[
            ("case_management", "Case Management"),
            ("service", "Service Provider"),
            ("both", "Both"),
        ],
        required=True,
        default="case_management",
    )
    renewal_of_id = fields.Many2one(
        comodel_name="referral.accreditation",
        readonly=True,
        copy=False,
        index=True,
        check_company=True,
    )

    # What it covers
    service_type_ids = fields.Many2many(
        comodel_name="remediation.service.type", check_company=True
    )
    area_ids = fields.Many2many(comodel_name="remediation.area", check_company=True)
    language_ids = fields.Many2many(comodel_name="res.lang")
    capacity = fields.Integer(
        help="Children this organisation can serve at the same time, weighted by risk "
        "for case management.",
    )

    # Checks
    document_ids = fields.One2many(
        comodel_name="referral.accreditation.document",
        inverse_name="accreditation_id",
    )
    finding_ids = fields.One2many(
        comodel_name="referral.accreditation.finding",
        inverse_name="accreditation_id",
    )
    visit_on = fields.Date()
    visit_by_id = fields.Many2one(comodel_name="res.users")
    visit_report = fields.Text()
    agreement_signed_on = fields.Date(string="Data-sharing Agreement Signed On")
    agreement_valid_until = fields.Date(string="Data-sharing Agreement Valid Until")
    agreement_file = fields.Binary(attachment=True, copy=False)
    agreement_file_name = fields.Char(copy=False)

    # Decision
    state = fields.Selection(
        selection=[
            ("draft", "Application"),
            ("submitted", "To Decide"),
            ("approved_once", "Second Decision"),
            ("accredited", "Accredited"),
            ("suspended", "Suspended"),
            ("expired", "Expired"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default="draft",
        group_expand=True,
    )
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    first_decision_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    first_decision_on = fields.Datetime(readonly=True, copy=False)
    second_decision_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    second_decision_on = fields.Datetime(readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
    suspended_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    suspended_on = fields.Datetime(readonly=True, copy=False)
    suspension_reason = fields.Text(readonly=True, copy=False)
    valid_from = fields.Date(readonly=True, copy=False)
    valid_until = fields.Date(index=True, copy=False)
    warned_days = fields.Integer(readonly=True, copy=False, default=-1)

    # Figures
    # How full a partner is, whoever asks: not how many referrals the reader may read.
    manager_count = fields.Integer(compute="_compute_figures", compute_sudo=True)
    open_referral_count = fields.Integer(compute="_compute_figures", compute_sudo=True)
    missing = fields.Text(compute="_compute_missing")

    _one_live = models.UniqueIndex(
        "(partner_id, company_id) WHERE state = 'accredited'",
        "This organisation has an accreditation already: renew that one.",
    )
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0)", "The capacity cannot be negative."
    )
    _end_after_start = models.Constraint(
        "CHECK (valid_until IS NULL OR valid_from IS NULL OR valid_until > valid_from)",
        "The accreditation must end after it begins.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_figures(self):
        by_partner = {
            name: {
                (partner, company): count
                for partner, company, count in self.env[model]._read_group(
                    [
                        (name, "in", self.partner_id.ids),
                        ("company_id", "in", self.company_id.ids),
                        *domain,
                    ],
                    [name, "company_id"],
                    ["__count"],
                )
            }
            for model, name, domain in (
                ("remediation.case.manager", "organisation_id", []),
                (
                    "remediation.referral",
                    "to_organisation_id",
                    [("state", "in", ["sent", "accepted"])],
                ),
            )
        }
        managers, referrals = by_partner.values()
        for accreditation in self:
            whose = accreditation.partner_id, accreditation.company_id
            accreditation.manager_count = managers.get(whose, 0)
            accreditation.open_referral_count = referrals.get(whose, 0)

    @api.depends(
        "kind",
        "document_ids.document_type",
        "document_ids.checked",
        "document_ids.valid_until",
        "visit_on",
        "visit_by_id",
        "agreement_signed_on",
        "agreement_valid_until",
        "service_type_ids",
        "area_ids",
        "capacity",
        "valid_until",
        "finding_ids.state",
        "finding_ids.severity",
    )
    @api.depends_context("lang")
    def _compute_missing(self):
        for accreditation in self:
            accreditation.missing = "\n".join(accreditation._problems_to_accredit())

    @api.constrains("partner_id")
    def _check_partner_is_organisation(self):
        for accreditation in self:
            if not accreditation.partner_id.is_company:
                raise ValidationError(
                    self.env._(
                        "Only an organisation is accredited; its people are case "
                        "managers with their own checks."
                    )
                )

    @api.constrains("agreement_signed_on", "agreement_valid_until")
    def _check_agreement_dates(self):
        for accreditation in self:
            signed, until = (
                accreditation.agreement_signed_on,
                accreditation.agreement_valid_until,
            )
            if signed and until and until <= signed:
                raise ValidationError(
                    self.env._("The agreement must end after it was signed.")
                )

    # Decisions

    def _problems_to_accredit(self):
        """Return one sentence for each thing missing before a decision."""
        self.ensure_one()
        today = self._place_today()
        problems = []
        names = dict(
            self.env["referral.accreditation.document"]
            ._fields["document_type"]
            ._description_selection(self.env)
        )
        valid = {
            document.document_type
            for document in self.document_ids
            if document.checked
            and (not document.valid_until or document.valid_until >= today)
        }
        for wanted in REQUIRED_DOCUMENTS[self.kind or "both"]:
            if wanted not in valid:
                problems.append(
                    self.env._(
                        "Add and check a valid document: %(document)s.",
                        document=names[wanted],
                    )
                )
        if not self.visit_on or self.visit_on > today or not self.visit_by_id:
            problems.append(self.env._("Record the visit: date and visitor."))
        if (
            not self.agreement_signed_on
            or self.agreement_signed_on > today
            or (self.agreement_valid_until and self.agreement_valid_until < today)
        ):
            problems.append(self.env._("Record a data-sharing agreement in force."))
        if not self.area_ids:
            problems.append(self.env._("Choose the areas it covers."))
        if self.kind != "case_management" and not self.service_type_ids:
            problems.append(self.env._("Choose the services it gives."))
        if not self.capacity:
            problems.append(self.env._("Enter its capacity."))
        if not self.valid_until or self.valid_until <= today:
            problems.append(self.env._("Enter until when it will be valid."))
        unsettled = self.env["referral.accreditation.finding"]._unsettled(
            self.partner_id, self.company_id
        )
        if unsettled:
            topics = dict(unsettled._fields["topic"]._description_selection(self.env))
            problems.append(
                self.env._(
                    "Follow up the serious findings first: %(topics)s.",
                    topics=", ".join(
                        dict.fromkeys(topics[finding.topic] for finding in unsettled)
                    ),
                )
            )
        return problems

    def action_open_managers(self):
        """Open the organisation's case managers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Case Managers"),
            "res_model": "remediation.case.manager",
            "views": [(False, "list"), (False, "form")],
            "domain": [("organisation_id", "=", self.partner_id.id)],
            "context": {"default_organisation_id": self.partner_id.id},
        }

    def action_open_referrals(self):
        """Open what the organisation holds of the reader's referrals."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Referrals"),
            "res_model": "remediation.referral",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("to_organisation_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "in", ["sent", "accepted"]),
            ],
        }

    def action_open_invite(self):
        """Open the invitation of one of the organisation's people to the portal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invite to the Portal"),
            "res_model": "referral.invite",
            "view_mode": "form",
            "target": "new",
            "context": {"default_organisation_id": self.partner_id.id},
        }
