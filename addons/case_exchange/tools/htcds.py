"""The Human Trafficking Case Data Standard 2.0 (IOM) as one row per case.

No Odoo here on purpose. Column names and values are the standard's own; the first ones
stand in the order of its published spreadsheet, so that rows are pasted there. Several
values are joined by a semicolon. What a child-labour case does not know stays empty:
nobody's decision is filled in by default, above all not who decided that a child is a
victim of trafficking.
"""

from dataclasses import dataclass

from odoo.addons.remediation_base.tools.answers import YES

from .source import ANSWERED

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


@dataclass(frozen=True)
class Field:
    """One column: its name, how its cell is written, whether it names somebody."""

    name: str
    kind: str = "text"  # text, date, boolean, choice, choices
    identity: bool = False


#: The columns of the published spreadsheet in its order, after the number of the row.
SPREADSHEET = (
    Field("cas_CaseOwner"),
    Field("prs_Salutation", identity=True),
    Field("prs_FirstName", identity=True),
    Field("prs_SecondName", identity=True),
    Field("con_Consent", "boolean"),
    Field("prs_Birthdate", "date", identity=True),
    Field("prs_Gender", "choice"),
    Field("prs_Citizenship", "choices"),
    Field("prs_Title", identity=True),
    Field("prs_Email", identity=True),
    Field("prs_HomePhone", identity=True),
    Field("prs_MobilePhone", identity=True),
    # The spreadsheet has two headers for each part of the address, in two orders.
    Field("prs_MailingCity", identity=True),
    Field("prs_MailingCountry", identity=True),
    Field("prs_MailingState", identity=True),
    Field("prs_MailingStreet", identity=True),
    Field("prs_MailingPostalCode", identity=True),
    Field("vic_TraffickingStatus", "choice"),
    Field("vic_TraffickingStatusDecisionMakingOrg", "choice"),
    Field("vic_MethodOfRecruitment", "choices"),
    Field("vic_LocationOfRecruitment", identity=True),
    Field("vic_MethodsOfControl", "choices"),
    Field("vic_TypeOfExploitation", "choices"),
    Field("vic_ForcedLabourIndustry", "choice"),
    Field("vic_TypeOfSexExploitation", "choices"),
    Field("vic_LocationOfExploitation"),
    Field("cas_Status", "choice"),
    Field("cas_ReferringOrganisation", identity=True),
    Field("cas_IncomingReferralDate", "date"),
    Field("cas_ReferringPrimaryCaseWorker", identity=True),
    Field("cas_ReasonForIncomingReferral", "choice"),
    Field("cas_IncomingReferralDetails", identity=True),
    Field("cas_ReferredOrganisation", identity=True),
    Field("cas_ReferredPrimaryCaseWorker", identity=True),
    Field("cas_ReasonForOutgoingReferral", "choice"),
    Field("cas_OutgoingReferralDate", "date"),
    Field("cas_OutgoingReferralDetails", identity=True),
    Field("cas_ReasonForCaseClosure"),
)
#: What the standard has beside them and a case knows.
BESIDE = (
    Field("org_Name"),
    Field("org_ShippingCountry"),
    Field("prs_Deceased", "boolean"),
    Field("prs_IdentityNumber", identity=True),
    Field("vic_RelationshipToTrafficker", "choice"),
    Field("vic_AgeWhenTrafficked"),
    # The standard has no number of a case: ours stands here.
    Field("cco_CaseComment"),
    Field("hte_Type", "choice"),
    Field("hte_Date", "date"),
    Field("hte_City", identity=True),
    Field("hte_Country"),
    Field("hte_Description"),
    Field("spl_Objectives", identity=True),
    Field("spl_ActionPlan"),
    Field("spl_Type", "choice"),
    Field("spl_PlannedEndDate", "date"),
    Field("spl_ActualEndDate", "date"),
)
FIELDS = SPREADSHEET + BESIDE
NAMES = tuple(one.name for one in FIELDS)

#: What each field is read from; see ``source.SOURCES``.
SOURCES = (
    "id case_code company_name country child_code first_name last_name birth_date "
    "birth_date_for_age age_estimated age_margin age_recorded_on national_id sex "
    "closure_reason services_consent is_trafficked is_worst_form is_bonded "
    "documents_retained pay_withheld employer age_at_work was_child_labour site "
    "site_type isic_section movements stage closed_on organisation plan_goal "
    "plan_start plan_target plan_end action_domains"
).split()

_GENDER = {"female": "Feminine", "male": "Masculine"}
_RELATIONS = {"parent": "Familial", "relative": "Familial"}
_SUPPORT = {
    "education": "Education",
    "vocational": "Education",
    "sibling_support": "Education",
    "cash": "Financial",
    "savings_group": "Financial",
    "health": "Health",
    "psychosocial": "SocialCare",
    "family_mediation": "SocialCare",
    "protection": "SocialCare",
    "food": "SocialCare",
    "site_action": "LabourExploitationRehabilitation",
    "legal_documents": "Legal",
    "livelihood": "Livelihood",
}
EVENTS = {
    "recruitment": "Recruitment",
    "transit": "Transit",
    "exploitation": "Exploitation",
}


