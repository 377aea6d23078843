from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING

URGENCY_BY_RISK = {"high": "1d", "medium": "3d", "low": "7d"}
OPEN_STATES = ("sent", "accepted")


class RemediationReferral(models.Model):
    """A child's case handed to somebody else, wholly or for one service (E11).

    Four types, with the meaning they have in Primero:

    * *referral*: a service is asked for; the case stays where it is. Consent gate R6.
    * *assignment*: inside the network, a legal basis and the minimum package; the case
      moves when the case manager accepts.
    * *transfer*: the case moves to another organisation on acceptance. Consent gate.
    * *transfer request*: the receiver asks, the holder answers; yes makes a transfer.

    draft → sent → accepted → done | failed; sent → rejected | expired;
    sent, accepted → revoked.

    Who may what: whoever holds the case prepares, sends and revokes; supervisors see
    those of their teams. The receiver never reads this record: it reads the package
    (``remediation.referral.package``) and answers there. Nobody deletes.
    """

    _name = "remediation.referral"
    _description = "Referral"
    _inherit = [
        "remediation.coded.mixin",
        "remediation.case.owned",
        "remediation.shown",
    ]
    _order = "id desc"
    _open_texts = frozenset({"parties"})  # names of organisations
    _check_company_auto = True
    _code_prefix = "RF"
    _protected_fields = frozenset(
        {
            "state",
            "basis",
            "legal_basis",
            "emergency_kind",
            "override_reason",
            "override_by_id",
            "override_on",
            "reviewed_by_id",
            "reviewed_on",
            "review_due",
            "review_note",
            "sent_on",
            "sent_by_id",
            "answer_by",
            "answered_on",
            "answered_by_id",
            "reject_reason",
            "done_on",
            "outcome",
            "feedback",
            "revoked_on",
            "revoked_by_id",
            "revoke_reason",
            "kept_until",
            "parties",
            "package_ids",
            "request_id",
            "answer_late",
        }
    )
    _frozen_fields = frozenset({"referral_type"})
    # What was sent stays as it was sent.
    _open_fields = {"draft": EVERYTHING}

    referral_type = fields.Selection(
        selection=[
            ("referral", "Referral to a Service"),
            ("assignment", "Assignment"),
            ("transfer", "Transfer"),
            ("transfer_request", "Transfer Request"),
        ],
        required=True,
        default="referral",
    )
    beneficiary_id = fields.Many2one(related="case_id.beneficiary_id")

    # What for
    action_id = fields.Many2one(
        comodel_name="remediation.plan.action",
        string="Plan Action",
        index="btree_not_null",
        domain="[('case_id', '=', case_id)]",
        check_company=True,
    )
    service_type_id = fields.Many2one(
        comodel_name="remediation.service.type",
        compute="_compute_service_type_id",
        store=True,
        precompute=True,
        readonly=False,
        index=True,
    )
    data_set = fields.Selection(
        selection=[
            ("minimum", "Minimum"),
            ("service", "What the Service Needs"),
            ("full", "Full"),
        ],
        required=True,
        default="service",
        help="Schools and training centres get name, age, grade, service and contact, "
        "whatever is chosen here.",
    )
    urgency = fields.Selection(
        selection=[
            ("1h", "1 Hour"),
            ("3h", "3 Hours"),
            ("1d", "1 Day"),
            ("3d", "3 Days"),
            ("7d", "7 Days"),
        ],
        string="Answer Within",
        compute="_compute_urgency",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    reason = fields.Text(help="Goes into a full package only.")
    message = fields.Text(
        string="Message to the Receiver",
        help="Goes into every package: write nothing about work, risk or the family.",
    )

    # To whom
    to_organisation_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_to_organisation_id",
        store=True,
        precompute=True,
        readonly=False,
        domain=[("is_company", "=", True)],
    )
    to_case_manager_id = fields.Many2one(
        comodel_name="remediation.case.manager",
        index="btree_not_null",
        check_company=True,
    )
    to_user_id = fields.Many2one(
        related="to_case_manager_id.user_id", store=True, index="btree_not_null"
    )
    is_external = fields.Boolean(
        string="Outside the Network",
        help="Handed over by phone or on paper: the package is not on the portal.",
    )

    # On what basis (R6)
    basis = fields.Selection(
        selection=[
            ("consent", "Consent"),
            ("legal_basis", "Legal Basis"),
            ("emergency", "Emergency"),
            ("override", "Override"),
        ],
        readonly=True,
        copy=False,
    )
    legal_basis = fields.Char(readonly=True, copy=False)
    emergency_kind = fields.Selection(
        selection=[
            ("imminent_danger", "Imminent Danger"),
            ("medical", "Medical Emergency"),
            ("legal_duty", "Legal Duty to Report"),
        ],
        readonly=True,
        copy=False,
    )
    override_reason = fields.Text(readonly=True, copy=False)
    override_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    override_on = fields.Datetime(readonly=True, copy=False)
    review_due = fields.Datetime(readonly=True, copy=False, index="btree_not_null")
    reviewed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reviewed_on = fields.Datetime(readonly=True, copy=False)
    review_note = fields.Text(readonly=True, copy=False)

    # Course
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("rejected", "Rejected"),
            ("expired", "No Answer"),
            ("revoked", "Revoked"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default="draft",
        group_expand=True,
    )
    sent_on = fields.Datetime(readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    answer_by = fields.Datetime(readonly=True, copy=False, index=True)
    answer_late = fields.Boolean(readonly=True, copy=False)
    answered_on = fields.Datetime(readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reject_reason = fields.Selection(
        selection=[
            ("full", "No Place Free"),
            ("not_our_service", "Not Our Service"),
            ("out_of_area", "Outside Our Area"),
            ("conflict", "Conflict of Interest"),
            ("already_served", "The Child Is Served Already"),
            ("not_the_holder", "The Present Holder Keeps the Case"),
            ("other", "Other"),
        ],
        readonly=True,
        copy=False,
    )
    done_on = fields.Date(readonly=True, copy=False)
    outcome = fields.Selection(
        selection=[
            ("given", "Service Given"),
            ("partly", "Given in Part"),
            ("not_given", "Not Given"),
        ],
        readonly=True,
        copy=False,
    )
    feedback = fields.Text(readonly=True, copy=False)
    revoked_on = fields.Datetime(readonly=True, copy=False)
    revoked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    revoke_reason = fields.Char(readonly=True, copy=False)
    kept_until = fields.Date(
        readonly=True,
        copy=False,
        help="Decided before the case is closed: the service goes on until this day.",
    )
    parties = fields.Json(
        compute="_compute_parties",
        store=True,
        copy=False,
        help="Who held and who received, as it stood when it was sent.",
    )
    package_ids = fields.One2many(
        comodel_name="remediation.referral.package",
        inverse_name="referral_id",
        string="Packages",
        readonly=True,
    )
    package_id = fields.Many2one(
        comodel_name="remediation.referral.package",
        compute="_compute_package_id",
        compute_sudo=True,
    )
    request_id = fields.Many2one(
        comodel_name="remediation.referral",
        string="Answers the Request",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    _answer_queue = models.Index("(answer_by) WHERE state = 'sent'")
    _recipient = models.Index("(to_organisation_id, state)")

    @api.depends("package_ids")
    def _compute_package_id(self):
        for referral in self:
            referral.package_id = referral.package_ids[:1]

    # On sending alone: who holds the case afterwards is another matter.
    @api.depends("sent_on")
    def _compute_parties(self):
        for referral in self:
            referral.parties = bool(referral.sent_on) and {
                "from": {
                    "user": referral.user_id.id,
                    "organisation": referral.organisation_id.id,
                    "team": referral.team_id.id,
                },
                "to": {
                    "user": referral.to_user_id.id,
                    "organisation": referral.to_organisation_id.id,
                    "team": referral.to_case_manager_id.team_id.id,
                },
            }

    @api.depends("action_id")
    def _compute_service_type_id(self):
        for referral in self:
            referral.service_type_id = (
                referral.action_id.service_type_id or referral.service_type_id
            )

    @api.depends("to_case_manager_id", "action_id")
    def _compute_to_organisation_id(self):
        for referral in self:
            referral.to_organisation_id = (
                referral.to_case_manager_id.organisation_id
                or referral.to_organisation_id
                or referral.action_id.provider_id
            )

    @api.depends("case_id")
    def _compute_urgency(self):
        for referral in self:
            referral.urgency = referral.urgency or URGENCY_BY_RISK.get(
                referral.case_id.risk_level, "3d"
            )

    @api.constrains("action_id", "case_id")
    def _check_action_of_case(self):
        for referral in self:
            if referral.action_id and referral.action_id.case_id != referral.case_id:
                raise ValidationError(
                    self.env._("Choose an action of this child's own plan.")
                )
