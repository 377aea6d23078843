"""Where the facts of an export come from: one SELECT over cases, read as a stream.

Each entry of :data:`SOURCES` is an SQL expression over the tables named in
:func:`statement`. Names and contacts come from rows that the user sees by the rules of
those very rows: who kept an old case does not get the name of a child that somebody
else holds today.
"""

from odoo.tools import SQL

from odoo.addons.child_remediation.tools.classification import CHILD_LABOUR
from odoo.addons.remediation_base.tools.answers import NO, UNKNOWN, YES

#: How many rows the server-side cursor hands over at a time.
CHUNK = 2000

WORK = "remediation.work.situation"


def _answers(record, definition):
    """The answers to a programme's own questions, one "question: answer" a line.

    :param record: SQL of the row that holds the answers
    :param definition: column of the programme that holds the questions
    """
    return f"""(
        SELECT string_agg((d->>'string') || ': ' || COALESCE(
                   (SELECT o->>1 FROM jsonb_array_elements(
                        CASE WHEN jsonb_typeof(d->'selection') = 'array'
                             THEN d->'selection' ELSE '[]' END) o
                     WHERE o->>0 = r.answers->>(d->>'name')),
                   r.answers->>(d->>'name')), E'\\n' ORDER BY n)
          FROM {record} r,
               jsonb_array_elements(p.{definition}) WITH ORDINALITY q(d, n)
         WHERE jsonb_typeof(p.{definition}) = 'array'
           AND r.answers->(d->>'name') NOT IN ('null', 'false', '""', '[]'))"""


#: Answers of a work situation: yes, no, unknown, and nothing where nobody asked.
ANSWERED = ("is_trafficked", "is_bonded", "documents_retained", "is_worst_form")
ASKED = ("works", *ANSWERED)


def _ever(name):
    """What was answered over time: yes once is yes, and unknown is never no."""
    found = " ".join(
        f"WHEN bool_or(z.{name} = '{answer}') THEN '{answer}'"
        for answer in (YES, UNKNOWN, NO)
    )
    return f"CASE {found} END AS {name}"


#: Answers to a programme's own questions: anything may stand in them.
ANSWERS = ("case_answers", "assessment_answers", "visit_answers")

