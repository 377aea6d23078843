from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

WORKS = "works=yes"

MOVEMENT = Form(
    "remediation.movement",
    _lt("Where the child was taken"),
    Question("kind", _lt("Recruitment, transit or exploitation"), required=True),
    Question("place", _lt("Place"), size=120),
    Question(
        "country",
        _lt("Country"),
        field="country_id",
        offer=offers.countries,
        key="code",
        label=offers.country_name,
    ),
    Question("date_from", _lt("From")),
    Question("date_to", _lt("Until")),
    Question("means", _lt("How the child was brought there")),
    prefix="movement-",
    when="is_trafficked=yes",
    spare=1,
    field="movement_ids",
)

WORK = Form(
    "remediation.work.situation",
    _lt("Work"),
    Question("date", _lt("Day Described")),
    Question("works", _lt("Does the child work?"), required=True),
    Question("is_at_risk", _lt("May the child begin to work?"), when="works=no"),
    Question("activity", _lt("What the Child Does"), when=WORKS),
    Question(
        "site",
        _lt("Where"),
        field="site_id",
        offer=offers.sites,
        label=offers.name,
    ),
    Question(
        "hazards",
        _lt("Hazards"),
        field="hazard_ids",
        offer=offers.hazards,
        key="code",
        label=offers.name,
        when=WORKS,
    ),
    Question("hours_week", _lt("Hours a Week"), high=168, when=WORKS),
    Question("days_week", _lt("Days a Week"), high=7, when=WORKS),
    Question("at_night", _lt("Is it at night?"), when=WORKS),
    Question("is_light_work", _lt("Is it light work, harmless?"), when=WORKS),
    Question(
        "interferes_with_school", _lt("Does it get in the way of school?"), when=WORKS
    ),
    Question("pay", _lt("Pay"), when=WORKS),
    Question("pay_period", _lt("Paid Per"), when=WORKS),
    Question("paid_to", _lt("Who Receives the Pay"), when=WORKS),
    Question("employer_relationship", _lt("Works For"), when=WORKS),
    Question("pay_promised", _lt("Wage Promised"), when=WORKS),
    Question("pay_withheld", _lt("Wage Withheld"), when=WORKS),
    Question("debt_amount", _lt("Debt That the Family Is Said to Have"), when=WORKS),
    Question("debt_holder", _lt("Owed To"), when=WORKS),
    Question("fee_amount", _lt("Fees for Finding the Work"), when=WORKS),
    Question("is_bonded", _lt("Does the child work off a debt?")),
    Question("documents_retained", _lt("Does somebody keep the papers?")),
    Question(
        "is_trafficked",
        _lt("Was the child recruited or moved for exploitation?"),
        help=_lt("Below 18, no force or deceit is needed."),
    ),
    Question(
        "is_worst_form",
        _lt("Is it another worst form of child labour?"),
        help=_lt("Slavery, trafficking, armed groups, sexual exploitation, crime."),
    ),
    Question("started_age", _lt("Age When the Work Began"), high=25, when=WORKS),
    Question(
        "started_year", _lt("Or the year in which it began"), high=2100, when=WORKS
    ),
    Question("note", _lt("Note")),
    rows={"movements": MOVEMENT},
    page="case/…/work",
    phone=True,
)
