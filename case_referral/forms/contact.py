from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

CONTACT = Form(
    "remediation.case",
    _lt("First contact"),
    Question("day", _lt("Day of the first contact"), field="first_contact_on"),
    page="case/…/contact",
    phone=True,
)
