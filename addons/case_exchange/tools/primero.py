"""Cases as Primero's JSON: the fields of its child-protection module.

Writing: :func:`records_of`. Reading: :func:`bundles`, into the shape that the import
takes (see ``models/remediation_import_job.py``). Only what both sides know is written;
a field of Primero that has no place here is kept as an imported note, none is dropped
in silence.
"""

from datetime import date, datetime

#: What is read for the file beside the case itself; the right to each is checked.
NEEDS = ("works", "visits_done", "open_actions", "deliveries", "plan_start") + (
    "services_consent",
)

STATUS_OPEN, STATUS_CLOSED, STATUS_TRANSFERRED = "open", "closed", "transferred"
STATUS_DUPLICATE = "duplicate"
RISKS = ("high", "medium", "low")
SEXES = {"female": "female", "male": "male", "other": "other"}
#: Its look-up of a child's sex has these two.
SEXES_OUT = ("female", "male")
WORKFLOW = {
    "registered": "new",
    "first_contact": "new",
    "assessment": "new",
    "planning": "new",
    "in_remediation": "case_plan",
    "monitoring": "services_implemented",
    "on_hold": "case_plan",
    "closed": "closed",
}
CONCERNS = {
    "wfcl": "worst_forms_of_child_labor",
    # Hazardous work of a child is a worst form (Convention 182, 3 d).
    "hazardous": "worst_forms_of_child_labor",
    "below_min_age": "other",
    "not_permitted": "other",
}
RELATIONS = {
    "mother": "mother",
    "father": "father",
    # Where the sex of the member is not known.
    "grandparent": "other_family",
    "sibling": "other_family",
    "aunt_uncle": "other_family",
    "spouse": "partner",
    "guardian": "other_nonfamily",
    "other": None,
}
RELATIONS_BY_SEX = {
    ("grandparent", "female"): "grandmother",
    ("grandparent", "male"): "grandfather",
    ("sibling", "female"): "sister",
    ("sibling", "male"): "brother",
    ("aunt_uncle", "female"): "aunt",
    ("aunt_uncle", "male"): "uncle",
    ("spouse", "female"): "wife",
    ("spouse", "male"): "husband",
}
RELATIONS_IN = {
    "mother": "mother",
    "father": "father",
    "grandmother": "grandparent",
    "grandfather": "grandparent",
    "grandparent": "grandparent",
    "brother": "sibling",
    "sister": "sibling",
    "sibling": "sibling",
    "aunt": "aunt_uncle",
    "uncle": "aunt_uncle",
    "spouse": "spouse",
    "partner": "spouse",
    "husband": "spouse",
    "wife": "spouse",
    "guardian": "guardian",
    "foster_parent": "guardian",
    "adoptive_parent": "guardian",
}
CLOSURES = {
    "goals_met": "formal_closing",
    "died": "death_of_child",
    "transferred": "transferred",
    "missing": "not_seen_during_verification",
    "moved_abroad": "repatriated",
}
CLOSURES_IN = {value: key for key, value in CLOSURES.items()}
SERVICES = {
    "education": "education_service",
    "vocational": "livelihoods_service",
    "health": "health_medical_service",
    "psychosocial": "psychosocial_service",
    "legal_documents": "legal_assistance_service",
    "cash": "livelihoods_service",
    "livelihood": "livelihoods_service",
    "savings_group": "livelihoods_service",
    "family_mediation": "family_mediation_service",
    "protection": "child_protection_service",
    "sibling_support": "education_service",
    "food": "food_service",
    "site_action": "other_service",
}
PURPOSES = (
    ("services", "consent_for_services"),
    ("share_with_org", "disclosure_other_orgs"),
    ("reporting", "consent_reporting"),
)

