from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

SAFEGUARDING = Form(
    "remediation.safeguarding.report",
    _lt("About a worker, a partner or data"),
    Question("subject_kind", _lt("Whom is it about?")),
    Question("subject_text", _lt("Who, as Far as You Know")),
    Question("description", _lt("What happened?"), kind="area", required=True),
    Question("happened_on", _lt("When")),
    Question("is_immediate_danger", _lt("Somebody Is in Danger Now"), kind="check"),
    Question("is_anonymous", _lt("Keep Nothing about Me"), kind="check"),
    Question("reporter_name", _lt("Your Name, If You Want to Give It")),
    Question("reporter_contact", _lt("How to reach you, if you want to be reached")),
    page="speak-up/safeguarding",
)

COMPLAINT = Form(
    "remediation.complaint",
    _lt("Complaint"),
    Question("category", _lt("What is it about?"), required=True),
    Question("description", _lt("What happened?"), kind="area", required=True),
    Question("is_anonymous", _lt("Keep Nothing about Me"), kind="check"),
    Question("complainant_name", _lt("Your Name, If You Want to Give It")),
    Question("complainant_contact", _lt("How to reach you, if you want to be reached")),
    page="speak-up/complaint",
)
