from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

ASSESSMENT = Form(
    "remediation.assessment",
    _lt("Assessment"),
    Question("assessment_type", _lt("Kind")),
    Question("done_on", _lt("Assessed on")),
    Question("present", _lt("Who was present")),
    Question("child_wishes", _lt("What the child wishes")),
    Question("child_not_heard_reason", _lt("Or why the child was not heard")),
    Question("caregiver_view", _lt("What the caregiver thinks")),
    Question("strengths", _lt("Strengths")),
    Question("urgent_action", _lt("Urgent action needed")),
    Question("summary", _lt("Summary")),
)