#: The fields written, by form. Tests hold the file to it.
FORMS = {
    "basic_identity": (
        "case_id case_id_display status case_status_reopened name_first name_last "
        "name_nickname sex age date_of_birth estimated registration_date "
        "assessment_due_date workflow national_id_no"
    ).split(),
    "protection_concerns": "protection_concerns risk_level disability_type".split(),
    "data_confidentiality": (
        "interview_subject consent_for_services consent_reporting "
        "disclosure_other_orgs withholding_info_reason disclosure_deny_details "
        "legitimate_basis"
    ).split(),
    "family_details": ["family_details_section", "family_size"],
    "cp_case_plan": [
        "date_case_plan",
        "approval_status_case_plan",
        "cp_case_plan_subform_case_plan_interventions",
    ],
    "services": ["services_section"],
    "followup": ["followup_subform_section"],
    "closure": ["date_closure", "closure_reason"],
    "notes": ["notes_section"],
    "record_owner": ["owned_by", "owned_by_agency", "created_at", "module_id"],
}
SUBFORMS = {
    "family_details_section": (
        "unique_id relation_name relation relation_is_caregiver relation_is_alive "
        "relation_age relation_date_of_birth relation_telephone"
    ).split(),
    "cp_case_plan_subform_case_plan_interventions": (
        "unique_id intervention_service_to_be_provided "
        "case_plan_provider_and_contact_details intervention_service_goal "
        "case_plan_timeframe intervention_service_success"
    ).split(),
    "services_section": (
        "unique_id service_type service_response_day_time service_implemented "
        "service_implemented_day_time service_provider service_referral_notes"
    ).split(),
    "followup_subform_section": (
        "unique_id followup_type followup_needed_by_date followup_date "
        "followup_comments"
    ).split(),
    "notes_section": (
        "unique_id note_date note_subject note_text note_created_by"
    ).split(),
}
FIELDS = [name for names in FORMS.values() for name in names]
#: Fields and fields of subforms that name somebody or are free text.
IDENTITY = frozenset(
    "name_first name_last name_nickname date_of_birth national_id_no relation_name "
    "relation_date_of_birth relation_telephone disclosure_deny_details "
    "intervention_service_goal service_referral_notes followup_comments "
    "case_plan_provider_and_contact_details note_subject note_text".split()
)
#: The field that each field of a record or of a row in it tells (R71): what a family
#: withholds is left out.
TELLS = {
    "case_id_display": ("remediation.beneficiary", "name"),
    "name_first": ("remediation.beneficiary", "first_name"),
    "name_nickname": ("remediation.beneficiary", "nickname"),
    "name_last": ("remediation.beneficiary", "last_name"),
    "national_id_no": ("remediation.beneficiary", "national_id"),
    "sex": ("remediation.beneficiary", "sex"),
    "age": ("remediation.beneficiary", "age"),
    "date_of_birth": ("remediation.beneficiary", "birth_date"),
    "estimated": ("remediation.beneficiary", "birth_date"),
    "owned_by": ("remediation.case", "user_id"),
    "owned_by_agency": ("remediation.case", "organisation_id"),
    "risk_level": ("remediation.case", "risk_level"),
    "protection_concerns": ("remediation.case", "classification"),
    "closure_reason": ("remediation.case", "closure_reason"),
    "disclosure_deny_details": ("remediation.consent", "withhold_what"),
    "relation_name": ("remediation.household.member", "full_name"),
    "relation": ("remediation.household.member", "relationship"),
    "relation_age": ("remediation.household.member", "age"),
    "relation_date_of_birth": ("remediation.household.member", "birth_date"),
    "relation_telephone": ("remediation.household.member", "phone"),
    "intervention_service_goal": ("remediation.plan.action", "description"),
    "service_referral_notes": ("remediation.service.delivery", "note"),
    "followup_comments": ("remediation.visit", "note"),
    "note_subject": ("remediation.note", "subject"),
    "note_text": ("remediation.note", "text"),
    "note_created_by": ("remediation.note", "author_id"),
}
MAX_CASES = 20_000
FAMILY = "family_details_section"


class PrimeroError(Exception):
    """The file cannot be read as a whole; the key says why."""


# -- writing -------------------------------------------------------------------
def records_of(cases, identified, today):
    """Return one dict per case, read with the rights of its environment.

    Without ``identified`` names, contacts and free text are not even read.
    """
    env = cases.env
    below = {}
    for model in (
        "remediation.plan.action",
        "remediation.service.delivery",
        "remediation.visit",
        "remediation.consent",
        "remediation.note",
        "remediation.plan",
    ):
        if not identified and model == "remediation.note":
            continue
        records = env[model].search([("case_id", "in", cases.ids)], order="id")
        for record in records:
            below.setdefault((model, record.case_id.id), []).append(record)
    families = env["remediation.household.member"].search(
        [("household_id", "in", cases.household_id.ids)], order="id"
    )
    members = families.grouped("household_id")
    seen = env["remediation.beneficiary"].search(
        [("id", "in", cases.beneficiary_id.ids)]
    )
    for case in cases:

        def of(model, case=case):
            return below.get((model, case.id), [])

        may_name = identified and case.beneficiary_id in seen
        yield {
            **_of_child(case, may_name, today),
            **_of_consents(case, of("remediation.consent"), may_name),
            **_of_family(case, members.get(case.household_id, ()), may_name),
            **_of_plan(of("remediation.plan"), of("remediation.plan.action"), may_name),
            **_of_services(
                of("remediation.service.delivery"), of("remediation.visit"), may_name
            ),
            **_of_end(case),
            **_of_notes(of("remediation.note"), may_name),
            "owned_by": case.user_id.login,
            "owned_by_agency": case.organisation_id.display_name or None,
            "created_at": _moment(case.opened_at),
            "module_id": "primeromodule-cp",
        }


