"""The fields of each portal form, in the user's language.

A form is a list of dicts; one template draws all of them, so that every form keeps its
draft, shows its mistakes and works without a script in the same way.
"""

from odoo import fields
from odoo.http import request


def _choices(model, name, only=None, without=()):
    field = request.env[model]._fields[name]
    return [
        (key, label)
        for key, label in field._description_selection(request.env)
        if (only is None or key in only) and key not in without
    ]


def _family(case):
    """The members of the child's family by name, for whoever holds the case."""
    return [
        (member.id, f"{member.full_name or member.name} – {member.display_name}")
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


def contact(case):
    _ = request.env._
    return [field("day", _("Day of the first contact"), "date")]


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


def assessment(case):
    _ = request.env._
    model = "remediation.assessment"
    score = request.env["remediation.assessment.score"]._fields["domain"]
    grades = _choices("remediation.assessment.score", "score")
    return [
        field(
            "assessment_type",
            _("Kind"),
            "select",
            choices=_choices(model, "assessment_type"),
        ),
        field("done_on", _("Assessed on"), "date"),
        field("present", _("Who was present")),
        field("child_wishes", _("What the child wishes"), "area"),
        field("child_not_heard_reason", _("Or why the child was not heard")),
        field("caregiver_view", _("What the caregiver thinks"), "area"),
        *(
            field(f"score-{key}", label, "select", choices=grades)
            for key, label in score._description_selection(request.env)
        ),
        field("strengths", _("Strengths"), "area"),
        field("urgent_action", _("Urgent action needed")),
        field("summary", _("Summary"), "area"),
    ]


def plan(case):
    _ = request.env._
    model = "remediation.plan"
    action = "remediation.plan.action"
    services = [
        (service.id, service.name)
        for service in request.env["remediation.service.type"].search([])
    ]
    rows = []
    for number in range(3):
        rows += [
            field(
                f"action-{number}-domain",
                _("Action %s: kind", number + 1),
                "select",
                choices=_choices(action, "domain"),
                group=True,
            ),
            field(
                f"action-{number}-service_type_id",
                _("Service"),
                "select",
                choices=services,
            ),
            field(f"action-{number}-description", _("What exactly")),
            field(f"action-{number}-date_due", _("By when"), "date"),
        ]
    return [
        field("goal", _("Goal of the plan"), "area"),
        field("target_date", _("Target date"), "date"),
        *rows,
        field(
            "income_replacement",
            _("What replaces the child's income"),
            "select",
            choices=_choices(model, "income_replacement"),
        ),
        field("income_replacement_reason", _("Why no income is replaced")),
        field(
            "caregiver_member_id",
            _("Caregiver who agrees"),
            "select",
            choices=_family(case),
        ),
        field("caregiver_agreed_on", _("Caregiver agreed on"), "date"),
        field(
            "caregiver_not_agreed_reason",
            _("Or why the caregiver did not agree"),
            "select",
            choices=_choices(model, "caregiver_not_agreed_reason"),
        ),
        field(
            "child_assent",
            _("The child's assent"),
            "select",
            choices=_choices(model, "child_assent"),
        ),
        field("child_assent_on", _("The child agreed on"), "date"),
        field("child_not_heard_reason", _("Why the child was not heard")),
        field("signature", _("Signature or thumbprint on the screen"), "sign"),
        field("photo", _("Or a photo of the signed paper"), "file"),
    ]


def visit(case):
    _ = request.env._
    model = "remediation.visit"
    seen = "child_seen=yes"
    works = "child_working=yes"
    sites = request.env["remediation.concern"].sudo()._portal_sites()  # sudo: places
    hazards = request.env["remediation.hazard"].sudo().search([])  # sudo: master data

    def answer(name, label, **extra):
        return field(name, label, "select", choices=_choices(model, name), **extra)

    return [
        answer("visit_type", _("Kind of visit")),
        field("date_done", _("Day"), "date"),
        answer("child_seen", _("Did you see the child in person?"), required=True),
        answer("child_seen_alone", _("Did you see the child alone?"), when=seen),
        field("present", _("Who was present")),
        answer("occupation", _("School, training or work"), when=seen),
        answer("child_working", _("Does the child work?"), when=seen),
        field("work_activity", _("What work"), when=works),
        field(
            "site_id",
            _("Where"),
            "select",
            choices=[(site.id, site.name) for site in sites],
            when=works,
        ),
        field("hours_week", _("Hours a week"), "number", when=works),
        field(
            "hazards[]",
            _("Hazards"),
            "checks",
            choices=[(hazard.code, hazard.name) for hazard in hazards],
            when=works,
        ),
        answer("at_night", _("Is it at night?"), when=works),
        answer("is_light_work", _("Is it light work, harmless?"), when=works),
        answer(
            "interferes_with_school", _("Does it get in the way of school?"), when=works
        ),
        answer(
            "is_worst_form",
            _("Is it another worst form of child labour?"),
            when=works,
        ),
        answer("wellbeing", _("How the child is"), when=seen),
        answer("immediate_danger", _("Is the child in immediate danger?")),
        field("safety_concern", _("Concern about safety"), "area"),
        field("note", _("Note"), "area"),
    ]


def note(case):
    _ = request.env._
    return [
        field(
            "kind", _("Kind"), "select", choices=_choices("remediation.note", "kind")
        ),
        field("text", _("Note"), "area"),
    ]


def document(case):
    return [field("photo", request.env._("Photo or PDF"), "file")]


def delivery(case):
    _ = request.env._
    model = "remediation.service.delivery"
    return [
        field(
            "plan_action_id",
            _("For"),
            "select",
            choices=[
                (action.id, action.display_name)
                for action in case.plan_action_ids
                if action.state in ("planned", "in_progress", "done")
            ],
        ),
        field("date", _("Day"), "date"),
        field("quantity", _("Quantity"), "number"),
        field("unit", _("Unit"), "select", choices=_choices(model, "unit")),
        field(
            "recipient", _("For whom"), "select", choices=_choices(model, "recipient")
        ),
        field("note", _("Note")),
        field("photo", _("Photo of the receipt"), "file"),
    ]


def urgent(case):
    _ = request.env._
    from odoo.addons.child_remediation.models.plan_action import URGENT_DOMAINS

    return [
        field(
            "domain",
            _("Urgent help"),
            "select",
            choices=_choices("remediation.plan.action", "domain", only=URGENT_DOMAINS),
        ),
        field(
            "service_type_id",
            _("Service"),
            "select",
            choices=[
                (service.id, service.name)
                for service in request.env["remediation.service.type"].search(
                    [("domain", "in", URGENT_DOMAINS)]
                )
            ],
        ),
        field("description", _("What is done")),
    ]


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


def report():
    """The form of a concern, on the portal and in public."""
    _ = request.env._
    model = "remediation.concern"
    sites = request.env[model].sudo()._portal_sites()  # sudo: names of places only
    return [
        field("work_observed", _("What did you see?"), "area"),
        field(
            "immediate_danger",
            _("A child is in immediate danger now"),
            "check",
        ),
        field("site_id", _("Where"), "select", choices=[(s.id, s.name) for s in sites]),
        field("location", _("Where exactly")),
        field("children_count", _("How many children"), "number", value=1),
        field(
            "child_sex",
            _("Girl or boy"),
            "select",
            choices=_choices(model, "child_sex"),
        ),
        field("child_age", _("About what age"), "number"),
        field("child_nickname", _("What the child is called, if you know")),
    ]


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