#: What each key reads: (SQL, model whose read right it needs beside the case's).
SOURCES = {
    "id": ("c.id", None),
    "case_code": ("c.name", None),
    "company_id": ("c.company_id", None),
    "stage": ("c.stage", None),
    "risk_level": ("c.risk_level", None),
    "classification": ("c.classification", None),
    "identified_on": ("c.identified_on", None),
    "opened_at": ("c.opened_at", None),
    "first_contact_on": ("c.first_contact_on", None),
    "next_due": ("c.next_due", None),
    "closed_on": ("c.closed_on", None),
    "closure_reason": ("c.closure_reason", None),
    "closure_outcome": ("c.closure_outcome", None),
    "reopened_count": ("COALESCE(c.reopened_count, 0)", None),
    "child_code": ("b.name", None),
    "sex": ("b.sex", None),
    "birth_date_for_age": ("b.birth_date", None),
    "age_estimated": ("b.age_estimated", None),
    "age_margin": ("b.age_margin", None),
    "age_recorded_on": ("b.age_recorded_on", None),
    "school_status": ("b.school_status", None),
    "has_disability": ("COALESCE(b.has_disability, FALSE)", None),
    "birth_registered": ("b.birth_registered", None),
    "programme": ("{programme}", None),
    "team": ("t.name", None),
    "organisation": ("o.name", None),
    "area": ("{area}", None),
    "area_code": ("a.code", None),
    "site": ("s.name", None),
    "site_type": ("s.site_type", None),
    "commodity": ("s.commodity", None),
    "isic_section": ("upper(s.isic_section)", None),
    "country": ("{country}", None),
    "company_name": ("co.name", None),
    # The zone of the place of the case, in which its moments are written.
    "zone": ("COALESCE(cp.tz, 'Africa/Lubumbashi')", None),
    "situation_on": ("w.date", WORK),
    "hours_week": (
        "COALESCE(w.hours_effective, 0)::float",
        WORK,
    ),
    "days_week": ("COALESCE(w.days_week, 0)", WORK),
    "works": ("w.works", WORK),
    "activity": ("w.activity", WORK),
    "age_at_work": ("ever.started_age", WORK),
    "employer": ("ever.employer", WORK),
    "is_bonded": ("ever.is_bonded", WORK),
    "documents_retained": ("ever.documents_retained", WORK),
    "is_trafficked": ("ever.is_trafficked", WORK),
    "is_worst_form": ("ever.is_worst_form", WORK),
    "was_child_labour": ("COALESCE(ever.labour, FALSE)", WORK),
    "pay_withheld": ("COALESCE(ever.pay_withheld, 0)::float", WORK),
    "pay": ("COALESCE(w.pay, 0)::float", WORK),
    "pay_period": ("w.pay_period", WORK),
    "paid_to": ("w.paid_to", WORK),
    "pay_promised": ("COALESCE(w.pay_promised, 0)::float", WORK),
    "wage_withheld": ("COALESCE(w.pay_withheld, 0)::float", WORK),
    "fee_amount": ("COALESCE(w.fee_amount, 0)::float", WORK),
    "debt_amount": ("COALESCE(w.debt_amount, 0)::float", WORK),
    "debt_holder": ("w.debt_holder", WORK),
    "work_currency": (
        "(SELECT y.name FROM res_currency y WHERE y.id = w.currency_id)",
        WORK,
    ),
    "visits_done": (
        "(SELECT count(*) FROM remediation_visit v"
        " WHERE v.case_id = c.id AND v.state = 'done')",
        "remediation.visit",
    ),
    "clean_visits": (
        "(SELECT count(*) FROM remediation_visit v"
        " WHERE v.case_id = c.id AND v.state = 'done' AND v.is_clean)",
        "remediation.visit",
    ),
    "open_actions": (
        "(SELECT count(*) FROM remediation_plan_action x WHERE x.case_id = c.id"
        " AND x.state IN ('planned', 'in_progress'))",
        "remediation.plan.action",
    ),
    "deliveries": (
        "(SELECT count(*) FROM remediation_service_delivery d"
        " WHERE d.case_id = c.id AND d.state = 'given')",
        "remediation.service.delivery",
    ),
    "plan_start": ("pl.date_start", "remediation.plan"),
    "plan_target": ("pl.target_date", "remediation.plan"),
    "plan_end": ("pl.completed_on", "remediation.plan"),
    "plan_goal": ("pl.goal", "remediation.plan"),
    "action_domains": (
        "(SELECT string_agg(DISTINCT x.domain, ';' ORDER BY x.domain)"
        " FROM remediation_plan_action x"
        " WHERE x.case_id = c.id AND x.state <> 'cancelled')",
        "remediation.plan.action",
    ),
    "movements": (
        "(SELECT json_agg(json_build_array(m.kind, m.date_from, k.code, m.means)"
        " ORDER BY m.date_from, m.id) FROM remediation_movement m"
        " LEFT JOIN res_country k ON k.id = m.country_id WHERE m.case_id = c.id)",
        "remediation.movement",
    ),
    "services_consent": (
        "(SELECT max(k.given_on) FROM remediation_consent k WHERE k.case_id = c.id"
        " AND k.purpose = 'services' AND k.state = 'given'"
        " AND k.standing = 'counts')",
        "remediation.consent",
    ),
    # Answers to a programme's own questions
    "case_answers": (
        _answers("(SELECT c.properties AS answers)", "case_properties"),
        None,
    ),
    "assessment_answers": (
        _answers(
            "(SELECT x.properties AS answers FROM remediation_assessment x"
            " WHERE x.case_id = c.id AND x.state = 'approved'"
            " ORDER BY x.id DESC LIMIT 1)",
            "assessment_properties",
        ),
        "remediation.assessment",
    ),
    "visit_answers": (
        _answers(
            "(SELECT x.properties AS answers FROM remediation_visit x"
            " WHERE x.case_id = c.id AND x.state = 'done'"
            " ORDER BY x.date_done DESC, x.id DESC LIMIT 1)",
            "visit_properties",
        ),
        "remediation.visit",
    ),
    # What names somebody
    "first_name": ("i.first_name", "remediation.beneficiary"),
    "last_name": ("i.last_name", "remediation.beneficiary"),
    "nickname": ("i.nickname", "remediation.beneficiary"),
    "birth_date": ("i.birth_date", "remediation.beneficiary"),
    "national_id": ("i.national_id", "remediation.beneficiary"),
    "external_ref": ("i.external_ref", "remediation.beneficiary"),
    "last_grade": ("i.last_grade", "remediation.beneficiary"),
    "address": ("h.address", "remediation.household"),
    "caregiver_name": ("g.full_name", "remediation.household.member"),
    "caregiver_relationship": ("g.relationship", "remediation.household.member"),
    "caregiver_phone": ("g.phone", "remediation.household.member"),
}
#: Keys that name somebody, by what they read (the rest says nothing of who it is).
IDENTITY = frozenset(
    (
        "first_name",
        "last_name",
        "nickname",
        "birth_date",
        "national_id",
        "external_ref",
        "address",
        "caregiver_name",
        "caregiver_phone",
        # Free text: a name may stand in it.
        "activity",
        "last_grade",
        "plan_goal",
        *ANSWERS,
    )
)


