"""The fields of each portal form, in the user's language.

A form is a list of dicts; one template draws all of them, so that every form keeps its
draft, shows its mistakes and works without a script in the same way.
"""

from odoo import fields
from odoo.http import request

from ..forms import FORMS
from ..forms.child import SCHOOL
from ..forms.concern import CONCERN
from ..forms.plan import ACTION

#: Empty rows below those that a plan has, and those that one more press adds.
EMPTY_ROWS = 3


def _choices(model, name, only=None, without=()):
    field = request.env[model]._fields[name]
    return [
        (key, label)
        for key, label in field._description_selection(request.env)
        if (only is None or key in only) and key not in without
    ]


def _family(case):
    """The members of the child's family by name, for whoever holds the case."""
    shows = case._disclosure_shows(request.env.user.partner_id)
    return [
        (
            member.id,
            f"{member.full_name or member.name} – {member.display_name}"
            if shows(member, "full_name")
            else member.name,
        )
        for member in case.household_id.member_ids
    ]


def _givers(case):
    """Those of the family who may decide for the child today (R57)."""
    # sudo: whether somebody may decide is the same for whoever asks.
    consents = request.env["remediation.consent"].sudo()
    today = fields.Date.context_today(consents)
    members = case.sudo().household_id.member_ids
    able = members.filtered(lambda member: not consents._giver_problem(member, today))
    return [choice for choice in _family(case) if choice[0] in able.ids]


def field(name, label, kind="text", **extra):
    return {"name": name, "label": label, "kind": kind, "choices": [], **extra}


def _questions(case, what):
    """The programme's own questions; none has an answer before somebody gives it."""
    _ = request.env._
    kinds = {"text": "area", "integer": "number", "float": "number", "date": "date"}
    fields = []
    for question in case._questions(what):
        choices = question.get("selection") or []
        kind = kinds.get(question["type"], "text")
        if question["type"] == "boolean":
            choices = [("yes", _("Yes")), ("no", _("No"))]
        if choices:
            kind = "select"
        fields.append(
            field(
                f"question-{question['name']}",
                question.get("string") or question["name"],
                kind,
                choices=choices,
            )
        )
    return fields


def consent(case):
    _ = request.env._
    model = "remediation.consent"
    return [
        field(
            "purposes[]", _("Consent to"), "checks", choices=_choices(model, "purpose")
        ),
        field(
            "subject", _("Who decides"), "select", choices=_choices(model, "subject")
        ),
        field("given_by_member_id", _("Caregiver"), "select", choices=_givers(case)),
        field(
            "second_member_id",
            _("Second caregiver"),
            "select",
            choices=_givers(case),
            help=_("Where the caregiver employs the child, gets the pay or is owed."),
        ),
        field(
            "authority",
            _("Authority"),
            "select",
            choices=_choices(model, "authority"),
            help=_("Where an authority decides for the child."),
        ),
        field("authority_reference", _("Number and date of its paper")),
        field("answer", _("Answer"), "select", choices=_choices(model, "answer")),
        field(
            "assent",
            _("Does the child agree?"),
            "select",
            choices=_choices(model, "assent"),
        ),
        field("how", _("How it was given"), "select", choices=_choices(model, "how")),
        field("witness", _("Witness"), help=_("For a thumbprint or a spoken consent.")),
        field(
            "data_set",
            _("How much may be shared"),
            "select",
            choices=_choices(model, "data_set"),
        ),
        field(
            "withhold[]",
            _("Never show to receivers"),
            "checks",
            choices=[
                (item.key, item.name)
                for item in request.env["remediation.disclosure.item"].search([])
            ],
            folded=True,
        ),
        field("valid_until", _("Valid until"), "date"),
        field(
            "limits_explained",
            _("The limits of confidentiality were explained"),
            "check",
        ),
        field("signature", _("Signature or thumbprint on the screen"), "sign"),
        field("photo", _("Or a photo of the signed paper"), "file"),
    ]


def note(case):
    _ = request.env._
    return [
        field(
            "kind", _("Kind"), "select", choices=_choices("remediation.note", "kind")
        ),
        field("text", _("Note"), "area"),
    ]


def asked(section, case, hidden=None, values=None):
    """The questions of a form that is declared as data, as the pages draw them."""
    env, form = request.env, FORMS[section]
    hidden = hidden or {}
    fields = form.fields(env, case, hidden.get(form.model, ()))
    if section == "assessment":
        grades = _choices("remediation.assessment.score", "score")
        domains = env["remediation.assessment.score"]._fields["domain"]
        fields += [
            field(f"score-{key}", label, "select", choices=grades)
            for key, label in domains._description_selection(env)
        ]
    # who finishes a visit of a grace opens no case, and so no programme of it
    if case and section in ("assessment", "visit"):
        fields += _questions(case, section)
    elif section == "child":
        fields += SCHOOL.fields(env, case)
    elif section == "plan":
        proof = [f for f in fields if f["kind"] in ("sign", "file")]
        fields = [f for f in fields if f not in proof]
        fields += action_rows(case, values or {}) + proof
    return fields


