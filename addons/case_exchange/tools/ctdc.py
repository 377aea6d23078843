"""Rows in the shape of the public data set of the Counter Trafficking Data
Collaborative (CTDC, IOM and partners), in which nobody stands out.

No Odoo here on purpose. Columns are those of the published set as we know it. A 1 says
that something is known; an empty cell says that nobody knows, never that it was not so.
Each row released is equal to at least ten others in **all** its columns (k = 11). What
holds for whole rows holds for each combination of columns too.
"""

#: How many rows are equal at least.
K = 11
#: What the rows need beside those of the data standard.
SOURCES = ("identified_on",)

_CONTROL = {
    "meansOfControlDebtBondage": {"DebtBondage"},
    "meansOfControlTakesEarnings": {"TakesEarnings"},
    "meansOfControlRestrictsFinancialAccess": {"RestrictsFinancialAccess"},
    "meansOfControlThreats": {"PhysicalThreats", "ThreatensChildrenFamily"},
    "meansOfControlPsychologicalAbuse": {"PsychologicalAbuse"},
    "meansOfControlPhysicalAbuse": {"PhysicalAbuse"},
    "meansOfControlSexualAbuse": {"SexualAbuse"},
    "meansOfControlFalsePromises": {"FalsePromises"},
    "meansOfControlPsychoactiveSubstances": {"PsychoactiveSubstance"},
    "meansOfControlRestrictsMedicalCare": {"RestrictsMedicalCare"},
    "meansOfControlExcessiveWorkingHours": {"ExcessiveWorkingHours"},
    "meansOfControlThreatOfLawEnforcement": {"ThreatsLawEnforcement"},
    "meansOfControlWithholdsNecessities": {"WithholdsNecessities"},
    "meansOfControlWithholdsDocuments": {"WithholdsDocuments"},
    "meansOfControlOther": {"Other"},
}
_EXPLOITATION = {
    "isForcedLabour": {"ForcedLabour", "ChildLabour", "Servitude", "ForcedBegging"},
    "isSexualExploit": {"SexualExploitation"},
    "isForcedMarriage": {"ForcedMarriage"},
    "isForcedMilitary": {"ForcedMilitaryByNonStateActors"},
    "isOrganRemoval": {"OrganRemoval"},
    "isOtherExploit": {"ForcedAdoption", "Surrogacy", "Other"},
}
_LABOUR = {
    "typeOfLabourAgriculture": "A",
    "typeOfLabourMiningOrDrilling": "B",
    "typeOfLabourManufacturing": "C",
    "typeOfLabourConstruction": "F",
    "typeOfLabourPeddling": "G",
    "typeOfLabourTransportation": "H",
    "typeOfLabourHospitality": "I",
    "typeOfLabourDomesticWork": "T",
}
_SEX = {
    "typeOfSexProstitution": "Prostitution",
    "typeOfSexPornography": "Pornography",
    "typeOfSexRemoteInteractiveServices": "RemoteInteractiveServices",
    "typeOfSexPrivateSexualServices": "PrivateSexualServices",
}
_GENDERS = {
    "Feminine": "Female",
    "Masculine": "Male",
    "TransgenderFeminine": "Transgender/NonConforming",
    "TransgenderMasculine": "Transgender/NonConforming",
    "NonConforming": "Transgender/NonConforming",
}
_RELATIONS = {"Familial": "Family", "Acquainted": "Friend", "Unaquainted": "Other"}
#: The first year of each band and what the data set calls it.
_AGES = (
    (0, "0--8"),
    (9, "9--17"),
    (18, "18--20"),
    (21, "21--23"),
    (24, "24--26"),
    (27, "27--29"),
    (30, "30--38"),
    (39, "39--47"),
    (48, "48+"),
)

NAMES = (
    "yearOfRegistration",
    "Datasource",
    "gender",
    "ageBroad",
    "majorityStatus",
    "citizenship",
    *_CONTROL,
    *_EXPLOITATION,
    *_LABOUR,
    *_SEX,
    "CountryOfExploitation",
    "RecruiterRelationship",
)
#: What is emptied first where a row stands out, down to what is emptied last.
STEPS = (
    tuple(_CONTROL),
    (*_LABOUR, *_SEX, "RecruiterRelationship"),
    ("yearOfRegistration",),
    tuple(_EXPLOITATION),
    ("CountryOfExploitation",),
    ("citizenship",),
    ("ageBroad",),
    ("majorityStatus",),
    ("gender",),
)


def record(row, age, fact):
    """Return one row of the data set from one of the data standard.

    :param dict row: by the names of the data standard
    :param age: completed years or None
    :param dict fact: by the keys of :data:`SOURCES`
    """
    controls = set(row["vic_MethodsOfControl"] or ())
    types = set(row["vic_TypeOfExploitation"] or ())
    sexual = set(row["vic_TypeOfSexExploitation"] or ())
    industry = (row["vic_ForcedLabourIndustry"] or "")[:1]
    citizenships = row["prs_Citizenship"] or []
    exploited = row["hte_Type"] == "Exploitation"
    bands = [name for first, name in _AGES if age is not None and age >= first]
    return {
        "yearOfRegistration": str(fact["identified_on"].year),
        "Datasource": "Case Management",
        "gender": _GENDERS.get(row["prs_Gender"], ""),
        "ageBroad": bands[-1] if bands else "",
        "majorityStatus": ("" if age is None else "Minor" if age < 18 else "Adult"),
        "citizenship": citizenships[0] if len(citizenships) == 1 else "",
        **{name: _known(controls & codes) for name, codes in _CONTROL.items()},
        **{name: _known(types & codes) for name, codes in _EXPLOITATION.items()},
        **{name: _known(industry == letter) for name, letter in _LABOUR.items()},
        **{name: _known(code in sexual) for name, code in _SEX.items()},
        "CountryOfExploitation": (row["hte_Country"] or "") if exploited else "",
        "RecruiterRelationship": _RELATIONS.get(
            row["vic_RelationshipToTrafficker"], ""
        ),
    }


def _known(answer):
    return "1" if answer else ""


def anonymous(rows, k=K):
    """Return the rows in their order, emptied until each is equal to k - 1 others.

    None stands in place of a row that cannot be released at all. What was emptied is
    emptied step by step, for those rows alone that still stand out.
    """
    rows = [dict(row) for row in rows]
    for step in (*STEPS, ()):
        groups = {}
        for index, row in enumerate(rows):
            if row is not None:
                groups.setdefault(tuple(row.items()), []).append(index)
        for indexes in groups.values():
            if len(indexes) < k:
                for index in indexes:
                    if step:
                        rows[index].update(dict.fromkeys(step, ""))
                    else:
                        rows[index] = None
    return rows
