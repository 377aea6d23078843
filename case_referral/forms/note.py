from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

NOTE = Form(
    "remediation.note",
    _lt("Note"),
    Question("kind", _lt("Kind")),
    Question("subject", _lt("About what"), size=120),
    Question("text", _lt("Note"), required=True),
    page="case/…/note",
    phone=True,
)

DOCUMENT = Form(
    None,
    _lt("Photo or Paper"),
    Question("photo", _lt("Photo or PDF"), kind="file", field=None, required=True),
    page="case/…/document",
)