def _of_child(case, may_name, today):
    child = case.beneficiary_id
    # sudo: the code and the age are no identity; the child's row may be another
    # holder's by now.
    facts = child.sudo()
    return {
        "case_id": case.name,
        "case_id_display": facts.name,
        "status": (
            STATUS_TRANSFERRED
            if case.closure_reason == "transferred"
            else STATUS_CLOSED
            if case.closed_on
            else STATUS_OPEN
        ),
        "case_status_reopened": bool(case.reopened_count),
        "name_first": child.first_name or None if may_name else None,
        "name_last": child.last_name or None if may_name else None,
        "name_nickname": child.nickname or None if may_name else None,
        "sex": facts.sex if facts.sex in SEXES_OUT else None,
        "age": facts._age_on(today),
        "date_of_birth": _day(child.birth_date) if may_name else None,
        "estimated": not facts.birth_date,
        "registration_date": _day(case.identified_on),
        "assessment_due_date": _due(case, "assessment"),
        "workflow": (
            "reopened"
            if case.reopened_count and case.stage in ("assessment", "planning")
            else WORKFLOW.get(case.stage, "new")
        ),
        "national_id_no": child.national_id or None if may_name else None,
        "protection_concerns": [
            concern
            for concern in (
                CONCERNS.get(case.classification),
                "disabled" if facts.has_disability else None,
            )
            if concern
        ],
        "risk_level": case.risk_level,
        # Which kind, nobody recorded: it stands among the concerns.
        "disability_type": None,
    }


def _of_consents(case, records, may_name):
    consents = {purpose: case._has_consent(purpose) for purpose, _field in PURPOSES}
    withheld = [c for c in records if c.withhold_reason]
    return {
        "interview_subject": next(
            ("individual" if c.subject == "child" else "caregiver" for c in records),
            None,
        ),
        "consent_for_services": consents["services"],
        "consent_reporting": "true" if consents["reporting"] else "false",
        "disclosure_other_orgs": consents["share_with_org"],
        "withholding_info_reason": sorted(
            {
                {
                    "fear_of_harm": "fear",
                    "tell_themselves": "communicate_information",
                }.get(c.withhold_reason, "others")
                for c in withheld
            }
        ),
        "disclosure_deny_details": (
            "; ".join(filter(None, (c.withhold_what for c in withheld))) or None
            if may_name
            else None
        ),
        "legitimate_basis": sorted({c.legal_basis for c in records if c.legal_basis}),
    }


def _of_family(case, members, may_name):
    return {
        "family_size": case.household_id.sudo().size or None,
        "family_details_section": [
            {
                "unique_id": member.name,
                "relation_name": member.full_name or None if may_name else None,
                "relation": RELATIONS_BY_SEX.get(
                    (member.relationship, member.sex),
                    RELATIONS[member.relationship],
                ),
                "relation_is_caregiver": member.is_caregiver,
                "relation_is_alive": "dead" if member.is_deceased else "unknown",
                "relation_age": member.age or None,
                "relation_date_of_birth": (
                    _day(member.birth_date) if may_name else None
                ),
                "relation_telephone": member.phone or None if may_name else None,
            }
            for member in members
        ],
    }


def _of_plan(records, actions, may_name):
    plans = [plan for plan in records if plan.state in ("active", "completed")]
    return {
        "date_case_plan": _day(plans[-1].date_start) if plans else None,
        "approval_status_case_plan": "approved" if plans else None,
        "cp_case_plan_subform_case_plan_interventions": [
            {
                "unique_id": f"action-{action.id}",
                "intervention_service_to_be_provided": SERVICES.get(
                    action.domain, "other_service"
                ),
                "case_plan_provider_and_contact_details": (
                    action.provider_id.display_name or None if may_name else None
                ),
                "intervention_service_goal": (
                    action.description or None if may_name else None
                ),
                "case_plan_timeframe": _day(action.date_due),
                "intervention_service_success": {
                    "done": "true",
                    "not_available": "false",
                    "refused": "false",
                    "cancelled": "false",
                }.get(action.state),
            }
            for action in actions
        ],
    }


