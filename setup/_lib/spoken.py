"""Which terms somebody outside the desk can meet: on a page of the portal, in a mail,
on the printed consent and plan. Read from the places that each template of terms
(`.pot`) names, and from the forms as they are declared.

French holds every term. The other languages hold these, and the desk stays in English
or French: `setup/i18n` keeps their files, `tests/test_languages.py` asks for them."""

import functools
import re

from . import forms

#: How each language writes plurals; what Odoo calls it stands in `res.lang`.
LANGUAGES = {
    "sw": "nplurals=2; plural=(n != 1);",
    "pt": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
}
#: Pages and mails of people outside the desk, and the papers that a family signs.
VIEWS = (
    r"\w+\.(portal_\w+|public_\w+|sign_in(_code|_reset)?|speak_up|mail_body_\w+|mail_next_call"
    r"|totals_\w+)"
    r"|case_offline(_savings)?\.\w+"
    r"|child_remediation\.(second_factor|report_signature|report_sheet"
    r"|report_(consent|plan)_paper|report_case_(consent|plan)_document)"
)
#: Modules of which every sentence of a controller, a form or the files named is met.
CODE = (
    r"(case_referral|cash_transfer_portal|case_agreement_portal|case_offline"
    r"|case_offline_savings|savings_group_portal)/(controllers/|forms|models/|static/)",
    r"child_remediation/(controllers/|models/remediation_desk\.py)",
    r"remediation_base/tools/(forms|answers|core_pictures)\.py",
    r"remediation_base/models/(remediation_step_mixin|remediation_protected_mixin"
    r"|remediation_append_only|remediation_number_bounds|remediation_limit"
    r"|ir_attachment\w*|remediation_present_access|remediation_access_log\w*)\.py",
)
#: Files of the modules named above that the desk alone reaches.
DESK = (
    r"case_referral/models/(remediation_desk\w*|referral_accreditation\w*|remediation_concern_triage"
    r"|res_partner|res_config_settings|remediation_health)\.py"
)
#: What portal pages show beside the fields that forms ask.
SHOWN = {
    "remediation.case": ("stage", "risk_level"),
    "remediation.consent": ("purpose", "state", "standing"),
    "remediation.assessment": ("state",),
    "remediation.assessment.score": ("domain", "score"),
    "remediation.plan": ("state",),
    "remediation.plan.action": ("state", "domain"),
    "remediation.visit": ("visit_type", "outcome"),
    "remediation.referral": ("state", "referral_type", "urgency"),
    "remediation.beneficiary": ("sex",),
    "remediation.concern": ("state",),
    "remediation.deadline": ("kind",),
    "remediation.handover": ("state",),
    "remediation.case.manager": ("level",),
    "remediation.household.member": ("relation", "sex"),
    "remediation.work.situation": ("classification",),
    "referral.accreditation.finding": ("topic",),
    "savings.meeting.line": ("attendance",),
}
#: Records that forms offer to choose from, and deadlines by name.
RECORDS = (
    r"model:remediation\.(hazard|service\.type|disclosure\.item),"
    r"|model:mail\.template,(subject|body_html):case_referral\."
)
#: Files whose refusals a portal user meets, besides those of the forms' models.
WRITTEN = ("remediation_case", "remediation_case_stage", "remediation_case_risk")
WRITTEN += ("remediation_consent_judge", "remediation_referral")
WRITTEN += ("remediation_handover", "remediation_movement", "remediation_deadline")
WRITTEN += ("savings_meeting", "savings_meeting_check", "savings_meeting_line")
WRITTEN += ("savings_meeting_loans", "savings_cycle")


def reach(entry):
    """Whether somebody outside the desk can meet a term of a template."""
    return any(_met(place) for place, _line in entry.occurrences)


def _met(place):
    kind, _colon, rest = place.partition(":")
    if kind == "code":
        path = rest.removeprefix("addons/")
        if re.match(DESK, path):
            return False
        return any(re.match(one, path) for one in CODE) or _of_a_form(path)
    if place.startswith("model_terms:ir.ui.view,arch_db:"):
        return re.fullmatch(VIEWS, place.partition("arch_db:")[2]) is not None
    if re.match(RECORDS, place):
        return True
    name = place.rpartition(".")[2]
    return name.startswith(_names()) and place.startswith(
        (
            "model:ir.model.fields.selection,name:",
            "model:ir.model.fields,field_description:",
            "model:ir.model.constraint,message:",
        )
    )


def _of_a_form(path):
    """The sentences of a model that a form writes to, wherever they stand."""
    found = re.fullmatch(r"\w+/models/(?:\w+/)?(\w+)\.py", path)
    return found and found[1] in _files()


@functools.cache
def _asked():
    """{model: {field, …}} of what the forms ask."""
    asked = {model: set(names) for model, names in SHOWN.items()}
    for form in forms.declared():
        if form["model"]:
            fields = asked.setdefault(form["model"], set())
            fields |= {row["field"] for row in form["rows"] if row["field"]}
    return asked


@functools.cache
def _files():
    """The files of the models that forms write to: `remediation_visit`."""
    models = {form["model"] for form in forms.declared() if form["model"]}
    return {model.replace(".", "_") for model in models} | set(WRITTEN)


@functools.cache
def _names():
    """How the names of their labels, choices and limits begin."""
    names = []
    for model, fields in _asked().items():
        stem = model.replace(".", "_")
        names.append(f"constraint_{stem}_")
        for field in fields:
            names.append(f"selection__{stem}__{field}__")
    return tuple(names)
