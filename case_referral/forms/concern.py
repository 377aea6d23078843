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
    Question("location", _lt("Where Exactly"), size=120),
    Question("children_count", _lt("How Many Children"), low=1, high=200),
    Question("child_sex", _lt("Girl or Boy")),
    Question("child_age", _lt("About What Age"), high=25),
    Question("child_nickname", _lt("What the Child Is Called, If You Know"), size=60),
    Question("consent_to_be_contacted", _lt("May we contact you about it?")),
    Question(
        "photo",
        _lt("Photo, If It Is Safe to Take One"),
        kind="file",
        field=None,
    ),
    page="report",
    phone=True,
)
