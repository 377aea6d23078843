from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

CONTACT = Form(
    "remediation.case",
    _lt("First Contact"),
    Question("day", _lt("Day of the First Contact"), field="first_contact_on"),
    page="case/…/contact",
    phone=True,
)