CASE, CHILD = "remediation.case", "remediation.beneficiary"
MEMBER, SITE_TYPE = "remediation.household.member", (WORK, "site_type")
#: The field that each key tells; a family that withholds an item withholds the keys
#: that tell one of its fields (R71). What is not here tells nothing one can withhold.
TELLS = {
    "risk_level": (CASE, "risk_level"),
    "classification": (CASE, "classification"),
    "closure_reason": (CASE, "closure_reason"),
    "closure_outcome": (CASE, "closure_outcome"),
    "child_code": (CHILD, "name"),
    "external_ref": (CHILD, "external_ref"),
    "first_name": (CHILD, "first_name"),
    "nickname": (CHILD, "nickname"),
    "last_name": (CHILD, "last_name"),
    "national_id": (CHILD, "national_id"),
    "sex": (CHILD, "sex"),
    "birth_date": (CHILD, "birth_date"),
    "birth_date_for_age": (CHILD, "birth_date"),
    "age_estimated": (CHILD, "age_estimated"),
    "age_margin": (CHILD, "age_margin"),
    "age_recorded_on": (CHILD, "age_recorded_on"),
    "school_status": (CHILD, "school_status"),
    "last_grade": (CHILD, "last_grade"),
    "organisation": (CASE, "organisation_id"),
    "area": (CASE, "area_id"),
    "area_code": (CASE, "area_id"),
    "site": (CASE, "site_id"),
    "site_type": SITE_TYPE,
    "commodity": SITE_TYPE,
    "isic_section": SITE_TYPE,
    "hours_week": (WORK, "hours_week"),
    "days_week": (WORK, "days_week"),
    "works": (WORK, "works"),
    "activity": (WORK, "activity"),
    "age_at_work": (WORK, "started_age"),
    "employer": (WORK, "employer_relationship"),
    "is_bonded": (WORK, "is_bonded"),
    "documents_retained": (WORK, "documents_retained"),
    "is_trafficked": (WORK, "is_trafficked"),
    "is_worst_form": (WORK, "is_worst_form"),
    "was_child_labour": (WORK, "classification"),
    "pay_withheld": (WORK, "pay_withheld"),
    "pay": (WORK, "pay"),
    "pay_period": (WORK, "pay_period"),
    "paid_to": (WORK, "paid_to"),
    "pay_promised": (WORK, "pay_promised"),
    "wage_withheld": (WORK, "pay_withheld"),
    "fee_amount": (WORK, "fee_amount"),
    "debt_amount": (WORK, "debt_amount"),
    "debt_holder": (WORK, "debt_holder"),
    "work_currency": (WORK, "currency_id"),
    "clean_visits": ("remediation.visit", "is_clean"),
    "plan_goal": ("remediation.plan", "goal"),
    "case_answers": (CASE, "properties"),
    "assessment_answers": ("remediation.assessment", "properties"),
    "visit_answers": ("remediation.visit", "properties"),
    "movements": ("remediation.movement", "place"),
    "address": ("remediation.household", "address"),
    "caregiver_name": (MEMBER, "full_name"),
    "caregiver_relationship": (MEMBER, "relationship"),
    "caregiver_phone": (MEMBER, "phone"),
}


def withheld(hidden):
    """The keys that tell one of these fields, ``{model: {field}}``.

    Whatever a family withholds may stand in the answer to an own question as well.
    """
    told = {
        key for key, (model, name) in TELLS.items() if name in hidden.get(model, ())
    }
    return told | set(ANSWERS) if told else told


def models_of(keys):
    """Names of the models whose read right these sources need."""
    return sorted({SOURCES[key][1] for key in keys if SOURCES[key][1]})


def reporting_consent(today):
    """Whether reporting consent is in force for the case ``c`` (R9).

    The same answer as ``cases._disclosure_reportable()``, for any number in one query.
    """
    return SQL(
        """EXISTS (
            SELECT 1 FROM remediation_consent k
             WHERE k.case_id = c.id AND k.purpose = 'reporting' AND k.answer = 'yes'
               AND k.standing = 'counts'
               AND k.given_on <= %(today)s
               AND k.is_lapsed IS NOT TRUE
               AND (k.valid_until IS NULL OR k.valid_until >= %(today)s)
               AND (k.withdrawn_on IS NULL OR k.withdrawn_on > %(today)s)
               AND NOT EXISTS (
                    SELECT 1 FROM remediation_consent n
                     WHERE n.case_id = c.id AND n.purpose = 'reporting'
                       AND n.answer = 'no' AND n.standing = 'counts'
                       AND n.given_on <= %(today)s
                       AND (n.given_on, n.id) > (k.given_on, k.id)))""",
        today=today,
    )


