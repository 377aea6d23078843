from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

DELIVERY = Form(
    "remediation.service.delivery",
    _lt("Delivery"),
    Question("plan_action_id", _lt("For"), offer=offers.actions, required=True),
    Question("date", _lt("Day")),
    Question("quantity", _lt("Quantity"), high=10000),
    Question("unit", _lt("Unit")),
    Question("recipient", _lt("For Whom")),
    Question("note", _lt("Note"), size=500),
    Question("photo", _lt("Photo of the Receipt"), kind="file", field=None),
    page="case/…/delivery",
    phone=True,
)
