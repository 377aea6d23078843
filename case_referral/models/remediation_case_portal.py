import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools import pictures
from odoo.addons.remediation_base.tools.answers import (
    NotUnderstoodError,
    read_answer,
    read_choice,
)

from ..forms import ASSESSMENT, DELIVERY, PLAN, URGENT, VISIT
from ..forms.plan import ACTION

FILE_MAX_BYTES = 5 * 1024 * 1024
TEXT_MAX = 8000
#: More actions than any family can follow, and few enough for one page.
ACTIONS_MAX = 100
CONSENT_PURPOSES = (
    "services",
    "share_with_org",
    "share_with_authority",
    "reporting",
    "photo",
    "cash_data",
    "school_contact",
)


# A file of its own: everything that changes a case from the portal stands together.
# pylint: disable=consider-merging-classes-inherited
class RemediationCasePortal(models.Model):
    """What a case manager does on the portal, one named method for each change.

    Every method: checks as the user that he holds the case today, takes a whitelist of
    values, acts with sudo() and the user's own id. Portal users have no write right on
    any model.
    """

    _inherit = "remediation.case"

    # Checks

    def _portal_held(self):
        """Return this case with sudo() after checking that the user holds it now.

        Missing, foreign and former cases answer alike (AccessError).
        """
        user = self.env.user
        if len(self) != 1 or not user.has_group(
            "child_remediation.group_portal_case_manager"
        ):
            raise AccessError(self.env._("This case is not yours, or not any more."))
        found = self.search([("id", "=", self.id), ("user_id", "=", user.id)])
        if not found:
            raise AccessError(self.env._("This case is not yours, or not any more."))
        # sudo: portal users have read rights only; whoever holds the case writes in it
        # through the named method that called this check.
        return found.sudo()

    @api.model
    def _clean_text(self, values, name, size=TEXT_MAX):
        text = values.get(name)
        if text in (None, False):
            return False
        if not isinstance(text, str):
            raise UserError(self.env._("Write the answer as text."))
        if len(text) > size:
            raise UserError(
                self.env._("Shorten the text to %(size)s characters.", size=size)
            )
        return text.strip() or False

    @api.model
    def _clean_choice(self, model, values, name):
        field = self.env[model]._fields[name]
        try:
            return read_choice(self.env, field, values.get(name)) or False
        except NotUnderstoodError as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is none of the answers to %(question)s.",
                    value=str(values.get(name))[:80],
                    question=field._description_string(self.env),
                )
            ) from error

    @api.model
    def _clean_date(self, values, name):
        try:
            return fields.Date.to_date(values.get(name) or False) or False
        except ValueError as error:
            raise UserError(
                self.env._("Enter the date as day, month, year.")
            ) from error

    @api.model
    def _clean_number(self, values, name, low, high, kind=int):
        value = values.get(name)
        if value in (None, "", False):
            return 0
        try:
            value = kind(str(value).replace(",", "."))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise UserError(
                self.env._(
                    "Enter a number between %(low)s and %(high)s.", low=low, high=high
                )
            )
        return value

    @api.model
    def _clean_answer(self, values, name, label=None):
        """``"yes"``, ``"no"``, ``"unknown"``, or False where nobody answered (R58)."""
        try:
            return read_answer(values.get(name) or None) or False
        except NotUnderstoodError as error:
            raise UserError(
                self.env._(
                    "%(question)s: answer yes or no, not “%(value)s”.",
                    question=label or name,
                    value=str(values.get(name))[:80],
                )
            ) from error

    @api.model
    def _clean_flag(self, values, name):
        """Whether a box was ticked; what is neither a yes nor a no is refused."""
        return self._clean_answer(values, name) == "yes"

    @api.model
    def _clean_values(self, values):
        if not isinstance(values, dict):
            raise UserError(self.env._("Reload the page and try again."))
        return values

    def _portal_member(self, values, name):
        """Return the id of a member of this case's own household, or False."""
        try:
            wanted = int(values.get(name) or 0)
        except (TypeError, ValueError):
            wanted = -1
        if not wanted:
            return False
        if wanted not in self.household_id.member_ids.ids:
            raise UserError(self.env._("Choose somebody of this family."))
        return wanted

    # Facts

    def portal_first_contact(self, day=None):
        """Record the first contact with the child. For the holder."""
        case = self._portal_held()
        case.action_record_first_contact(self._clean_date({"day": day}, "day"))
        return True

    def portal_add_consent(self, values):
        """Record consents given at once for several purposes. For the holder.

        ``values``: purposes (list), answer, subject, given_by_member_id,
        second_member_id, authority, authority_reference, assent, how, witness,
        limits_explained, data_set, valid_until, withhold (list of item keys),
        signature or photo (base64 image or PDF; one is required when written or by
        thumbprint and the answer is yes). Returns the new ids. Whether each counts says
        its ``standing`` (R57); the supervisor is told of one that does not.
        """
        case = self._portal_held()
        values = self._clean_values(values)
        purposes = values.get("purposes") or []
        if (
            not isinstance(purposes, (list, tuple))
            or not purposes
            or set(purposes) - set(CONSENT_PURPOSES)
        ):
            raise UserError(self.env._("Choose what the consent is for."))
        vals = {
            name: self._clean_choice("remediation.consent", values, name)
            for name in (
                "answer",
                "subject",
                "authority",
                "assent",
                "how",
                "data_set",
            )
            if values.get(name)
        }
        vals.update(
            given_by_member_id=case._portal_member(values, "given_by_member_id"),
            second_member_id=case._portal_member(values, "second_member_id"),
            authority_reference=self._clean_text(values, "authority_reference", 120),
            witness=self._clean_text(values, "witness", 120),
            limits_explained=self._clean_flag(values, "limits_explained"),
            valid_until=self._clean_date(values, "valid_until"),
        )
        withheld = values.get("withhold") or []
        if withheld:
            items = self.env["remediation.disclosure.item"].sudo()  # sudo: master data
            items = items.search([("key", "in", list(withheld))])
            vals["withhold_item_ids"] = [fields.Command.set(items.ids)]
        proof = values.get("signature") or values.get("photo")
        if (
            not proof
            and vals.get("answer", "yes") == "yes"
            and vals.get("how", "written") in ("written", "thumbprint")
        ):
            raise UserError(
                self.env._(
                    "Let the person sign on the screen, or photograph the paper."
                )
            )
        if vals.get("how") == "thumbprint" and not vals.get("witness"):
            raise UserError(self.env._("Name the witness of the thumbprint."))
        consents = self.env["remediation.consent"].sudo()  # sudo: checked above
        consents = consents.create(
            [dict(vals, case_id=case.id, purpose=purpose) for purpose in purposes]
        )
        if proof:
            case._portal_attach(proof, consents[0])
        return consents.ids

    def portal_second_caregiver(self, consent_id, member_id):
        """Add the second caregiver to a consent that one alone does not give (R57).

        For the holder.
        """
        case = self._portal_held()
        consent = case.consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        member = case._portal_member({"second": member_id}, "second")
        if not member or member == consent.given_by_member_id.id:
            raise UserError(self.env._("Choose another caregiver of this family."))
        problem = consent._giver_problem(
            consent.second_member_id.browse(member), consent.given_on
        )
        if problem:
            raise UserError(problem)
        consent.write({"second_member_id": member})
        return True

    def portal_confirm_consent(self, consent_id):
        """Confirm that a consent by who gains by the child's work serves the child.

        For a vetted partner supervisor who covers the case, not for who recorded it
        (R57).
        """
        self.ensure_one()
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_supervisor"):
            raise AccessError(self.env._("Only a partner's supervisor confirms."))
        self.check_access("read")
        if self.organisation_id not in user.remediation_organisation_ids:
            raise AccessError(
                self.env._("This case is not one of your organisation's.")
            )
        # sudo: portal users have no write right; the checks above are the right used.
        consent = self.sudo().consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        return consent._confirm()

    def portal_withdraw_consent(self, consent_id, reason=None):
        """Withdraw a consent of this case (R7). For the holder."""
        case = self._portal_held()
        consent = case.consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        consent.action_withdraw(self._clean_text({"reason": reason}, "reason", 500))
        return True

    def portal_save_assessment(self, values, submit=False):
        """Keep the assessment as a draft, or submit it for approval. For the holder.

        ``values``: as the form ``ASSESSMENT`` asks, with ``scores`` (dict of domain →
        1 to 4) and ``question-<name>`` for each question of the programme. R17
        decides what is missing (UserError). Returns the assessment's id.
        """
        case = self._portal_held()
        vals = {
            name: value
            for name, value in ASSESSMENT.take(self.env, values, case).items()
            # What the model needs and nobody answered keeps its own value.
            if value or name not in ("assessment_type", "done_on")
        }
        scores = values.get("scores") or {}
        Score = self.env["remediation.assessment.score"]
        domains = dict(Score._fields["domain"].selection)
        grades = dict(Score._fields["score"].selection)
        if not isinstance(scores, dict) or any(
            domain not in domains or (grade and grade not in grades)
            for domain, grade in scores.items()
        ):
            raise UserError(self.env._("Choose one of the answers offered."))
        case.lock_for_update()
        assessment = case.assessment_ids.filtered(lambda rec: rec.state == "draft")[:1]
        if assessment:
            assessment.write(vals)
        else:
            # sudo: _portal_held checked that the user holds the case.
            assessment = (
                self.env["remediation.assessment"]
                .sudo()
                .create(dict(vals, case_id=case.id))
            )
        lines = {line.domain: line for line in assessment.score_ids}
        missing = []
        for domain, grade in scores.items():
            if domain in lines:
                lines[domain].score = grade or False
            elif grade:
                missing.append(
                    {
                        "assessment_id": assessment.id,
                        "case_id": case.id,
                        "domain": domain,
                        "score": grade,
                    }
                )
        Score.sudo().create(missing)  # sudo: as above
        answers = case._clean_answers("assessment", dict(values))
        if answers:
            # sudo: as above; the field is for the back office and this method.
            kept = assessment.sudo()
            kept.properties = {**dict(kept.properties), **answers}
        if submit:
            assessment.action_submit()
        return assessment.id

    def portal_save_plan(self, values, submit=False):
        """Keep the plan as a draft, or submit it for approval. For the holder.

        ``values``: as the form ``PLAN`` asks, with ``actions``, a list of dicts as
        ``ACTION`` asks; one with the ``id`` of a planned action of the draft changes
        it, or takes it off where ``domain`` is empty. R17, R20 decide what is missing
        (UserError). Returns the plan's id.
        """
        case = self._portal_held()
        vals = PLAN.take(self.env, values, case)
        actions = values.get("actions") or []
        if not isinstance(actions, list) or len(actions) > ACTIONS_MAX:
            raise UserError(
                self.env._("Enter %(count)s actions at most.", count=ACTIONS_MAX)
            )
        proof = values.get("signature") or values.get("photo")
        case.lock_for_update()
        plan = case.plan_ids.filtered(lambda rec: rec.state == "draft")[:1]
        if plan:
            plan.write(vals)
        else:
            # sudo: _portal_held checked that the user holds the case.
            if not any(vals.values()) and actions:
                vals["action_ids"] = [
                    fields.Command.create(self._clean_action(actions.pop(0)))
                ]
            plan = (
                self.env["remediation.plan"].sudo().create(dict(vals, case_id=case.id))
            )
        self._portal_save_actions(case, plan, actions)
        if proof:
            case._portal_attach(proof, plan)
        if submit:
            plan.action_submit()
        return plan.id

    @api.model
    def _clean_action(self, values, form=ACTION):
        vals = form.take(self.env, values)
        service = self.env["remediation.service.type"].sudo()  # sudo: master data
        service = service.browse(vals.get("service_type_id") or 0)
        if service and service.domain != vals["domain"]:
            raise UserError(self.env._("Choose a service of that kind of help."))
        return vals

    def _portal_save_actions(self, case, plan, rows):
        """Add the new rows to a draft plan, change those it has (by ``id``), and take
        off those that were emptied."""
        own = {
            action.id: action for action in plan.action_ids if action.state == "planned"
        }
        new = []
        for row in rows:
            known = own.get(self._clean_number(row, "id", 0, 2**31))
            if known and not row.get("domain"):
                known.action_cancel(None)
            elif known:
                known.write(self._clean_action(row))
            else:
                new.append(
                    dict(self._clean_action(row), plan_id=plan.id, case_id=case.id)
                )
        # sudo: _portal_held checked that the user holds the case.
        self.env["remediation.plan.action"].sudo().create(new)

    def portal_add_urgent_action(self, values):
        """Record urgent help before assessment and plan (R19). For the holder."""
        case = self._portal_held()
        vals = self._clean_action(values, URGENT)
        vals["is_urgent"] = True
        open_plan = case.plan_ids.filtered(
            lambda plan: plan.state in ("draft", "active")
        )[:1]
        if open_plan:
            vals["plan_id"] = open_plan.id
        # sudo: _portal_held checked that the user holds the case.
        action = (
            self.env["remediation.plan.action"]
            .sudo()
            .create(dict(vals, case_id=case.id))
        )
        action.action_start()
        return action.id

    def portal_action_result(self, action_id, result, note=None):
        """Record how an action of the plan went: start, done, not_available, refused.

        For the holder.
        """
        case = self._portal_held()
        action = case.plan_action_ids.filtered(lambda rec: rec.id == action_id)
        if not action:
            raise UserError(self.env._("Choose an action of this case."))
        note = self._clean_text({"note": note}, "note", 500)
        if result in ("not_available", "refused") and not note:
            raise UserError(self.env._("Say why it did not work out."))
        if result == "start":
            action.action_start()
        elif result == "done":
            action.action_done(note)
        elif result == "not_available":
            action.action_not_available(note)
        elif result == "refused":
            action.action_refuse(note)
        else:
            raise UserError(self.env._("Choose one of the answers offered."))
        return True

    def portal_add_visit(self, values):
        """Record a visit that took place. For the holder.

        ``values``: as the form ``VISIT`` asks, and ``question-<name>`` for each
        question of the programme. Where the child was seen it finishes
        the planned visit it answers (R60). Returns the visit's id.
        """
        case = self._portal_held()
        vals = VISIT.take(self.env, values, case)
        answers = case._clean_answers("visit", dict(values))
        if answers:
            vals["properties"] = answers
        vals["date_done"] = vals.get("date_done") or case._day()
        # sudo: _portal_held checked that the user holds the case.
        return self.env["remediation.visit"].sudo()._record(case, vals).id

    def portal_add_delivery(self, values):
        """Record what was given for an action of the plan. For the holder.

        ``values``: as the form ``DELIVERY`` asks. Costs are entered in the back office.
        Returns the new id.
        """
        case = self._portal_held()
        vals = {
            name: value
            for name, value in DELIVERY.take(self.env, values, case).items()
            if value
        }
        # sudo: _portal_held checked that the user holds the case.
        delivery = self.env["remediation.service.delivery"].sudo().create(vals)
        if values.get("photo"):
            case._portal_attach(values["photo"], delivery)
        return delivery.id

    def portal_add_note(self, values):
        """Write a note in the file. For the holder. ``values``: kind, subject, text."""
        case = self._portal_held()
        values = self._clean_values(values)
        text = self._clean_text(values, "text")
        if not text:
            raise UserError(self.env._("Write the note."))
        # sudo: _portal_held checked that the user holds the case.
        note = (
            self.env["remediation.note"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "kind": self._clean_choice("remediation.note", values, "kind")
                    or "note",
                    "subject": self._clean_text(values, "subject", 120),
                    "text": text,
                }
            )
        )
        return note.id

    def portal_add_document(self, content):
        """Add a photo or a PDF (base64) to the case's papers. For the holder.

        Photos are drawn anew without metadata and get a neutral name (R30). Other
        kinds of file, or more than 5 MB, are refused (UserError).
        """
        case = self._portal_held()
        return case._portal_attach(content, case).id

    # Referring

    def portal_refer(self, values):
        """Refer the child to a service and send it. For the holder.

        ``values``: to_organisation_id, service_type_id, action_id, data_set, urgency,
        message, reason; for an emergency without consent (R6a) also emergency_kind,
        override_reason and legal_basis. Returns the referral's code.
        """
        case = self._portal_held()
        values = self._clean_values(values)
        service_id = self._clean_number(values, "service_type_id", 0, 2**31)
        partner_id = self._clean_number(values, "to_organisation_id", 0, 2**31)
        # sudo: master data and the accredited partners of this company only.
        service = (
            self.env["remediation.service.type"]
            .sudo()
            .search([("id", "=", service_id)])
        )
        if not service:
            raise UserError(self.env._("Choose the service asked for."))
        allowed = self.env["referral.matching"]._live_accreditations(
            case.company_id, ("service", "both"), service
        )
        if partner_id not in allowed.partner_id.ids:
            raise UserError(self.env._("Choose one of the partners offered."))
        action_id = self._clean_number(values, "action_id", 0, 2**31)
        if action_id and action_id not in case.plan_action_ids.ids:
            raise UserError(self.env._("Choose an action of this child's own plan."))
        vals = {
            "case_id": case.id,
            "referral_type": "referral",
            "to_organisation_id": partner_id,
            "service_type_id": service.id,
            "action_id": action_id or False,
            "reason": self._clean_text(values, "reason", 2000),
            "message": self._clean_text(values, "message", 1000),
        }
        for name in ("data_set", "urgency"):
            choice = self._clean_choice("remediation.referral", values, name)
            if choice:
                vals[name] = choice
        # sudo: _portal_held checked that the user holds the case.
        referral = self.env["remediation.referral"].sudo().create(vals)
        if values.get("emergency_kind"):
            referral._send_emergency(
                values["emergency_kind"],
                self._clean_text(values, "override_reason", 2000),
                self._clean_text(values, "legal_basis", 300),
            )
        else:
            referral.action_send()
        return referral.name

    def portal_revoke(self, referral_id, reason):
        """Take back a referral of this case. For the holder."""
        case = self._portal_held()
        referral = case.referral_ids.filtered(lambda rec: rec.id == referral_id)
        if not referral:
            raise UserError(self.env._("Choose a referral of this case."))
        referral.action_revoke(self._clean_text({"reason": reason}, "reason", 500))
        return True

    @api.model
    def portal_request_transfer(self, code, reason):
        """Ask the holder of a case for its transfer to the user.

        For portal case managers. The answer is the same whether such a case exists or
        not, so that nobody learns of one by asking. Returns True.
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_case_manager"):
            raise AccessError(self.env._("Only case managers ask for a transfer."))
        reason = self._clean_text({"reason": reason}, "reason", 1000)
        if not reason:
            raise UserError(self.env._("Write why the case should come to you."))
        # sudo: the case is not the user's; nothing of it is returned.
        manager = (
            self.env["remediation.case.manager"]
            .sudo()
            .search([("user_id", "=", user.id)])
        )
        case = self.sudo().search(
            [
                ("name", "=", str(code or "").strip().upper()),
                ("company_id", "=", manager.company_id.id),
                ("stage", "!=", "closed"),
                ("case_manager_id", "!=", manager.id),
            ]
        )
        if manager and case:
            Referral = self.env["remediation.referral"].sudo()  # sudo: as above
            if not Referral.search(
                [
                    ("case_id", "=", case.id),
                    ("to_case_manager_id", "=", manager.id),
                    ("referral_type", "=", "transfer_request"),
                    ("state", "=", "sent"),
                ]
            ):
                Referral.create(
                    {
                        "case_id": case.id,
                        "referral_type": "transfer_request",
                        "to_case_manager_id": manager.id,
                        "data_set": "minimum",
                        "reason": reason,
                    }
                )._send({}, emergency=True)
        return True

    # Due now

    @api.model
    def portal_due(self, limit=20):
        """Return what is due for the user within a week, the latest first to act on.

        For portal case managers: dicts of case, kind (words), due, late.
        """
        now = fields.Datetime.now()
        Deadline = self.env["remediation.deadline"]
        deadlines = Deadline.search(
            [
                ("user_id", "=", self.env.uid),
                ("done_on", "=", False),
                ("date_due", "<=", now + timedelta(days=7)),
            ],
            order="date_due, id",
            limit=max(1, min(int(limit), 100)),
        )
        kinds = dict(Deadline._fields["kind"]._description_selection(self.env))
        return [
            {
                "case": deadline.case_id.name,
                "kind": kinds.get(deadline.kind, deadline.kind),
                "due": deadline.date_due,
                "late": deadline.date_due < now,
            }
            for deadline in deadlines
        ]

    # Page of a case

    def _portal_page(self):
        """Return what the page of one case shows, for whoever may read it.

        What is due and the family come with one statement each, under the user's own
        rules.
        """
        self.ensure_one()
        own = self.user_id == self.env.user
        shows = self._disclosure_shows(self.env.user.partner_id)
        return {
            "case": self,
            "child": self.beneficiary_id,
            "own": own,
            "shows": shows,
            "due": self.env["remediation.deadline"].search_fetch(
                [("case_id", "=", self.id), ("done_on", "=", False)]
            ),
            "family": self.env["remediation.household.member"].search_fetch(
                [("household_id", "in", self.household_id.ids)]
            ),
            "files": self.portal_files() if shows("ir.attachment", "raw") else [],
            "colleagues": [] if own else self._portal_colleagues(),
        }

    def portal_viewed(self):
        """Note that the user opened these cases on the portal (R29).

        For whoever may read them. Writes one line of the access log per case.
        """
        self.check_access("read")
        self.env["remediation.access.log"]._log(self)
        return True

    # Files

    def portal_files(self):
        """Return the papers of a case the user may read, newest first.

        For the holder and the vetted partner supervisor. Dicts of id, name, date.
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: portal users read no attachments; access to the case was checked and
        # only names made by us and dates come back.
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                self._portal_file_domain(),
                ["name", "create_date"],
                order="id desc",
                limit=50,
            )
        )
        return [
            {"id": file.id, "name": file.name, "date": file.create_date}
            for file in attachments
        ]

    def _portal_file_domain(self):
        case = self.sudo()
        owners = (
            fields.Domain("res_model", "=", "remediation.case")
            & fields.Domain("res_id", "in", case.ids)
            | fields.Domain("res_model", "=", "remediation.consent")
            & fields.Domain("res_id", "in", case.consent_ids.ids)
            | fields.Domain("res_model", "=", "remediation.plan")
            & fields.Domain("res_id", "in", case.plan_ids.ids)
            | fields.Domain("res_model", "=", "remediation.service.delivery")
            & fields.Domain(
                "res_id",
                "in",
                self.env["remediation.service.delivery"]
                .sudo()  # sudo: ids only, of a case that was checked
                ._search([("case_id", "in", case.ids)]),
            )
        )
        return owners & fields.Domain("res_field", "=", False)

    @api.model
    def portal_read_file(self, file_id):
        """Return one paper's facts and bytes, for a case the user may read today.

        Missing, foreign and former alike are an AccessError.
        """
        # sudo: portal users read no attachments; the case is found from the paper and
        # its access is checked as the user before anything is returned.
        attachment = self.env["ir.attachment"].sudo().browse(file_id).exists()
        case = self.browse()
        owner = False
        if attachment.res_model in (
            "remediation.case",
            "remediation.consent",
            "remediation.plan",
            "remediation.service.delivery",
        ):
            owner = (
                self.env[attachment.res_model].sudo().browse(attachment.res_id).exists()
            )
        if owner and not attachment.res_field:
            case = owner if owner._name == "remediation.case" else owner.case_id
        found = self.search([("id", "in", case.ids)])
        if not found:
            raise AccessError(self.env._("This paper is not open to you."))
        self.env["remediation.access.log"]._log(
            self.env[attachment.res_model].browse(attachment.res_id), "download"
        )
        return (
            {"name": attachment.name, "mimetype": attachment.mimetype},
            attachment.raw,
        )

    def _portal_attach(self, content, record):
        """Keep a cleaned file on ``record`` under a neutral name (R30)."""
        self.ensure_one()
        data, mimetype, extension = self._clean_file(content)
        # sudo: portal users have no create right on attachments; callers checked that
        # the user holds the case.
        Attachment = self.env["ir.attachment"].sudo()
        number = Attachment.search_count(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
        return Attachment.create(
            {
                "name": f"{self.name}-{number + 1}.{extension}",
                "res_model": record._name,
                "res_id": record.id,
                "raw": data,
                "mimetype": mimetype,
            }
        )

    @api.model
    def _clean_file(self, content):
        if isinstance(content, str):
            content = content.partition("base64,")[2] or content
            content = content.encode()
        if not isinstance(content, bytes):
            raise UserError(self.env._("Choose a photo or a PDF."))
        if len(content) > FILE_MAX_BYTES * 4 // 3 + 8:
            raise UserError(self.env._("The file is too large: 5 MB at most."))
        try:
            data = base64.b64decode(content, validate=True)
        except ValueError as error:
            raise UserError(self.env._("Choose a photo or a PDF.")) from error
        if len(data) > FILE_MAX_BYTES:
            raise UserError(self.env._("The file is too large: 5 MB at most."))
        if data.startswith(b"%PDF-"):
            return data, "application/pdf", "pdf"
        try:
            return pictures.photo(data, 1600), "image/jpeg", "jpg"
        except pictures.PictureError as error:
            self._refuse_undrawn(data)
            raise UserError(self.env._("Choose a photo or a PDF.")) from error

    @api.model
    def _refuse_undrawn(self, data):
        """Say what to do with a photo of a telephone that cannot be drawn here."""
        if pictures.is_heif(data):
            raise UserError(
                self.env._(
                    "This HEIC photo is too large or damaged: set the camera to “Most "
                    "Compatible”, or send a screenshot of it."
                )
            )
