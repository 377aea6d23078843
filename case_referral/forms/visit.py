from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers
from .own import own_questions

_lt = LazyTranslate(__name__)

SEEN = "child_seen=yes"
WORKS = "child_working=yes"

VISIT = Form(
    "remediation.visit",
    _lt("Visit"),
    Question("visit_type", _lt("Kind of Visit"), required=True),
    Question("date_done", _lt("Day")),
    Question("child_seen", _lt("Did you see the child in person?"), required=True),
    Question("child_seen_alone", _lt("Did you see the child alone?"), when=SEEN),
    Question("present", _lt("Who Was Present")),
    Question("occupation", _lt("School, Training or Work"), when=SEEN, required=SEEN),
    Question("child_working", _lt("Does the child work?"), when=SEEN, required=SEEN),
    Question("work_activity", _lt("What Work"), when=WORKS),
    Question(
        "site",
        _lt("Where"),
        field="site_id",
        offer=offers.sites,
        label=offers.name,
        when=WORKS,
    ),
    Question("hours_week", _lt("Hours a Week"), high=168, when=WORKS),
    Question(
        "hazards",
        _lt("Hazards"),
        field="hazard_ids",
        offer=offers.hazards,
        key="code",
        label=offers.name,
        when=WORKS,
    ),
    Question("at_night", _lt("Is it at night?"), when=WORKS),
    Question("is_light_work", _lt("Is it light work, harmless?"), when=WORKS),
    Question(
        "interferes_with_school", _lt("Does it get in the way of school?"), when=WORKS
    ),
    Question(
        "is_worst_form",
        _lt("Is it another worst form of child labour?"),
        help=_lt("Slavery, trafficking, armed groups, sexual exploitation, crime."),
        when=WORKS,
    ),
    Question("wellbeing", _lt("How the Child Is"), when=SEEN),
    Question("immediate_danger", _lt("Is the child in immediate danger?")),
    Question("safety_concern", _lt("Concern about Safety")),
    Question("note", _lt("Note")),
    more=own_questions("visit"),
    more_says="the programme's own questions",
    page="case/…/visit",
    phone=True,
)
