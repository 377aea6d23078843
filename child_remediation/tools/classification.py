"""Child-labour classification (R3): a pure function of stored inputs and rules.

No Odoo here on purpose: the same inputs and the same rules give the same class on
any day and in any database.
"""

NOT_CHILD = "not_child"
WFCL = "wfcl"
HAZARDOUS = "hazardous"
BELOW_MIN_AGE = "below_min_age"
NOT_PERMITTED = "not_permitted"
PERMITTED_LIGHT = "permitted_light"
AT_RISK = "at_risk"
NONE = "none"

#: Classes that are child labour; the others let a visit be clean (R22).
CHILD_LABOUR = frozenset({WFCL, HAZARDOUS, BELOW_MIN_AGE, NOT_PERMITTED})

#: What a framework must say; hours are per week, ages in completed years.
RULE_KEYS = (
    "min_age",
    "light_age",
    "light_max_hours",
    "hazard_age",
    "max_hours",
    "light_only_until",
)


def hours_per_week(days, start, end):
    """Weekly hours from days per week and the times of a day (floats, 24 h clock).

    A shift that ends before it starts runs over midnight. Returns None when one of
    the three is unknown.
    """
    if not days or start is None or end is None or start == end:
        return None
    return days * ((end - start) % 24)


def classify(inputs, rules):
    """Return ``(class, reasons)`` for one dated work situation.

    ``inputs``: age (completed years, youngest reading, None if unknown), works,
    hours (per week, None if unknown), worst_form, hazards (collection of codes),
    site_type, night, light, interferes_with_school, at_risk.
    ``rules``: the numbers of :data:`RULE_KEYS` and ``hazardous_site_types``.

    Doubt favours the child: an unknown age is read as below every age and unknown
    hours never lower the class.
    """
    age = inputs.get("age")
    young = -1 if age is None else age
    if young >= 18:
        return NOT_CHILD, ["age"]
    # Each finding of child labour, the gravest first: the first names the class, the
    # reasons name all.
    findings = []
    if inputs.get("worst_form"):
        findings.append((WFCL, ["worst_form"]))
    if inputs.get("works"):
        findings += _work_findings(inputs, rules, young)
    findings = [(found, reasons) for found, reasons in findings if reasons]
    if findings:
        return findings[0][0], [
            reason for _f, reasons in findings for reason in reasons
        ]
    if inputs.get("works") and (inputs.get("light") or young < rules["min_age"]):
        return PERMITTED_LIGHT, ["light"]
    if inputs.get("at_risk"):
        return AT_RISK, ["at_risk"]
    return NONE, ["legal_work" if inputs.get("works") else "no_work"]


def _work_findings(inputs, rules, young):
    """Return ``[(class, reasons)]`` of work that the law does not allow."""
    hours = inputs.get("hours")
    findings = [(HAZARDOUS, _hazardous_reasons(inputs, rules, young, hours))]
    if young < rules["light_age"]:
        findings.append((BELOW_MIN_AGE, ["below_light_age"]))
    elif young < rules["min_age"]:
        findings.append((BELOW_MIN_AGE, _not_light_reasons(inputs, rules, hours)))
    elif not inputs.get("light") and young < rules["light_only_until"]:
        findings.append((NOT_PERMITTED, ["only_light_work_allowed"]))
    return findings


def _hazardous_reasons(inputs, rules, young, hours):
    if young >= rules["hazard_age"]:
        return []
    reasons = [f"hazard_{code}" for code in sorted(inputs.get("hazards") or ())]
    if inputs.get("site_type") in rules["hazardous_site_types"]:
        reasons.append("hazardous_site_type")
    if young >= rules["min_age"]:
        if inputs.get("night"):
            reasons.append("night")
        if hours is not None and hours > rules["max_hours"]:
            reasons.append("excessive_hours")
    return reasons


def _not_light_reasons(inputs, rules, hours):
    reasons = []
    if hours is None:
        reasons.append("hours_unknown")
    elif hours > rules["light_max_hours"]:
        reasons.append("light_hours_exceeded")
    reasons += [
        name for name in ("interferes_with_school", "night") if inputs.get(name)
    ]
    if not inputs.get("light"):
        reasons.append("not_light")
    return reasons
