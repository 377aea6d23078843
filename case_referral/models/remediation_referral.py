from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)

ANSWER_HOURS = {"1h": 1, "3h": 3, "1d": 24, "3d": 72, "7d": 168}
URGENCY_BY_RISK = {"high": "1d", "medium": "3d", "low": "7d"}
#: Days that a service may go on after the case is closed.
KEEP_AT_MOST = 366
EXPIRE_AFTER = timedelta(days=7)
REVIEW_WITHIN = timedelta(hours=24)
OPEN_STATES = ("sent", "accepted")
HANDOVER_TYPES = ("assignment", "transfer")


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
    _inherit = ["remediation.coded.mixin", "remediation.case.owned"]
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
            ("referral", "Referral to a service"),
            ("assignment", "Assignment"),
            ("transfer", "Transfer"),
            ("transfer_request", "Transfer request"),
        ],
        required=True,
        default="referral",
    )
    beneficiary_id = fields.Many2one(related="case_id.beneficiary_id")

    # What for
    action_id = fields.Many2one(
        comodel_name="remediation.plan.action",
        string="Plan action",
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
            ("service", "What the service needs"),
            ("full", "Full"),
        ],
        required=True,
        default="service",
        help="Schools and training centres get name, age, grade, service and contact, "
        "whatever is chosen here.",
    )
    urgency = fields.Selection(
        selection=[
            ("1h", "1 hour"),
            ("3h", "3 hours"),
            ("1d", "1 day"),
            ("3d", "3 days"),
            ("7d", "7 days"),
        ],
        string="Answer within",
        compute="_compute_urgency",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    reason = fields.Text(help="Goes into a full package only.")
    message = fields.Text(
        string="Message to the receiver",
        help="Goes into every package: write nothing about work, risk or the family.",
    )

    # To whom
    to_organisation_id = fields.Many2one(
        comodel_name="res.partner",
        string="To organisation",
        compute="_compute_to_organisation_id",
        store=True,
        precompute=True,
        readonly=False,
        domain=[("is_company", "=", True)],
    )
    to_case_manager_id = fields.Many2one(
        comodel_name="remediation.case.manager",
        string="To case manager",
        index="btree_not_null",
        check_company=True,
    )
    to_user_id = fields.Many2one(
        related="to_case_manager_id.user_id", store=True, index="btree_not_null"
    )
    is_external = fields.Boolean(
        string="Outside the network",
        help="Handed over by telephone or on paper: the package is not on the portal.",
    )

    # On what basis (R6)
    basis = fields.Selection(
        selection=[
            ("consent", "Consent"),
            ("legal_basis", "Legal basis"),
            ("emergency", "Emergency"),
            ("override", "Override"),
        ],
        readonly=True,
        copy=False,
    )
    legal_basis = fields.Char(readonly=True, copy=False)
    emergency_kind = fields.Selection(
        selection=[
            ("imminent_danger", "Imminent danger"),
            ("medical", "Medical emergency"),
            ("legal_duty", "Legal duty to report"),
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
            ("expired", "No answer"),
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
            ("full", "No place free"),
            ("not_our_service", "Not our service"),
            ("out_of_area", "Outside our area"),
            ("conflict", "Conflict of interest"),
            ("already_served", "The child is served already"),
            ("not_the_holder", "The present holder keeps the case"),
            ("other", "Other"),
        ],
        readonly=True,
        copy=False,
    )
    done_on = fields.Date(readonly=True, copy=False)
    outcome = fields.Selection(
        selection=[
            ("given", "Service given"),
            ("partly", "Given in part"),
            ("not_given", "Not given"),
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
        comodel_name="remediation.referral.package", compute="_compute_package_id"
    )
    request_id = fields.Many2one(
        comodel_name="remediation.referral",
        string="Answers the request",
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

    # Locks and checks

    def _lock_in(self, *states):
        """Lock the rows, then check the state: of two people at once one wins."""
        try:
            self.lock_for_update()
        except LockError as error:
            raise self._answered_meanwhile(self) from error
        self.invalidate_recordset(["state"])
        wrong = self.filtered(lambda referral: referral.state not in states)
        if wrong:
            raise self._answered_meanwhile(wrong)

    def _answered_meanwhile(self, referrals):
        return UserError(
            self.env._(
                "%(code)s was answered or closed in the meantime: reload the page to "
                "see by whom.",
                code=referrals[:1].name,
            )
        )

    def _check_complete(self):
        for referral in self:
            if referral.referral_type == "referral":
                if not referral.to_organisation_id:
                    raise UserError(self.env._("Choose the organisation to refer to."))
                if not referral.service_type_id:
                    raise UserError(self.env._("Choose the service asked for."))
            elif not referral.to_case_manager_id:
                raise UserError(self.env._("Choose the case manager."))
            if referral.case_id.stage == "closed":
                raise UserError(
                    self.env._(
                        "%(case)s is closed: reopen it first.",
                        case=referral.case_id.name,
                    )
                )

    def _problems_of_receivers(self):
        """Return why a receiver may not receive, by referral (R6, R11–R13)."""
        problems = {}
        known = {}
        # sudo: as below; all cases offered to a worker at once count together (R13).
        loads = {
            manager: referrals.case_id.sudo()._problems_of_load(manager.sudo())
            for manager, referrals in self.grouped("to_case_manager_id").items()
            if manager
        }
        for referral in self:
            company = referral.company_id
            key = (referral.to_organisation_id, referral.service_type_id, company)
            sentences = []
            if referral.referral_type == "referral":
                if not referral.is_external:
                    if key not in known:
                        known[key] = referral.to_organisation_id._problems_to_receive(
                            company, "service", referral.service_type_id
                        )
                    sentences = known[key]
            else:
                manager = referral.to_case_manager_id
                own = manager.organisation_id == company.partner_id
                if not own:
                    key = (manager.organisation_id, None, company)
                    if key not in known:
                        known[key] = manager.organisation_id._problems_to_receive(
                            company, "case_management"
                        )
                    sentences = list(known[key])
                # sudo: a portal case manager offers a transfer without reading the
                # other worker's checks; only sentences come back.
                sentences = [
                    *sentences,
                    *manager.sudo()._problems_to_hold(),
                    *referral.case_id.sudo()._conflicts_of_interest(manager.sudo()),
                    *loads[manager],
                ]
                if manager == referral.case_id.case_manager_id:
                    sentences.append(
                        self.env._(
                            "%(name)s holds this case already.",
                            name=manager.display_name,
                        )
                    )
            if sentences:
                problems[referral] = sentences
        return problems

    def _without_consent(self):
        """Return those for which R6 asks a consent that is not there."""
        asking = self.filtered(
            lambda referral: referral.referral_type in ("referral", "transfer")
        )
        inside = asking.filtered(
            lambda referral: (
                referral.referral_type == "transfer"
                and referral.to_organisation_id == referral.organisation_id
            )
        )
        lacking = self.browse()
        for (organisation, data_set), referrals in (
            (asking - inside)
            .grouped(lambda referral: (referral.to_organisation_id, referral.data_set))
            .items()
        ):
            consenting = referrals.case_id._disclosure_consented(organisation, data_set)
            lacking |= referrals.filtered(
                lambda referral, ok=consenting: referral.case_id not in ok
            )
        return lacking

    def _check_sender(self):
        self.check_access("read")
        self.check_access("write")

    # Sending

    @step(frm="draft", to=("sent",), allowed="_check_sender")
    def action_send(self):
        """Send drafts: assignments on a legal basis, the rest on consent (R6).

        For whoever holds the cases, supervisors of their teams and coordinators
        (AccessError). All or nothing: a receiver without right, or a missing consent,
        is one UserError naming each. Afterwards the package is frozen.
        """
        lacking = self._without_consent()
        if lacking:
            raise UserError(
                self.env._(
                    "%(codes)s: there is no consent that covers this receiver. Ask for "
                    "it, send as an emergency, or ask for an override.",
                    codes=", ".join(lacking.mapped("case_id.name")),
                )
            )
        return self._send({})

    @step(
        frm="draft",
        to=("sent",),
        allowed="_check_sender",
        asks={
            "kind": Ask("emergency_kind", keep=False),
            "reason": Ask("override_reason", keep=False),
            "legal_basis": Ask("legal_basis", keep=False),
        },
        title=_lt("Send as an emergency"),
    )
    def action_send_emergency(self, kind, reason, legal_basis):
        """Send at once without consent: danger, medical need or a duty to report.

        For whoever holds the case, by day and night (R6a). The package is the minimum
        one, and the sending is listed for a review within 24 hours. ``kind`` is one of
        ``emergency_kind``; reason and legal basis are required.
        """
        return self._send_emergency(kind, reason, legal_basis)

    def _send_emergency(self, kind, reason, legal_basis):
        kinds = dict(self._fields["emergency_kind"].selection)
        if kind not in kinds:
            raise UserError(self.env._("Choose what kind of emergency this is."))
        if not (reason or "").strip() or not (legal_basis or "").strip():
            raise UserError(
                self.env._("Write the reason and the legal basis of the emergency.")
            )
        now = fields.Datetime.now()
        return self._send(
            {
                "basis": "emergency",
                "emergency_kind": kind,
                "legal_basis": legal_basis.strip(),
                "override_reason": reason.strip(),
                "override_by_id": self.env.uid,
                "override_on": now,
                "review_due": now + REVIEW_WITHIN,
                "data_set": "minimum",
            },
            emergency=True,
        )

    @step(
        frm="draft",
        to=("sent",),
        group="case_referral.group_consent_override",
        allowed="_check_sender",
        asks={"reason": Ask("override_reason", keep=False)},
        title=_lt("Send without consent"),
    )
    def action_send_override(self, reason):
        """Send without consent by permission, with a reason (R6b).

        For the duty "override missing consent". Listed and counted.
        """
        now = fields.Datetime.now()
        return self._send(
            {
                "basis": "override",
                "override_reason": reason,
                "override_by_id": self.env.uid,
                "override_on": now,
                "review_due": now + REVIEW_WITHIN,
            }
        )

    def _send(self, basis_vals, emergency=False):
        self._lock_in("draft")
        self._check_complete()
        problems = {} if emergency else self._problems_of_receivers()
        if problems:
            raise UserError(
                "\n".join(
                    dict.fromkeys(
                        sentence
                        for sentences in problems.values()
                        for sentence in sentences
                    )
                )
            )
        now = fields.Datetime.now()
        for key, referrals in self.grouped(
            lambda ref: (
                ref.urgency,
                ref.referral_type in ("assignment", "transfer_request"),
            )
        ).items():
            urgency, on_legal_basis = key
            vals = {
                "state": "sent",
                "sent_on": now,
                "sent_by_id": self.env.uid,
                "answer_by": now + timedelta(hours=ANSWER_HOURS[urgency]),
                "basis": "legal_basis" if on_legal_basis else "consent",
            }
            vals.update(basis_vals)
            referrals._unprotected().write(vals)
        # Now: an answer within the same transaction may change the holder.
        self._recompute_recordset(["parties"])
        # sudo: packages are made here alone; nobody has a create right on them.
        self.env["remediation.referral.package"].sudo()._unprotected().create(
            self._prepare_package_vals()
        )
        self._after_send()
        return True

    def _prepare_package_vals(self):
        data = self._package_data()
        return [
            {
                "case_id": referral.case_id.id,
                "referral_id": referral.id,
                "name": referral.name,
                "recipient_organisation_id": referral.to_organisation_id.id,
                "recipient_user_id": referral.to_user_id.id,
                "referral_type": referral.referral_type,
                "service_type_id": referral.service_type_id.id,
                "data": data[referral.id],
                "is_visible": not referral.is_external
                and referral.referral_type != "transfer_request",
            }
            for referral in self
        ]

    def _after_send(self):
        self._log_lines(
            {
                "referral": self.env._("Referral %s was sent."),
                "assignment": self.env._("Assignment %s was offered."),
                "transfer": self.env._("Transfer %s was offered."),
                "transfer_request": self.env._("Transfer request %s came in."),
            }
        )
        self._schedule_answers()
        self._mail_receivers()

    def _log_lines(self, texts):
        """Write one code-only line per case (R27: chatter hangs on the case)."""
        lines = {}
        for referral in self:
            line = texts[referral.referral_type] % referral.name
            former = lines.get(referral.case_id.id)
            lines[referral.case_id.id] = f"{former} {line}" if former else line
        # sudo: portal users write no messages; the line holds codes only.
        self.case_id.sudo()._message_log_batch(bodies=lines)

    def _schedule_answers(self):
        """One activity per sending on its case, for the internal person in charge."""
        activity_type = self.env.ref(
            "case_referral.mail_activity_type_referral", raise_if_not_found=False
        )
        if not activity_type:
            return
        model_id = self.env["ir.model"]._get_id("remediation.case")
        values = []
        # sudo: the holder may be a portal user, who has no right on activities; the
        # activity goes to the internal person in charge of the case.
        for referral in self.sudo():
            user = referral.user_id
            if not user or user.share:
                user = referral.team_id.supervisor_id
            if not user:
                continue
            values.append(
                {
                    "res_model_id": model_id,
                    "res_id": referral.case_id.id,
                    "activity_type_id": activity_type.id,
                    "summary": referral.name,
                    "user_id": user.id,
                    "date_deadline": referral.case_id._day(referral.answer_by),
                    "automated": True,
                }
            )
        # sudo: as above.
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(values)

    def _clear_activities(self):
        """Close the activities of these referrals when they are answered."""
        activity_type = self.env.ref(
            "case_referral.mail_activity_type_referral", raise_if_not_found=False
        )
        if not activity_type:
            return
        # sudo: activities belong to the supervisor; the receiver's answer ends them.
        self.env["mail.activity"].sudo().search(
            [
                ("res_model", "=", "remediation.case"),
                ("res_id", "in", self.case_id.ids),
                ("activity_type_id", "=", activity_type.id),
                ("summary", "in", self.mapped("name")),
            ]
        ).with_context(mail_activity_quick_update=True).unlink()

    def _receiver_users(self):
        """Return who is told, by referral."""
        # sudo: senders do not read the receiver's users.
        referrals = self.sudo()
        inside = referrals.filtered(lambda ref: not ref.is_external)
        by_service = inside.filtered(lambda ref: ref.referral_type == "referral")
        provider_group = self.env.ref("child_remediation.group_portal_provider")
        users_of = {}
        if by_service:
            # sudo: as above.
            users = (
                self.env["res.users"]
                .sudo()
                .search(
                    [
                        (
                            "partner_id.commercial_partner_id",
                            "in",
                            by_service.to_organisation_id.ids,
                        ),
                        ("all_group_ids", "in", provider_group.ids),
                    ]
                )
            )
            for user in users:
                partner = user.partner_id.commercial_partner_id
                users_of[partner] = users_of.get(partner, self.env["res.users"]) | user
        result = {}
        for referral in inside:
            if referral.referral_type == "referral":
                result[referral] = users_of.get(
                    referral.to_organisation_id, self.env["res.users"]
                )
            elif referral.referral_type == "transfer_request":
                result[referral] = referral.user_id
            else:
                result[referral] = referral.to_user_id
        return result

    def _mail_receivers(self):
        codes = {}
        for referral, users in self._receiver_users().items():
            for user in users:
                codes.setdefault(user, []).append(referral.name)
        self.env["referral.mail"]._send_codes(
            "case_referral.mail_body_referral_new",
            codes,
            "/my/remediation/referrals",
        )

    # Answers: called for the receiver by the package, and for external ones directly

    @step(frm="sent", to=("accepted",), allowed="_check_external")
    def action_record_accept(self):
        """Record that an organisation outside the network accepted. For the sender."""
        return self._accept()

    @step(
        frm="sent",
        to=("rejected",),
        allowed="_check_external",
        asks={
            "reason": Ask("reject_reason", keep=False),
            "note": Ask("feedback", required=False, keep=False, label=_lt("Note")),
        },
        title=_lt("Record the refusal"),
    )
    def action_record_reject(self, reason, note=None):
        """Record that an organisation outside the network refused. For the sender."""
        return self._reject(reason, note)

    @step(
        frm="accepted",
        to=("done", "failed"),
        allowed="_check_external",
        asks={
            "outcome": Ask("outcome", keep=False),
            "feedback": Ask("feedback", keep=False),
            "done_on": Ask("done_on", required=False, keep=False),
        },
        title=_lt("Record the outcome"),
    )
    def action_record_done(self, outcome, feedback, done_on=None):
        """Record the outcome at an organisation outside the network. For the sender."""
        return self._finish(outcome, feedback, done_on)

    def _check_external(self):
        self._check_sender()
        if self.filtered(lambda referral: not referral.is_external):
            raise UserError(
                self.env._("The receiver answers on the portal: wait for the answer.")
            )

    def _accept(self):
        """Accept: a service starts, or the case moves to its new holder."""
        self._lock_in("sent")
        # Finishing after a consent expired is one thing, beginning another (R7).
        over = self.filtered(
            lambda ref: ref.referral_type == "referral" and ref.basis == "consent"
        )._without_consent()
        if over:
            raise UserError(
                self.env._(
                    "%(code)s: the family's consent is over. Ask the case manager to "
                    "renew it before you begin.",
                    code=over[:1].name,
                )
            )
        late = self.filtered(lambda ref: ref.answer_by < fields.Datetime.now())
        late._unprotected().write({"answer_late": True})
        self._unprotected().write(
            {
                "state": "accepted",
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        services = self.filtered(lambda ref: ref.referral_type == "referral")
        services.action_id.filtered(
            lambda action: action.state == "planned" and action._may_run()
        ).action_start()
        for referral in self - services:
            referral._hand_over()
        self._log_lines(
            {
                "referral": self.env._("Referral %s was accepted."),
                "assignment": self.env._("Assignment %s was accepted."),
                "transfer": self.env._("Transfer %s was accepted."),
                "transfer_request": self.env._("Transfer request %s was granted."),
            }
        )
        self._clear_activities()
        return True

    def _hand_over(self):
        """Move the case on acceptance; R11–R14 are checked once more."""
        self.ensure_one()
        if self.referral_type == "transfer_request":
            return
        problems = self._problems_of_receivers().get(self)
        if problems:
            raise UserError("\n".join(problems))
        manager = self.to_case_manager_id
        if self.referral_type == "transfer":
            consented = self.basis != "consent" or not self._without_consent()
            if not consented:
                raise UserError(
                    self.env._(
                        "The consent for this transfer was withdrawn or is over: the "
                        "case stays where it is."
                    )
                )
        self.case_id._set_holder(
            manager,
            self.env._("%(code)s was accepted", code=self.name),
        )
        self._unprotected().write(
            {"state": "done", "done_on": fields.Date.context_today(self)}
        )
        self.package_id._close_view()
        # Whatever else was offered for this case is void now.
        self.search(
            [
                ("case_id", "=", self.case_id.id),
                ("id", "!=", self.id),
                ("referral_type", "in", HANDOVER_TYPES + ("transfer_request",)),
                ("state", "=", "sent"),
            ]
        )._revoke(self.env._("The case went to somebody else."))

    def _reject(self, reason, note=None):
        self._lock_in("sent")
        if reason not in dict(self._fields["reject_reason"].selection):
            raise UserError(self.env._("Choose the reason."))
        if reason == "other" and not (note or "").strip():
            raise UserError(self.env._("Write the reason."))
        self._unprotected().write(
            {
                "state": "rejected",
                "reject_reason": reason,
                "feedback": (note or "").strip() or False,
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        self.package_id._close_view()
        self._log_lines(
            {
                "referral": self.env._("Referral %s was rejected."),
                "assignment": self.env._("Assignment %s was rejected."),
                "transfer": self.env._("Transfer %s was rejected."),
                "transfer_request": self.env._("Transfer request %s was refused."),
            }
        )
        self._clear_activities()
        self._tell_senders()
        return True

    def _finish(self, outcome, feedback, done_on=None):
        self._lock_in("accepted")
        if outcome not in dict(self._fields["outcome"].selection):
            raise UserError(self.env._("Say whether the service was given."))
        if not (feedback or "").strip():
            raise UserError(self.env._("Write what was done, for the case manager."))
        done_on = fields.Date.to_date(done_on) or fields.Date.context_today(self)
        if done_on > fields.Date.context_today(self):
            raise UserError(self.env._("The date cannot be in the future."))
        self._unprotected().write(
            {
                "state": "failed" if outcome == "not_given" else "done",
                "outcome": outcome,
                "feedback": feedback.strip(),
                "done_on": done_on,
            }
        )
        if outcome == "given":
            for referral in self.filtered(
                lambda ref: (
                    ref.action_id.state in ("planned", "in_progress")
                    and ref.action_id._may_run()
                )
            ):
                referral.action_id.action_done(referral.feedback)
        self.package_id._keep_view_for_days()
        self._log_lines(
            {
                "referral": self.env._("Referral %s is done."),
                "assignment": self.env._("Assignment %s is done."),
                "transfer": self.env._("Transfer %s is done."),
                "transfer_request": self.env._("Transfer request %s is done."),
            }
        )
        self._tell_senders()
        return True

    @step(
        frm=OPEN_STATES,
        to=("revoked",),
        allowed="_check_sender",
        asks={"reason": Ask("revoke_reason", keep=False)},
        title=_lt("Take back"),
    )
    def action_revoke(self, reason):
        """Take back what was sent or accepted, with a reason. For the sender's side.

        The receiver's view stays for the days the company sets, for leaving in order;
        it closes at once where consent was withdrawn.
        """
        return self._revoke(reason, at_once=False)

    @step(
        frm="accepted",
        allowed="_check_sender",
        check="_missing_to_keep",
        asks={"until": "kept_until"},
        title=_lt("Keep until"),
    )
    def action_keep_until(self, until):
        """Let a service go on until a day although the case is closed (R22). For the
        sender's side; the receiver's view ends with that day.

        :param until: last day, within a year
        """
        today = fields.Date.context_today(self)
        if not today <= until <= today + timedelta(days=KEEP_AT_MOST):
            raise UserError(self.env._("Choose a day within the next year."))
        self._limit_views()

    def _missing_to_keep(self):
        if self.referral_type != "referral":
            return [self.env._("Only a service goes on after a case closed.")]
        return []

    def _revoke(self, reason, at_once=True):
        if not self:
            return True
        self._unprotected().write(
            {
                "state": "revoked",
                "revoked_on": fields.Datetime.now(),
                "revoked_by_id": self.env.uid,
                "revoke_reason": reason,
            }
        )
        if at_once:
            self.package_id._close_view()
        else:
            self.package_id._keep_view_for_days()
        self._log_lines(
            {
                "referral": self.env._("Referral %s was revoked."),
                "assignment": self.env._("Assignment %s was revoked."),
                "transfer": self.env._("Transfer %s was revoked."),
                "transfer_request": self.env._("Transfer request %s was dropped."),
            }
        )
        self._clear_activities()
        return True

    def _missing_to_review(self):
        if not self.review_due:
            return [self.env._("There is nothing to review here.")]
        if self.override_by_id == self.env.user:
            return [self.env._("You sent this one: another supervisor reviews it.")]
        return []

    @step(
        group="child_remediation.group_supervisor",
        allowed="_check_sender",
        stamp="reviewed",
        check="_missing_to_review",
        asks={"note": "review_note"},
        title=_lt("Review"),
    )
    def action_review(self, note):
        """Record the review of an emergency or override sending (R6).

        For supervisors and coordinators who did not send it.
        """

    # Transfer requests

    def action_grant_request(self):
        """Answer a transfer request with yes: prepares the transfer and returns it.

        For the case's holder or supervisor. The transfer is still sent through the
        consent gate.
        """
        self.ensure_one()
        self._check_sender()
        if self.referral_type != "transfer_request":
            raise UserError(self.env._("This is not a transfer request."))
        self._accept()
        transfer = self._unprotected().copy({"referral_type": "transfer"})
        transfer._unprotected().write({"request_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": transfer.id,
            "views": [(False, "form")],
        }

    def action_refuse_request(self):
        """Answer a transfer request with no. For the case's holder or supervisor."""
        self._check_sender()
        if self.filtered(lambda ref: ref.referral_type != "transfer_request"):
            raise UserError(self.env._("This is not a transfer request."))
        return self._reject("not_the_holder")

    def _tell_senders(self):
        codes = {}
        # sudo: the receiver who answers does not read the sender's user.
        for referral in self.sudo():
            user = referral.user_id or referral.team_id.supervisor_id
            if user:
                codes.setdefault(user, []).append(referral.name)
        self.env["referral.mail"]._send_codes(
            "case_referral.mail_body_referral_answered", codes, "/my/remediation"
        )

    # Time and consent

    @api.model
    def _cron_follow_up(self):
        """Mark late answers, end unanswered sendings, close receivers' views."""
        now = fields.Datetime.now()
        late = self.search(
            [
                ("state", "=", "sent"),
                ("answer_by", "<", now),
                ("answer_late", "=", False),
            ]
        )
        late._unprotected().write({"answer_late": True})
        late._tell_senders()
        over = self.search(
            [
                ("state", "=", "sent"),
                ("answer_by", "<", now - EXPIRE_AFTER),
                ("basis", "!=", "emergency"),
            ]
        )
        over._unprotected().write({"state": "expired"})
        over.package_id._close_view()
        over._clear_activities()
        self.search(
            [
                ("state", "in", OPEN_STATES),
                ("kept_until", "<", fields.Date.context_today(self)),
            ]
        )._revoke(self.env._("The day decided when the case was closed is over."))
        self.env["remediation.referral.package"]._close_overdue_views()
        self._end_expired_consents()

    @api.model
    def _end_expired_consents(self):
        """Let receivers finish for some days after a consent expired (R7)."""
        live = self.search(
            [
                ("state", "in", OPEN_STATES),
                ("referral_type", "in", ("referral", "transfer")),
                ("basis", "=", "consent"),
            ]
        )
        live._limit_views()

    def _limit_views(self):
        """Set until when the receivers of open referrals look: as long as the consents
        last and some days more (R7); a renewed consent opens the end again."""
        lacking = self._without_consent()
        for referral in self - lacking:
            if referral.package_id.visible_until != referral.kept_until:
                referral.package_id._limit(referral.kept_until)
        for referral in lacking:
            until = referral.case_id._disclosure_finish_by(referral.to_organisation_id)
            if until and referral.kept_until:
                until = min(until, referral.kept_until)
            package = referral.package_id
            if not until or until < fields.Date.context_today(self):
                package._close_view()
            elif not package.visible_until or package.visible_until > until:
                package._limit(until)

    @api.model
    def _recheck_consent(self, cases):
        """Consent changed: close at once whatever it no longer covers (R7)."""
        live = self.search(
            [
                ("case_id", "in", cases.ids),
                ("state", "in", OPEN_STATES),
                ("basis", "=", "consent"),
            ]
        )
        lacking = live._without_consent()
        if lacking:
            lacking._revoke(self.env._("There is no consent any more."))
            lacking._alert_supervisors()
        return lacking

    def _alert_supervisors(self):
        codes = {}
        for referral in self:
            user = referral.team_id.supervisor_id
            if user:
                codes.setdefault(user, []).append(referral.name)
        self.env["referral.mail"]._send_codes(
            "case_referral.mail_body_consent_withdrawn", codes, "/odoo"
        )
