from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from . import forms
from .main import PAGE, RemediationPortal, same_answer
from .words import state_words

SECTIONS = {
    "contact": forms.contact,
    "consent": forms.consent,
    "assessment": forms.assessment,
    "plan": forms.plan,
    "visit": forms.visit,
    "note": forms.note,
    "document": forms.document,
    "delivery": forms.delivery,
    "urgent": forms.urgent,
    "refer": forms.refer,
    "emergency": forms.emergency,
}


class RemediationCaseController(RemediationPortal):
    """Pages of the case manager and of the vetted partner supervisor."""

    def _case(self, code):
        self._need("case_manager", "supervisor")
        case = self._find("remediation.case", code)
        request.env["remediation.case"].browse(case.id).portal_viewed()
        return case

    def _own_case(self, code):
        case = self._case(code)
        if case.user_id != request.env.user:
            raise AccessError(request.env._("This page is not open to you."))
        return case

    @http.route("/my/remediation/cases", type="http", auth="user", readonly=False)
    @same_answer
    def cases(self, page=1, **kwargs):
        """List the cases the user holds, or covers as a vetted supervisor."""
        self._need("case_manager", "supervisor")
        if self._two_factor_missing():
            return self._render("case_referral.portal_two_factor")
        page = int(page) if str(page).isdigit() and int(page) > 0 else 1
        Case = request.env["remediation.case"]
        domain = [("stage", "!=", "closed")]
        cases = Case.search(
            domain, order="next_due, id desc", limit=PAGE + 1, offset=(page - 1) * PAGE
        )
        return self._render(
            "case_referral.portal_cases",
            {"cases": cases[:PAGE], "page": page, "more": len(cases) > PAGE},
        )

    @http.route(
        "/my/remediation/case/<string:code>", type="http", auth="user", readonly=False
    )
    @same_answer
    def case(self, code, ok=None, **kwargs):
        """Show one case with its facts."""
        case = self._case(code)
        if self._two_factor_missing():
            return self._render("case_referral.portal_two_factor")
        return self._render(
            "case_referral.portal_case",
            {**case._portal_page(), "ok": ok, "states": state_words(request.env)},
        )

    @http.route(
        "/my/remediation/case/<string:code>/<string:section>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def section(self, code, section, **kwargs):
        """Show and take one form of a case."""
        if section not in SECTIONS:
            return self._not_found()
        case = self._own_case(code)
        values, error = {}, None
        if request.httprequest.method == "POST":
            values = self._posted()
            if section not in ("refer", "emergency") or values.get(
                "to_organisation_id"
            ):
                error = self._attempt(
                    lambda: getattr(self, f"_take_{section}")(case, values)
                )
                if not error:
                    return self._done(f"/my/remediation/case/{case.name}")
        else:
            values = self._prefill(case, section)
        if section in ("refer", "emergency"):
            chosen = values.get("service_type_id")
            service = request.env["remediation.service.type"].search(
                [("id", "=", int(chosen) if str(chosen or "").isdigit() else 0)]
            )
            fields = SECTIONS[section](case, service)
        else:
            fields = SECTIONS[section](case)
        return self._render(
            "case_referral.portal_section",
            {
                "case": case,
                "section": section,
                "title": self._title(section),
                "fields": fields,
                "values": values,
                "error": error,
                "drafts": section in ("assessment", "plan"),
            },
        )

    def _title(self, section):
        _ = request.env._
        return {
            "contact": _("First contact"),
            "consent": _("Consent"),
            "assessment": _("Assessment"),
            "plan": _("Plan"),
            "visit": _("Visit"),
            "note": _("Note"),
            "document": _("Photo or paper"),
            "delivery": _("Delivery"),
            "urgent": _("Urgent help"),
            "refer": _("Refer"),
            "emergency": _("Emergency: refer without consent"),
        }[section]

    def _prefill(self, case, section):
        """Return what is known already, so that nobody types it twice."""
        if section == "assessment":
            draft = case.assessment_ids.filtered(lambda rec: rec.state == "draft")[:1]
            known = draft or case.assessment_ids[:1]
            values = {
                name: known[name] or ""
                for name in (
                    "present",
                    "child_wishes",
                    "caregiver_view",
                    "strengths",
                    "summary",
                    "assessment_type",
                    "child_not_heard_reason",
                    "urgent_action",
                )
            }
            values.update(
                {f"score-{line.domain}": line.score for line in known.score_ids}
            )
            if not draft:
                values["child_wishes"] = ""
                values["assessment_type"] = "review" if known else "initial"
            return values
        if section == "plan":
            draft = case.plan_ids.filtered(lambda rec: rec.state == "draft")[:1]
            values = {
                name: draft[name] or ""
                for name in (
                    "goal",
                    "income_replacement",
                    "income_replacement_reason",
                    "caregiver_not_agreed_reason",
                    "child_assent",
                    "child_not_heard_reason",
                )
            }
            for name in ("target_date", "caregiver_agreed_on", "child_assent_on"):
                values[name] = str(draft[name]) if draft[name] else ""
            values["caregiver_member_id"] = draft.caregiver_member_id.id or ""
            return values
        return {}

    # One method for each form: from posted values to the named method

    def _take_contact(self, case, values):
        case.portal_first_contact(values.get("day"))

    def _take_consent(self, case, values):
        case.portal_add_consent(values)

    def _take_assessment(self, case, values):
        scores = {
            name[6:]: values.pop(name) for name in list(values) if name[:6] == "score-"
        }
        submit = values.pop("submit", None) == "1"
        case.portal_save_assessment(dict(values, scores=scores), submit=submit)

    def _take_plan(self, case, values):
        rows = {}
        for name in list(values):
            if name.startswith("action-") and name.count("-") == 2:
                _prefix, number, key = name.split("-")
                rows.setdefault(number, {})[key] = values.pop(name)
        actions = [row for _number, row in sorted(rows.items()) if row.get("domain")]
        submit = values.pop("submit", None) == "1"
        case.portal_save_plan(dict(values, actions=actions), submit=submit)

    def _take_visit(self, case, values):
        case.portal_add_visit(values)

    def _take_note(self, case, values):
        case.portal_add_note(values)

    def _take_document(self, case, values):
        case.portal_add_document(values.get("photo") or "")

    def _take_delivery(self, case, values):
        case.portal_add_delivery(values)

    def _take_urgent(self, case, values):
        case.portal_add_urgent_action(values)

    def _take_refer(self, case, values):
        values.pop("emergency_kind", None)
        case.portal_refer(values)

    def _take_emergency(self, case, values):
        case.portal_refer(values)

    @http.route(
        "/my/remediation/case/<string:code>/consent/<int:consent_id>/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def withdraw(self, code, consent_id, reason=None, sure=None, **kwargs):
        """Withdraw one consent, after asking what else that ends."""
        case = self._own_case(code)
        _ = request.env._
        if not sure and consent_id in case.consent_ids.ids:
            return self._ask(
                case,
                _("Withdraw this consent?"),
                _(
                    "Whoever received the child's data on it stops seeing them at "
                    "once. Only a new consent opens them again."
                ),
                _("Withdraw"),
                [forms.field("reason", _("Reason"), help=_("Nobody has to give one."))],
            )
        error = self._attempt(lambda: case.portal_withdraw_consent(consent_id, reason))
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/consent/<int:consent_id>/second",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def second(self, code, consent_id, member_id=None, **kwargs):
        """Add the second caregiver to one consent."""
        case = self._own_case(code)
        error = self._attempt(
            lambda: case.portal_second_caregiver(consent_id, member_id)
        )
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/consent/<int:consent_id>/confirm",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def confirm(self, code, consent_id, sure=None, **kwargs):
        """Confirm one consent that a caregiver alone does not give."""
        self._need("supervisor")
        case = self._find("remediation.case", code)
        _ = request.env._
        if not sure and consent_id in case.consent_ids.ids:
            return self._ask(
                case,
                _("Does this decision serve the child?"),
                _(
                    "The caregiver gains by the child's work or is owed money. You "
                    "confirm that the decision is good for the child all the same."
                ),
                _("Confirm"),
            )
        error = self._attempt(lambda: case.portal_confirm_consent(consent_id))
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/action/<int:action_id>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def action(self, code, action_id, result=None, note=None, sure=None, **kwargs):
        """Record how one action of the plan went; a refusal asks first."""
        case = self._own_case(code)
        _ = request.env._
        if result == "refused" and not sure and action_id in case.plan_action_ids.ids:
            return self._ask(
                case,
                _("Did the family refuse this help?"),
                _("The action ends here. The supervisor reads that it was refused."),
                _("Refused"),
                [
                    forms.field("result", "", "hidden", value="refused"),
                    forms.field("note", _("What they said")),
                ],
            )
        error = self._attempt(
            lambda: case.portal_action_result(action_id, result, note)
        )
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/referral/<int:referral_id>/revoke",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def revoke(self, code, referral_id, reason=None, **kwargs):
        """Take one referral back."""
        case = self._own_case(code)
        error = self._attempt(lambda: case.portal_revoke(referral_id, reason))
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/reassign",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def reassign(self, code, case_manager_id=None, **kwargs):
        """Give a case to a colleague of the supervisor's organisation."""
        self._need("supervisor")
        case = self._find("remediation.case", code)
        chosen = int(case_manager_id) if str(case_manager_id or "").isdigit() else 0
        error = self._attempt(lambda: case.portal_reassign(chosen))
        return self._back(case, error)

    @http.route(
        "/my/remediation/request",
        type="http",
        auth="user",
        methods=["GET", "POST"],
    )
    @same_answer
    def request_transfer(self, code=None, reason=None, ok=None, **kwargs):
        """Ask the holder of a case for its transfer."""
        self._need("case_manager")
        error = None
        if request.httprequest.method == "POST":
            error = self._attempt(
                lambda: request.env["remediation.case"].portal_request_transfer(
                    code, reason
                )
            )
            if not error:
                return self._done("/my/remediation/request")
        _ = request.env._
        return self._render(
            "case_referral.portal_form_page",
            {
                "title": _("Ask for a transfer"),
                "ok": ok,
                "ok_text": _(
                    "The holder of the case was asked, if there is such a case."
                ),
                "fields": [
                    forms.field("code", _("Code of the case")),
                    forms.field("reason", _("Why it should come to you"), "area"),
                ],
                "values": {"code": code or "", "reason": reason or ""},
                "error": error,
                "button": _("Ask"),
            },
        )

    def _ask(self, case, title, text, button, fields=()):
        """One question before what cannot be undone; the same address takes the
        answer."""
        return self._render(
            "case_referral.portal_ask",
            {
                "title": title,
                "text": text,
                "button": button,
                "fields": [forms.field("sure", "", "hidden", value="1"), *fields],
                "values": {},
                "back": f"/my/remediation/case/{case.name}",
            },
        )

    def _back(self, case, error):
        if error:
            return self._render(
                "case_referral.portal_refused",
                {"error": error, "back": f"/my/remediation/case/{case.name}"},
                status=422,
            )
        return self._done(f"/my/remediation/case/{case.name}")