def _of_services(deliveries, visits, may_name):
    return {
        "services_section": [
            {
                "unique_id": f"delivery-{delivery.id}",
                "service_type": SERVICES.get(delivery.domain, "other_service"),
                "service_response_day_time": _moment(delivery.create_date),
                "service_implemented": "implemented",
                "service_implemented_day_time": _day(delivery.date),
                "service_provider": (
                    delivery.provider_id.display_name or None if may_name else None
                ),
                "service_referral_notes": (delivery.note or None if may_name else None),
            }
            for delivery in deliveries
            if delivery.state == "given"
        ],
        "followup_subform_section": [
            {
                "unique_id": f"visit-{visit.id}",
                "followup_type": "for_service",
                "followup_needed_by_date": _day(visit.date_planned),
                "followup_date": _day(visit.date_done),
                "followup_comments": visit.note or None if may_name else None,
            }
            for visit in visits
            if visit.state != "cancelled"
        ],
    }


def _of_end(case):
    return {
        "date_closure": _day(case.closed_on and case._day(case.closed_on)),
        "closure_reason": (
            CLOSURES.get(case.closure_reason, "other") if case.closed_on else None
        ),
    }


def _of_notes(notes, may_name):
    return {
        "notes_section": [
            {
                "unique_id": f"note-{note.id}",
                "note_date": _moment(note.date),
                "note_subject": note.subject or None,
                "note_text": note.text,
                "note_created_by": note.author_id.login,
            }
            for note in notes
            if may_name
        ],
    }


def without(record, hidden):
    """The record without what tells one of these fields, ``{model: {field}}`` (R71)."""

    def shown(name, value):
        model, field = TELLS.get(name, (None, None))
        if field in hidden.get(model, ()):
            return None
        if isinstance(value, list):
            return [
                {key: shown(key, cell) for key, cell in row.items()}
                if isinstance(row, dict)
                else row
                for row in value
            ]
        return value

    return {name: shown(name, value) for name, value in record.items()}


def _due(case, kind):
    return next(
        (
            _day(case._day(deadline.date_due))
            for deadline in case.deadline_ids
            if deadline.kind == kind
        ),
        None,
    )


def _day(value):
    if not value:
        return None
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def _moment(value):
    return value.isoformat(timespec="seconds") + "Z" if value else None


# -- reading -------------------------------------------------------------------
def bundles(document):
    """Yield ``(row number, bundle, problems)`` of a parsed JSON document.

    Accepts an array of cases, or an object that holds one under ``data``; each case
    may wrap its fields in ``data`` or ``child`` as Primero's own exports do.

    :raises PrimeroError: ``shape`` or ``many``
    """
    if isinstance(document, dict):
        document = document.get("data", document.get("cases"))
    if not isinstance(document, list):
        raise PrimeroError("shape")
    if len(document) > MAX_CASES:
        raise PrimeroError("many")
    for number, record in enumerate(document, 1):
        if isinstance(record, dict):
            for wrapper in ("data", "child"):
                if isinstance(record.get(wrapper), dict):
                    record = {**record, **record[wrapper]}
        if not isinstance(record, dict):
            yield number, None, [("record", None)]
            continue
        yield (number, *_bundle(record))


class _Reader:
    """Reads the fields of one record and collects what is wrong with them."""

    def __init__(self, record):
        self.record = record
        self.problems = []

    def text(self, name, source=None, size=4000):
        value = (self.record if source is None else source).get(name)
        if value is None or value is False:
            return None
        if isinstance(value, str | int | float):
            return str(value).strip()[:size] or None
        self.problems.append(("text", name))
        return None

    def day(self, name, source=None):
        value = self.text(name, source)
        if not value:
            return None
        try:
            return date.fromisoformat(value[:10].replace("/", "-")).isoformat()
        except ValueError:
            self.problems.append(("date", name))
            return None

    def number(self, name, low, high, source=None):
        value = (self.record if source is None else source).get(name)
        if value in (None, "", False):
            return None
        try:
            value = int(value)
        except (TypeError, ValueError):
            value = low - 1
        if not low <= value <= high:
            self.problems.append(("number", name))
            return None
        return value

    def flag(self, name, source=None):
        value = (self.record if source is None else source).get(name)
        return value in (True, "true", "yes", "1")

    def rows(self, name):
        value = self.record.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(
            isinstance(one, dict) for one in value
        ):
            self.problems.append(("subform", name))
            return []
        return value