def statement(env, domain, keys, today, *, with_consent=True, count=False):
    """The SELECT of ``keys`` over the cases of a domain, by the rules of ``env``."""

    def translated(column):
        column = SQL(column)
        return SQL(
            "COALESCE(%s->>%s, %s->>'en_US')", column, env.lang or "en_US", column
        )

    cases = env["remediation.case"].with_context(active_test=False)
    places = {
        "{programme}": translated("p.name"),
        "{area}": translated("a.name"),
        "{country}": SQL("country.code"),
    }
    if count:
        columns = SQL("count(*)")
    else:
        columns = SQL(", ").join(
            places.get(SOURCES[key][0]) or SQL(SOURCES[key][0]) for key in keys
        )
    query = SQL(
        "SELECT %s FROM remediation_case c %s WHERE c.id IN %s%s",
        columns,
        SQL(" ").join(_joins(env, keys)) if not count else SQL(),
        cases._search(domain).subselect(),
        SQL(" AND %s", reporting_consent(today)) if with_consent else SQL(),
    )
    return query if count else SQL("%s ORDER BY c.id", query)


def _joins(env, keys):
    """The tables that the columns of a statement come from."""
    used = {"id", *keys}
    joins = [
        SQL("JOIN remediation_beneficiary b ON b.id = c.beneficiary_id"),
        SQL("LEFT JOIN remediation_programme p ON p.id = c.programme_id"),
        SQL("LEFT JOIN remediation_team t ON t.id = c.team_id"),
        SQL("LEFT JOIN res_partner o ON o.id = c.organisation_id"),
        SQL("LEFT JOIN remediation_area a ON a.id = c.area_id"),
        SQL("LEFT JOIN remediation_site s ON s.id = c.site_id"),
        SQL("JOIN res_company co ON co.id = c.company_id"),
        SQL("LEFT JOIN res_partner cp ON cp.id = co.partner_id"),
        SQL("LEFT JOIN res_country country ON country.id = cp.country_id"),
        SQL("LEFT JOIN remediation_work_situation w ON w.id = c.work_situation_id"),
    ]
    if any("ever." in SOURCES[key][0] for key in used):
        # What was true once stays true of the child, whatever a later visit found.
        joins.append(
            SQL(
                """LEFT JOIN LATERAL (
                    SELECT %s,
                           max(z.pay_withheld) AS pay_withheld,
                           min(NULLIF(z.started_age, 0)) AS started_age,
                           bool_or(z.classification = ANY(%s)) AS labour,
                           (array_agg(z.employer_relationship ORDER BY z.date DESC,
                            z.id DESC) FILTER (WHERE z.employer_relationship
                            IS NOT NULL))[1] AS employer
                      FROM remediation_work_situation z WHERE z.case_id = c.id
                ) ever ON TRUE""",
                SQL(", ").join(SQL(_ever(name)) for name in ANSWERED),
                sorted(CHILD_LABOUR),
            )
        )
    if any(key.startswith("plan_") for key in used):
        joins.append(
            SQL(
                "LEFT JOIN LATERAL (SELECT * FROM remediation_plan q"
                " WHERE q.case_id = c.id AND q.state IN ('active', 'completed')"
                " ORDER BY (q.state = 'active') DESC, q.id DESC LIMIT 1) pl ON TRUE"
            )
        )
    return joins + _joins_of_people(env, used)


def _joins_of_people(env, used):
    """The tables that name somebody, by what the user may see of them."""

    def visible(model):
        return env[model]._search([]).subselect()

    named = used & IDENTITY
    joins = []
    if any(SOURCES[key][0].startswith("i.") for key in named):
        joins.append(
            SQL(
                "LEFT JOIN remediation_beneficiary i ON i.id = c.beneficiary_id"
                " AND i.id IN %s",
                visible("remediation.beneficiary"),
            )
        )
    if "address" in named:
        joins.append(
            SQL(
                "LEFT JOIN remediation_household h ON h.id = c.household_id"
                " AND h.id IN %s",
                visible("remediation.household"),
            )
        )
    if any(key.startswith("caregiver_") for key in used):
        joins.append(
            SQL(
                "LEFT JOIN LATERAL (SELECT * FROM remediation_household_member y"
                " WHERE y.household_id = c.household_id AND y.is_caregiver"
                " AND y.active ORDER BY y.id LIMIT 1) g ON g.id IN %s",
                visible("remediation.household.member"),
            )
        )
    return joins


def stream(env, query):
    """Yield the rows of a query through a server-side cursor: memory stays bounded
    whatever their number."""
    env.flush_all()
    with env.cr._cnx.cursor(name="remediation_export") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(query.code, query.params)
        yield from cursor
