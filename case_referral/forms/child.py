from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

_NAMES = (
    Question("first_name", _lt("First Name"), size=60),
    Question("last_name", _lt("Last Name"), size=60),
    Question("nickname", _lt("What the Child Is Called"), size=60),
)

#: Where the child goes now; asked on the same page as the child.
SCHOOL = Form(
    "remediation.education.enrolment",
    _lt("School"),
    Question(
        "institution",
        _lt("School or Training Centre Attended Now"),
        field="institution_id",
        offer=offers.institutions,
        label=offers.name,
    ),
    Question("level", _lt("Grade or Level There"), size=60),
    page="case/…/child",
)

CHILD = Form(
    "remediation.beneficiary",
    _lt("The Child"),
    *_NAMES,
    Question("sex", _lt("Girl or Boy")),
    Question("birth_date", _lt("Birth Date, If It Is Known")),
    Question(
        "birth_year",
        _lt("Or the Year of Birth"),
        kind="number",
        store=("year", "birth"),
        like="birth_date",
        whole=True,
        high=2100,
    ),
    Question("age_estimated", _lt("Or about What Age"), high=25),
    Question("age_method", _lt("How the Age Is Known")),
    Question("birth_registered", _lt("Is the birth registered?")),
    Question("school_status", _lt("School")),
    Question("last_grade", _lt("Last Grade Completed"), size=60),
    Question("has_disability", _lt("Does the child have a disability?")),
    Question("disability_note", _lt("Which Help the Child Needs for It")),
    beside=(SCHOOL,),
    page="case/…/child",
    phone=True,
)

MEMBER = Form(
    "remediation.household.member",
    _lt("Family Member"),
    Question("full_name", _lt("Name"), size=120),
    Question("relationship", _lt("Who This Is to the Child"), required=True),
    Question("sex", _lt("Woman or Man, Girl or Boy")),
    Question("age", _lt("Age"), high=120),
    Question(
        "is_caregiver", _lt("Does this person care for the child?"), required=True
    ),
    Question("phone", _lt("Phone"), size=40),
    Question("livelihood", _lt("How This Person Earns a Living"), size=120),
    Question("in_school", _lt("In school?")),
    Question("is_working", _lt("Does this person work?")),
    Question("is_deceased", _lt("Has this person died?")),
    Question(
        "is_suspected_of_harm",
        _lt("Is this person suspected of harming the child?"),
        help=_lt("Then this person is neither asked nor told, and never paid."),
    ),
    Question(
        "is_employer_or_creditor",
        _lt("Does this person employ the child, or is the family in debt to them?"),
    ),
    page="case/…/family",
    phone=True,
)

DANGER = Form(
    "remediation.beneficiary",
    _lt("A Child in Danger"),
    *_NAMES,
    Question("sex", _lt("Girl or Boy"), required=True),
    Question("age_estimated", _lt("About What Age"), high=25),
    Question(
        "site",
        _lt("Where"),
        kind="record",
        field="site_id",
        offer=offers.sites,
        label=offers.name,
    ),
    Question("what", _lt("What Happened"), kind="area", required=True),
    Question("help", _lt("What Is Done at Once"), kind="text", size=200),
    page="danger",
    phone=True,
)
