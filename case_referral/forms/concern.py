from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

CONCERN = Form(
    "remediation.concern",
    _lt("Concern"),
    Question("work_observed", _lt("What did you see?"), size=4000),
    Question("immediate_danger", _lt("Is a child in immediate danger now?")),
    Question("site_id", _lt("Where"), offer=offers.sites, label=offers.name),
    Question("location", _lt("Where exactly"), size=120),
    Question("children_count", _lt("How many children"), low=1, high=200),
    Question("child_sex", _lt("Girl or boy")),
    Question("child_age", _lt("About what age"), high=25),
    Question("child_nickname", _lt("What the child is called, if you know"), size=60),
    Question("consent_to_be_contacted", _lt("May we contact you about it?")),
    Question(
        "photo",
        _lt("Photo, if it is safe to take one"),
        kind="file",
        field=None,
    ),
    page="report",
    phone=True,
)
