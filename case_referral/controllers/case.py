from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.remediation_base.tools.forms import words

from ..forms import (
    CONFIRM,
    DANGER,
    REASSIGN,
    RESULT,
    REVOKE,
    SECOND,
    SECTIONS,
    TRANSFER,
    WITHDRAW,
)
from ..forms.plan import ACTION
from . import forms
from .main import PAGE, RemediationPortal, same_answer
from .words import state_words

#: Pages that ask for the service first: the partners offered follow from it.
BY_SERVICE = ("refer", "emergency")
#: What of a case can be read again, each by the form it was written with.
READ = {
    "visit": "visit_ids",
    "assessment": "assessment_ids",
    "plan": "plan_ids",
    "work": "work_situation_ids",
    "placement": "best_interest_ids",
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
        form, values, error = SECTIONS[section], {}, None
        if request.httprequest.method == "POST":
            values = self._posted(form, case, besides=("submit",))
            if section not in BY_SERVICE or values.get("to_organisation_id"):
                error = self._attempt(
                    lambda: getattr(self, f"_take_{section}")(case, values)
                )
                if not error:
                    return self._done(f"/my/remediation/case/{case.name}")
        else:
            values = self._prefill(case, section)
        return self._render(
            "case_referral.portal_section",
            {
                "case": case,
                "section": section,
                "title": self._title(section),
                "fields": self._drawn(case, section, values),
                "values": self._by_name(form, values),
                "error": error,
                "drafts": section in ("assessment", "plan"),
            },
        )

    @http.route(
        "/my/remediation/case/<string:code>/read/<string:section>/<int:record_id>",
        type="http",
        auth="user",
        readonly=False,
    )
    @same_answer
    def record(self, code, section, record_id, **kwargs):
        """Show one past visit, assessment, plan, work situation or placement again."""
        case = self._case(code)
        records = case[READ[section]] if section in READ else case.browse()
        record = records.filtered(lambda rec: rec.id == record_id)
        if not record or section not in READ:
            return self._not_found()
        hidden = self._hidden(case)
        form = SECTIONS[section]
        states = state_words(request.env)
        return self._render(
            "case_referral.portal_record",
            {
                "case": case,
                "title": self._title(section),
                "answers": form.shown(record, case, hidden.get(form.model, ())),
                "scores": section == "assessment" and record.score_ids,
                "actions": [
                    (
                        ACTION.shown(action, case, hidden.get(ACTION.model, ())),
                        states["action"].get(action.state),
                    )
                    for action in (record.action_ids if section == "plan" else ())
                ],
            },
        )

    @http.route(
        "/my/remediation/danger",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def danger(self, **kwargs):
        """Register a child in danger whom the case manager met."""
        self._need("case_manager")
        values, error, code = {}, None, []
        if request.httprequest.method == "POST":
            values = self._posted(DANGER)
            error = self._attempt(
                lambda: code.append(
                    request.env["remediation.case"].portal_register_child(values)
                )
            )
            if not error:
                found = request.env["remediation.case"].search(
                    [("name", "=", code[0])], limit=1
                )
                page = f"/case/{found.name}" if found else ""
                return self._done(f"/my/remediation{page}")
        return self._render(
            "case_referral.portal_form_page",
            {
                "title": request.env._(DANGER.title),
                "fields": DANGER.fields(request.env),
                "values": values,
                "error": error,
                "button": request.env._("Register now"),
            },
        )

    def _hidden(self, case):
        return case._disclosure_hidden(request.env.user.partner_id)[case.id]

    def _title(self, section):
        return words(request.env, SECTIONS[section].title)

    def _drawn(self, case, section, values):
        """The questions of one page of a case, without what the family withheld."""
        form, hidden = SECTIONS[section], self._hidden(case)
        if section not in BY_SERVICE:
            return form.page_fields(
                request.env, case, hidden, self._by_name(form, values)
            )
        chosen = values.get("service_type_id")
        service = request.env["remediation.service.type"].search(
            [("id", "=", int(chosen) if str(chosen or "").isdigit() else 0)]
        )
        if not service:
            return form.fields(request.env, case)[:1]
        own = case.with_context(form_service=service.id)
        drawn = form.page_fields(own.env, own, hidden)
        asked = forms.field("service_type_id", "", "hidden", value=service.id)
        return [asked, *drawn[1:]]

    def _by_name(self, form, values):
        """Values by the names of a page: rows by their number."""
        flat = {name: values[name] for name in values if name not in form.rows}
        for rows_name, rows in form.rows.items():
            for row in values.get(rows_name) or ():
                flat.update(
                    {f"{rows.prefix}{row['row']}-{name}": row[name] for name in row}
                )
        return flat

    def _prefill(self, case, section):
        return case._portal_prefill(section, self._member(case))

    def _member(self, case):
        """The member of the child's own family whom the page is about, or none."""
        number = request.httprequest.args.get("member") or ""
        return case.household_id.member_ids.filtered(
            lambda member: str(member.id) == number
        )

    # One method for each form: from posted values to the named method

    def _take_contact(self, case, values):
        case.portal_first_contact(values.get("day"))

    def _take_consent(self, case, values):
        case.portal_add_consent(values)

    def _take_assessment(self, case, values):
        case.portal_save_assessment(values, submit=values.get("submit") == "1")

    def _take_plan(self, case, values):
        case.portal_save_plan(values, submit=values.get("submit") == "1")

    def _take_visit(self, case, values):
        case.portal_add_visit(values)

    def _take_child(self, case, values):
        case.portal_save_child(values)

    def _take_family(self, case, values):
        case.portal_save_member(values, self._member(case).id)

    def _take_work(self, case, values):
        case.portal_add_work(values)

    def _take_placement(self, case, values):
        case.portal_place_child(values)

    def _take_note(self, case, values):
        case.portal_add_note(values)

    def _take_document(self, case, values):
        case.portal_add_document(values.get("photo") or "")

    def _take_delivery(self, case, values):
        case.portal_add_delivery(values)

    def _take_urgent(self, case, values):
        case.portal_add_urgent_action(values)

    def _take_refer(self, case, values):
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
    def withdraw(self, code, consent_id, **kwargs):
        """Withdraw one consent, after asking what else that ends."""
        case = self._own_case(code)
        values = self._posted(WITHDRAW, case, besides=("sure",))
        _ = request.env._
        if not values.get("sure") and consent_id in case.consent_ids.ids:
            return self._ask(
                case,
                _("Withdraw this consent?"),
                _(
                    "Whoever received the child's data on it stops seeing them at "
                    "once. Only a new consent opens them again."
                ),
                _("Withdraw"),
                WITHDRAW.fields(request.env, case),
            )
        error = self._attempt(
            lambda: case.portal_withdraw_consent(consent_id, values.get("reason"))
        )
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/consent/<int:consent_id>/second",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def second(self, code, consent_id, **kwargs):
        """Add the second caregiver to one consent."""
        case = self._own_case(code)
        values = self._posted(SECOND, case)
        error = self._attempt(
            lambda: case.portal_second_caregiver(consent_id, values.get("member_id"))
        )
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/consent/<int:consent_id>/confirm",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def confirm(self, code, consent_id, **kwargs):
        """Confirm one consent that a caregiver alone does not give."""
        self._need("supervisor")
        case = self._find("remediation.case", code)
        sure = self._posted(CONFIRM, case, besides=("sure",)).get("sure")
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
    def action(self, code, action_id, **kwargs):
        """Record how one action of the plan went; a refusal asks first."""
        case = self._own_case(code)
        values = self._posted(RESULT, case, besides=("sure",))
        result, note = values.get("result"), values.get("note")
        _ = request.env._
        sure = values.get("sure")
        if result == "refused" and not sure and action_id in case.plan_action_ids.ids:
            return self._ask(
                case,
                _("Did the family refuse this help?"),
                _("The action ends here. The supervisor reads that it was refused."),
                _("Refused"),
                [
                    forms.field("result", "", "hidden", value="refused"),
                    forms.field("note", _("What They Said")),
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
    def revoke(self, code, referral_id, **kwargs):
        """Take one referral back."""
        case = self._own_case(code)
        values = self._posted(REVOKE, case)
        error = self._attempt(
            lambda: case.portal_revoke(referral_id, values.get("reason"))
        )
        return self._back(case, error)

    @http.route(
        "/my/remediation/case/<string:code>/reassign",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def reassign(self, code, **kwargs):
        """Give a case to a colleague of the supervisor's organisation."""
        self._need("supervisor")
        case = self._find("remediation.case", code)
        person = self._posted(REASSIGN, case).get("case_manager_id")
        chosen = int(person) if str(person or "").isdigit() else 0
        error = self._attempt(lambda: case.portal_reassign(chosen))
        return self._back(case, error)

    @http.route(
        "/my/remediation/request",
        type="http",
        auth="user",
        methods=["GET", "POST"],
    )
    @same_answer
    def request_transfer(self, ok=None, **kwargs):
        """Ask the holder of a case for its transfer."""
        self._need("case_manager")
        error, values = None, {}
        if request.httprequest.method == "POST":
            values = self._posted(TRANSFER)
            error = self._attempt(
                lambda: request.env["remediation.case"].portal_request_transfer(
                    values.get("code"), values.get("reason")
                )
            )
            if not error:
                return self._done("/my/remediation/request")
        _ = request.env._
        return self._render(
            "case_referral.portal_form_page",
            {
                "title": _(TRANSFER.title),
                "ok": ok,
                "ok_text": _(
                    "The holder of the case was asked, if there is such a case."
                ),
                "fields": TRANSFER.fields(request.env),
                "values": values,
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