def _bundle(record):
    read = _Reader(record)
    reference = next(
        filter(
            None,
            map(read.text, ("case_id", "id", "unique_identifier", "short_id")),
        ),
        None,
    )
    if not reference:
        read.problems.append(("reference", "case_id"))
    bundle = {
        "case": _read_case(read, reference),
        "child": _read_child(read, reference),
        "household": {"ref": None, "size": read.number("family_size", 0, 99)},
        "members": [_read_member(read, row) for row in read.rows(FAMILY)],
        "consents": _read_consents(read),
        "consent_from": (
            "child" if read.text("interview_subject") == "individual" else "caregiver"
        ),
        "visits": [
            {
                "ref": read.text("unique_id", row),
                "date": read.day("followup_date", row),
                "planned": read.day("followup_needed_by_date", row),
                "note": read.text("followup_comments", row),
            }
            for row in read.rows("followup_subform_section")
        ],
        "notes": _read_notes(read),
    }
    return bundle, read.problems


def _read_case(read, reference):
    risk = read.text("risk_level")
    if risk and risk not in RISKS:
        read.problems.append(("choice", "risk_level"))
        risk = None
    status = read.text("status") or STATUS_OPEN
    if status == STATUS_DUPLICATE:
        # Marked there as another case's double: counted, never a case here.
        read.problems.append(("duplicate", "status"))
    elif status not in (STATUS_OPEN, STATUS_CLOSED, STATUS_TRANSFERRED):
        read.problems.append(("choice", "status"))
    transferred = status == STATUS_TRANSFERRED
    reason = CLOSURES_IN.get(read.text("closure_reason") or "", "other")
    return {
        "ref": reference,
        "identified_on": read.day("registration_date"),
        "risk_level": risk,
        "closed_on": read.day("date_closure"),
        "is_closed": transferred or status == STATUS_CLOSED,
        "closure_reason": "transferred" if transferred else reason,
    }


def _read_child(read, reference):
    sex = SEXES.get((read.text("sex") or "").lower())
    if not sex:
        read.problems.append(("sex", "sex"))
    age, born = read.number("age", 0, 120), read.day("date_of_birth")
    if born and read.flag("estimated"):
        # A birthday that somebody reckoned from an age stays an age.
        if age is None:
            seen = date.fromisoformat(read.day("registration_date") or born)
            age = max(seen.year - int(born[:4]), 0) or None
        born = None
    return {
        "ref": read.text("case_id_display") or reference,
        "first_name": read.text("name_first", size=200),
        "last_name": read.text("name_last", size=200),
        "nickname": read.text("name_nickname", size=200),
        "sex": sex,
        "age": age,
        "birth_date": born,
        "national_id": read.text("national_id_no", size=100),
        "has_disability": bool(
            read.record.get("disability_type")
            or "disabled" in (read.record.get("protection_concerns") or ())
        ),
    }


def _read_member(read, row):
    return {
        "ref": read.text("unique_id", row),
        "full_name": read.text("relation_name", row, 200),
        "relationship": RELATIONS_IN.get(read.text("relation", row) or "", "other"),
        "is_caregiver": read.flag("relation_is_caregiver", row),
        "is_deceased": read.text("relation_is_alive", row) == "dead",
        "age": read.number("relation_age", 0, 120, row),
        "birth_date": read.day("relation_date_of_birth", row),
        "phone": read.text("relation_telephone", row, 50),
    }


def _read_consents(read):
    consents = [
        {"purpose": purpose, "answer": "yes"}
        for purpose, name in PURPOSES
        if read.flag(name)
    ]
    if read.record.get("consent_reporting") in ("false", "no"):
        consents.append({"purpose": "reporting", "answer": "no"})
    return consents


def _read_notes(read):
    notes = [
        {
            "ref": read.text("unique_id", row),
            "date": read.text("note_date", row),
            "subject": read.text("note_subject", row, 200),
            "text": read.text("note_text", row, 20000) or "",
            "author": read.text("note_created_by", row),
        }
        for row in read.rows("notes_section")
    ]
    for section in (
        "cp_case_plan_subform_case_plan_interventions",
        "services_section",
    ):
        notes += [
            {
                "ref": read.text("unique_id", row),
                "date": read.day("service_implemented_day_time", row),
                "subject": section,
                "text": as_lines(row),
                "author": None,
            }
            for row in read.rows(section)
        ]
    known = {*FIELDS, "id", "unique_identifier", "short_id", "data", "child"}
    rest = {
        name: value
        for name, value in read.record.items()
        if name not in known and value not in (None, "", [], {}, False)
    }
    if rest:
        notes.append(
            {
                "ref": None,
                "date": None,
                "subject": "other_fields",
                "text": as_lines(rest),
                "author": None,
            }
        )
    return notes


def as_lines(row):
    """A record as readable lines, one per filled field."""
    return "\n".join(
        f"{name}: {value}"
        for name, value in row.items()
        if value not in (None, "", [], {}, False) and name != "unique_id"
    )