def record(fact, age):
    """Return one row as ``{field name: value}`` from the facts of a case.

    :param dict fact: by the keys of :data:`SOURCES`
    :param age: completed years or None; the standard has no place for it
    """
    row = dict.fromkeys(NAMES)
    row.update(_person(fact))
    row.update(_victim(fact))
    row.update(_case(fact))
    row.update(_events(fact))
    row.update(_plan(fact))
    return row


def _person(fact):
    return {
        "org_Name": fact["company_name"],
        "org_ShippingCountry": fact["country"],
        "prs_FirstName": fact["first_name"],
        "prs_SecondName": fact["last_name"],
        "prs_Birthdate": fact["birth_date"],
        "prs_IdentityNumber": fact["national_id"],
        "prs_Gender": _GENDER.get(fact["sex"], "NonSpecifiedUnknown"),
        "prs_Deceased": fact["closure_reason"] == "died",
        "con_Consent": bool(fact["services_consent"]),
    }


def _victim(fact):
    told = {name for name in ANSWERED if fact[name] == YES}
    forced = told & {"is_bonded", "documents_retained"}
    labour = fact["was_child_labour"]
    means = {means for _kind, _day, _country, means in fact["movements"] or ()}
    letter = fact["isic_section"] or INDUSTRY_OF_SITE.get(fact["site_type"])
    return {
        # A worker's record makes a possible victim; an authority decides the rest.
        "vic_TraffickingStatus": "PossibleVictimOfTrafficking" if told else None,
        "vic_RelationshipToTrafficker": (
            _RELATIONS.get(fact["employer"]) if told else None
        ),
        "vic_AgeWhenTrafficked": fact["age_at_work"]
        if "is_trafficked" in told
        else None,
        "vic_MethodOfRecruitment": (
            ["ThroughFamilyOrFamilyEvents"] if "family" in means else []
        ),
        "vic_MethodsOfControl": [
            name
            for name, known in (
                ("DebtBondage", "is_bonded" in told),
                ("FalsePromises", "promise" in means),
                ("TakesEarnings", (fact["pay_withheld"] or 0) > 0),
                ("WithholdsDocuments", "documents_retained" in told),
            )
            if known
        ],
        "vic_TypeOfExploitation": [
            name
            for name, known in (
                ("ForcedLabour", forced),
                ("ChildLabour", labour),
                ("Other", "is_worst_form" in told and not forced),
            )
            if known
        ],
        "vic_ForcedLabourIndustry": (
            INDUSTRIES.get(letter) if labour or forced else None
        ),
        "vic_LocationOfExploitation": fact["site"] if labour or forced else None,
    }


def _case(fact):
    closed = fact["stage"] == "closed"
    left = (fact["closure_reason"] or "").startswith("moved_")
    transferred = fact["closure_reason"] == "transferred"
    status = "FollowUp" if fact["stage"] == "monitoring" else "Active"
    if closed:
        status = "ClosedReferred" if transferred else "Closed"
    return {
        "cas_CaseOwner": fact["organisation"] or fact["company_name"],
        "cas_Status": status,
        "cas_ReasonForCaseClosure": fact["closure_reason"],
        "cas_ReasonForOutgoingReferral": (
            "MigrationOrChangeOfLocation" if left else None
        ),
        "cas_OutgoingReferralDate": (
            fact["closed_on"].date() if transferred and fact["closed_on"] else None
        ),
        "cco_CaseComment": f"{fact['case_code']} {fact['child_code'] or ''}".strip(),
    }


def _events(fact):
    """The gravest event in the columns, all of them as text."""
    known = [
        (kind, day, country)
        for kind, day, country, _means in fact["movements"] or ()
        if kind in EVENTS
    ]
    if not known:
        return {}
    order = list(EVENTS)
    kind, day, country = max(known, key=lambda event: order.index(event[0]))
    return {
        "hte_Type": EVENTS[kind],
        "hte_Date": day,
        "hte_Country": country,
        "hte_Description": "; ".join(
            " ".join(filter(None, (EVENTS[kind], day and str(day), country)))
            for kind, day, country in known
        ),
    }


def _plan(fact):
    domains = [name for name in (fact["action_domains"] or "").split(";") if name]
    kinds = {_SUPPORT[name] for name in domains if name in _SUPPORT}
    return {
        "spl_Objectives": fact["plan_goal"],
        "spl_ActionPlan": "; ".join(domains) or None,
        # One value: where a plan has several, the action plan names them.
        "spl_Type": kinds.pop() if len(kinds) == 1 else None,
        "spl_PlannedEndDate": fact["plan_target"],
        "spl_ActualEndDate": fact["plan_end"].date() if fact["plan_end"] else None,
    }


def cells(row, identified):
    """Return the cells of one row in the order of :data:`NAMES`; what names somebody
    stays empty unless it is asked for."""
    result = []
    for one in FIELDS:
        value = row[one.name] if identified or not one.identity else None
        if one.kind == "choices":
            value = ";".join(value or ())
        elif one.kind == "boolean":
            value = "true" if value else "false"
        result.append(value)
    return result