def action_rows(case, values):
    """The actions of a draft plan, and empty rows for more; as many as there are."""
    _ = request.env._
    used = [
        int(name.split("-")[1])
        for name in values
        if name.startswith("action-") and name.split("-")[1].isdigit()
    ]
    rows = []
    for number in range(min(max(used, default=-1) + 1 + EMPTY_ROWS, 100)):
        prefix = f"action-{number}-"
        if values.get(f"{prefix}id"):
            rows.append(field(f"{prefix}id", "", "hidden"))
        rows += ACTION.fields(
            request.env, case, prefix=prefix, group=_("Action %s", number + 1)
        )
    return rows


def document(case):
    return [field("photo", request.env._("Photo or PDF"), "file")]


def _receiver(case, service):
    _ = request.env._
    return field(
        "to_organisation_id",
        _("Partner, best first"),
        "select",
        choices=[
            (row["partner_id"], f"{row['name']} – {' '.join(row['reasons'])}")
            for row in case.rank_partners(service.id)
        ],
    )


def refer(case, service=None):
    _ = request.env._
    if not service:
        return [
            field(
                "service_type_id",
                _("Service"),
                "select",
                choices=[
                    (service.id, service.name)
                    for service in request.env["remediation.service.type"].search([])
                ],
            )
        ]
    model = "remediation.referral"
    return [
        field("service_type_id", "", "hidden", value=service.id),
        _receiver(case, service),
        field(
            "action_id",
            _("Action of the plan"),
            "select",
            choices=[
                (action.id, action.display_name)
                for action in case.plan_action_ids
                if action.state in ("planned", "in_progress")
            ],
        ),
        field(
            "data_set",
            _("What the receiver sees"),
            "select",
            choices=_choices(model, "data_set"),
        ),
        field(
            "urgency", _("Answer within"), "select", choices=_choices(model, "urgency")
        ),
        field(
            "message",
            _("Message to the receiver"),
            "area",
            help=_("Nothing about work, risk or the family."),
        ),
    ]


def emergency(case, service=None):
    _ = request.env._
    if not service:
        return refer(case)
    model = "remediation.referral"
    return [
        field("service_type_id", "", "hidden", value=service.id),
        _receiver(case, service),
        field(
            "emergency_kind",
            _("What kind of emergency"),
            "select",
            choices=_choices(model, "emergency_kind"),
        ),
        field("override_reason", _("What happened"), "area"),
        field(
            "legal_basis",
            _("Legal basis"),
            help=_("For instance: vital interest of the child."),
        ),
        field(
            "urgency", _("Answer within"), "select", choices=_choices(model, "urgency")
        ),
    ]


def report(public=False):
    """The form of a concern, on the portal and in public, where nobody is named."""
    fields = CONCERN.fields(request.env)
    if public:
        fields = [f for f in fields if f["name"] != "consent_to_be_contacted"]
    return fields


SPEAK_UP_NAMES = (
    "description",
    "subject_kind",
    "subject_text",
    "happened_on",
    "category",
    "reporter_name",
    "reporter_contact",
    "complainant_name",
    "complainant_contact",
)


def safeguarding():
    """The form about a worker, a partner, a member of staff or misuse of data."""
    _ = request.env._
    model = "remediation.safeguarding.report"
    return [
        field(
            "subject_kind",
            _("Whom is it about?"),
            "select",
            choices=_choices(model, "subject_kind"),
            value="worker",
        ),
        field("subject_text", _("Who, as far as you know")),
        field("description", _("What happened?"), "area"),
        field("happened_on", _("When"), "date"),
        field("is_immediate_danger", _("Somebody is in danger now"), "check"),
        field("is_anonymous", _("Keep nothing about me"), "check"),
        field("reporter_name", _("Your name, if you want to give it")),
        field("reporter_contact", _("How to reach you, if you want to be reached")),
    ]


def complaint():
    """The form about cash, a service, being left out or something else."""
    _ = request.env._
    return [
        field(
            "category",
            _("What is it about?"),
            "select",
            choices=_choices("remediation.complaint", "category"),
            value="service",
        ),
        field("description", _("What happened?"), "area"),
        field("is_anonymous", _("Keep nothing about me"), "check"),
        field("complainant_name", _("Your name, if you want to give it")),
        field("complainant_contact", _("How to reach you, if you want to be reached")),
    ]
