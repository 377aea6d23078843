"""The Human Trafficking Case Data Standard 2.0 (IOM) as one row per case.

No Odoo here on purpose. A field's name is the standard's, with the prefix of its
table: organisation, person, victim, historic event, case, referral, support plan,
consent. Choices are the standard's own; several are joined by a semicolon. What a
child-labour case cannot know (recruitment websites, perpetrators) stays empty.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import date

INDUSTRIES = {
    letter: f"{letter}_{name}"
    for letter, name in (
        ("A", "AgricultureForestryAndFishing"),
        ("B", "MiningAndQuarrying"),
        ("C", "Manufacturing"),
        ("D", "ElectricityGasSteamAndAirConditioningSupply"),
        ("E", "WaterSupplySewerageWasteManagement"),
        ("F", "Construction"),
        ("G", "WholesaleAndRetailTradeRepairOfMotorVehicles"),
        ("H", "TransportationAndStorage"),
        ("I", "AccommodationAndFoodServiceActivities"),
        ("J", "InformationAndCommunication"),
        ("K", "FinancialAndInsuranceActivities"),
        ("L", "RealEstateActivities"),
        ("M", "ProfessionalScientificAndTechnicalActivities"),
        ("N", "AdministrativeAndSupportServiceActivities"),
        ("O", "PublicAdministrationAndDefence"),
        ("P", "Education"),
        ("Q", "HumanHealthAndSocialWorkActivities"),
        ("R", "ArtsEntertainmentAndRecreation"),
        ("S", "OtherServiceActivities"),
        ("T", "ActivitiesOfHouseholdsAsEmployers"),
        ("U", "ActivitiesOfExtraterritorialOrganizations"),
    )
}
#: What a kind of site makes of the industry where nobody recorded it.
INDUSTRY_OF_SITE = {
    "mine_site": "B",
    "depot": "G",
    "factory": "C",
    "farm": "A",
    "household": "T",
    "street": "G",
    "transport": "H",
}
LABOUR_OF_SITE = {
    "mine_site": "MiningOrDrilling",
    "factory": "Manufacturing",
    "farm": "Agriculture",
    "household": "DomesticWork",
    "street": "Peddling",
    "transport": "Transportation",
}


@dataclass(frozen=True)
class Field:
    """One column: its name, what it may hold, and whether it names somebody."""

    name: str
    kind: str = "text"  # text, date, number, boolean, choice, choices
    choices: tuple = field(default=())
    identity: bool = False


FIELDS = (
    Field("org_Name"),
    Field(
        "org_Type",
        "choice",
        (
            "NGO",
            "LawEnforcement",
            "HealthServiceOrganisation",
            "CentralGovernmentOrganisation",
            "LocalGovernmentOrganisation",
            "ImmigrationService",
            "LegalService",
            "CorporateBusiness",
        ),
    ),
    Field("org_ShippingCountry"),
    Field("prs_Id"),
    Field("prs_FirstName", identity=True),
    Field("prs_SecondName", identity=True),
    Field("prs_Birthdate", "date", identity=True),
    Field("prs_Age", "number"),
    Field(
        "prs_Gender",
        "choice",
        ("Male", "Female", "Transgender/NonConforming", "Unknown"),
    ),
    Field("prs_Deceased", "boolean"),
    Field("vic_AgreementToManagePersonalData", "boolean"),
    Field("vic_TraffickingStatus", "choice", ("Possible", "Actual", "Not")),
    Field("vic_DecisionMakingOrganisation"),
    Field(
        "vic_RelationshipToTrafficker",
        "choice",
        ("Employer", "Parent", "Relative", "Cooperative", "Self", "Other", "Unknown"),
    ),
    Field("vic_AgeWhenTrafficked", "number"),
    Field(
        "vic_RecruitmentTactics",
        "choices",
        (
            "Abduction",
            "FalsePromisesOrStatements",
            "Familial",
            "Coercion",
            "Other",
            "Unknown",
        ),
    ),
    Field(
        "vic_MethodOfRecruitment",
        "choices",
        ("Internet", "EducationalFacility", "PublicArea", "Shelter", "Work", "Unknown"),
    ),
    Field("vic_LocationOfRecruitment"),
    Field(
        "vic_MethodsOfControl",
        "choices",
        (
            "DebtBondage",
            "TakesEarnings",
            "FalsePromises",
            "WithholdsDocuments",
            "Other",
        ),
    ),
    Field(
        "vic_TypeOfExploitation",
        "choices",
        ("ChildLabour", "ForcedLabour", "Servitude", "Other"),
    ),
    Field(
        "vic_TypeOfLabourExploitation",
        "choices",
        (
            "Agriculture",
            "DomesticWork",
            "Manufacturing",
            "MiningOrDrilling",
            "Peddling",
            "Transportation",
            "Other",
        ),
    ),
    Field("vic_ForcedLabourIndustry", "choice", tuple(INDUSTRIES.values())),
    Field("vic_LocationOfExploitation"),
    Field(
        "vic_Vulnerabilities", "choices", ("DisabilityAndPhysicalHealth", "Education")
    ),
    Field("per_RoleInProcess", "choices", ("Exploiter", "RecruiterOrIntermediary")),
    Field("hte_RecruitmentDate", "date"),
    Field("hte_RecruitmentCountry"),
    Field("hte_TransitDate", "date"),
    Field("hte_TransitCountry"),
    Field("hte_ExploitationDate", "date"),
    Field("hte_ExploitationCountry"),
    Field("cas_Id"),
    Field("cas_Status", "choice", ("Active", "FollowUp", "Closed", "ClosedReferred")),
    Field("cas_DateOpened", "date"),
    Field("cas_DateClosed", "date"),
    Field("cas_ReasonForClosing"),
    Field("cas_Owner"),
    Field("ref_IncomingReferralDate", "date"),
    Field(
        "ref_ReasonForOutgoingReferral",
        "choice",
        ("AdditionalServicesRequired", "MigrationOrChangeOfLocation", "Other"),
    ),
    Field("sup_Objectives", identity=True),
    Field(
        "sup_Type",
        "choices",
        (
            "Education",
            "Financial",
            "Health",
            "LabourExploitationRehabilitation",
            "Legal",
            "Livelihood",
            "Other",
        ),
    ),
    Field("sup_StartDate", "date"),
    Field("sup_PlannedEndDate", "date"),
    Field("sup_ActualEndDate", "date"),
    Field("con_ConsentDate", "date"),
)
NAMES = tuple(one.name for one in FIELDS)
BY_NAME = {one.name: one for one in FIELDS}

#: What each field is read from; see ``source.SOURCES``.
SOURCES = (
    "id case_code company_name country child_code first_name last_name birth_date "
    "birth_date_for_age age_estimated age_margin age_recorded_on sex closure_reason "
    "services_consent is_trafficked is_worst_form is_bonded documents_retained "
    "pay_withheld employer age_at_work works was_child_labour site_type isic_section "
    "area area_code has_disability school_status movements stage opened_at closed_on "
    "identified_on organisation plan_goal plan_start plan_target plan_end "
    "action_domains"
).split()

_TACTICS = {
    "promise": "FalsePromisesOrStatements",
    "force": "Abduction",
    "sale": "Other",
    "family": "Familial",
    "debt": "Coercion",
    "other": "Other",
    "unknown": "Unknown",
}
_RELATIONS = {
    "self": "Self",
    "parent": "Parent",
    "relative": "Relative",
    "employer": "Employer",
    "cooperative": "Cooperative",
    "other": "Other",
}
_SUPPORT = {
    "education": "Education",
    "vocational": "Education",
    "sibling_support": "Education",
    "cash": "Financial",
    "savings_group": "Financial",
    "health": "Health",
    "psychosocial": "Health",
    "site_action": "LabourExploitationRehabilitation",
    "protection": "LabourExploitationRehabilitation",
    "legal_documents": "Legal",
    "livelihood": "Livelihood",
}


def record(fact, age):
    """Return one row as ``{field name: value}`` from the facts of a case.

    :param dict fact: by the keys of :data:`SOURCES`
    :param age: completed years or None
    """
    events = {}
    for kind, day, country, means in fact["movements"] or ():
        events.setdefault(kind, (day, country, means))
    none = (None, None, None)
    recruited = events.get("recruitment", none)
    moved = events.get("transit", none)
    exploited = events.get("exploitation", none)
    forced = fact["is_bonded"] or fact["documents_retained"]
    labour = fact["was_child_labour"]
    if fact["is_trafficked"]:
        status = "Actual"
    elif forced or fact["is_worst_form"]:
        status = "Possible"
    else:
        status = "Not"
    letter = fact["isic_section"] or INDUSTRY_OF_SITE.get(fact["site_type"])
    where = fact["area_code"] or fact["area"]
    domains = (fact["action_domains"] or "").split(";")
    transferred = fact["closure_reason"] == "transferred"
    return {
        "org_Name": fact["company_name"],
        "org_Type": "NGO",
        "org_ShippingCountry": fact["country"],
        "prs_Id": fact["child_code"],
        "prs_FirstName": fact["first_name"],
        "prs_SecondName": fact["last_name"],
        "prs_Birthdate": fact["birth_date"],
        "prs_Age": age,
        "prs_Gender": {
            "female": "Female",
            "male": "Male",
            "other": "Transgender/NonConforming",
        }.get(fact["sex"], "Unknown"),
        "prs_Deceased": fact["closure_reason"] == "died",
        "vic_AgreementToManagePersonalData": bool(fact["services_consent"]),
        "vic_TraffickingStatus": status,
        "vic_DecisionMakingOrganisation": (
            fact["company_name"] if status != "Not" else None
        ),
        "vic_RelationshipToTrafficker": (
            _RELATIONS.get(fact["employer"], "Unknown") if status != "Not" else None
        ),
        "vic_AgeWhenTrafficked": fact["age_at_work"] if status != "Not" else None,
        "vic_RecruitmentTactics": [_TACTICS[recruited[2]]] if recruited[2] else [],
        "vic_MethodOfRecruitment": ["Unknown"] if recruited[2] else [],
        "vic_LocationOfRecruitment": recruited[1],
        "vic_MethodsOfControl": [
            name
            for name, known in (
                ("DebtBondage", fact["is_bonded"]),
                ("TakesEarnings", (fact["pay_withheld"] or 0) > 0),
                ("FalsePromises", recruited[2] == "promise"),
                ("WithholdsDocuments", fact["documents_retained"]),
            )
            if known
        ],
        "vic_TypeOfExploitation": [
            name
            for name, known in (
                ("ChildLabour", labour),
                ("ForcedLabour", forced),
                ("Other", fact["is_worst_form"] and not forced),
            )
            if known
        ],
        "vic_TypeOfLabourExploitation": (
            [LABOUR_OF_SITE.get(fact["site_type"], "Other")] if labour else []
        ),
        "vic_ForcedLabourIndustry": INDUSTRIES.get(letter) if labour else None,
        "vic_LocationOfExploitation": where,
        "vic_Vulnerabilities": [
            name
            for name, known in (
                ("DisabilityAndPhysicalHealth", fact["has_disability"]),
                ("Education", fact["school_status"] in ("never", "dropped_out")),
            )
            if known
        ],
        "per_RoleInProcess": (
            ["Exploiter"]
            if fact["employer"] in ("employer", "cooperative") and status != "Not"
            else []
        ),
        "hte_RecruitmentDate": recruited[0],
        "hte_RecruitmentCountry": recruited[1],
        "hte_TransitDate": moved[0],
        "hte_TransitCountry": moved[1],
        "hte_ExploitationDate": exploited[0],
        "hte_ExploitationCountry": exploited[1],
        "cas_Id": fact["case_code"],
        "cas_Status": (
            ("ClosedReferred" if transferred else "Closed")
            if fact["stage"] == "closed"
            else ("FollowUp" if fact["stage"] == "monitoring" else "Active")
        ),
        "cas_DateOpened": fact["opened_at"].date(),
        "cas_DateClosed": fact["closed_on"].date() if fact["closed_on"] else None,
        "cas_ReasonForClosing": fact["closure_reason"],
        "cas_Owner": fact["organisation"] or fact["company_name"],
        "ref_IncomingReferralDate": fact["identified_on"],
        "ref_ReasonForOutgoingReferral": (
            "AdditionalServicesRequired"
            if transferred
            else (
                "MigrationOrChangeOfLocation"
                if (fact["closure_reason"] or "").startswith("moved_")
                else None
            )
        ),
        "sup_Objectives": fact["plan_goal"],
        "sup_Type": sorted({_SUPPORT.get(name, "Other") for name in domains if name}),
        "sup_StartDate": fact["plan_start"],
        "sup_PlannedEndDate": fact["plan_target"],
        "sup_ActualEndDate": fact["plan_end"].date() if fact["plan_end"] else None,
        "con_ConsentDate": fact["services_consent"],
    }


def cells(row, identified):
    """Return the cells of one row in the standard's order; what names somebody stays
    empty unless it is asked for."""
    result = []
    for one in FIELDS:
        value = row[one.name] if identified or not one.identity else None
        if one.kind == "choices":
            value = ";".join(value or ())
        elif one.kind == "boolean":
            value = "true" if value else "false"
        result.append(value)
    return result


def read(content):
    """Read such a file back: ``[{field name: value}]``.

    :param bytes content: the file
    :raises ValueError: a column is unknown or missing, or a value is not one of the
        standard's; the text names row and column
    """
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    headers = next(reader, [])
    unknown = sorted(set(headers) ^ set(NAMES))
    if unknown:
        raise ValueError(f"row 1: {', '.join(unknown)}")
    rows = []
    for number, line in enumerate(reader, 2):
        row = {}
        for name, text in zip(headers, line, strict=True):
            try:
                row[name] = _value(BY_NAME[name], _restored(text))
            except ValueError as error:
                raise ValueError(f"row {number}, {name}: {text!r}") from error
        rows.append(row)
    return rows


def _restored(text):
    """What a neutral cell held."""
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        return text[1:]
    return text


def _value(one, text):
    if one.kind == "choices":
        values = [value for value in text.split(";") if value]
        if set(values) - set(one.choices):
            raise ValueError(text)
        return values
    if one.kind == "boolean":
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"
    if text == "":
        return None
    if one.kind == "choice" and text not in one.choices:
        raise ValueError(text)
    if one.kind == "number":
        return int(text)
    if one.kind == "date":
        return date.fromisoformat(text)
    return text
