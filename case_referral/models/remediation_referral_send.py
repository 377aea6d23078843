from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)

ANSWER_HOURS = {"1h": 1, "3h": 3, "1d": 24, "3d": 72, "7d": 168}

REVIEW_WITHIN = timedelta(hours=24)


class RemediationReferral(models.Model):
    """Sending a referral: what it needs, with and without consent, and who is told."""

    _inherit = "remediation.referral"

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
        title=_lt("Send as an Emergency"),
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
        title=_lt("Send without Consent"),
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
        self._note_overrides()
        self._after_send()
        return True

    def _note_overrides(self):
        """What was sent without consent stands in the list of overrides (R6)."""
        for basis, kind in (("emergency", "emergency"), ("override", "no_consent")):
            self.env["remediation.override"]._note(
                kind,
                self.filtered(lambda referral, basis=basis: referral.basis == basis),
                lambda referral: referral.override_reason,
                lambda referral: referral.to_organisation_id,
                link="referral_id",
            )

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
        self.env["remediation.notice"]._plan(values)

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
