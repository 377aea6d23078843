from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from .own import own_questions

_lt = LazyTranslate(__name__)
_own = own_questions("assessment")


def _more(env, case):
    """A score for each domain of life, and the programme's own questions."""
    scores = env["remediation.assessment.score"]
    grades = scores._fields["score"]._description_selection(env)
    domains = scores._fields["domain"]._description_selection(env)
    return [
        Question(f"score-{key}", label, "choice", store=("scores", key), choices=grades)
        for key, label in domains
    ] + _own(env, case)


ASSESSMENT = Form(
    "remediation.assessment",
    _lt("Assessment"),
    Question("assessment_type", _lt("Kind")),
    Question("done_on", _lt("Assessed On")),
    Question("present", _lt("Who Was Present")),
    Question("child_wishes", _lt("What the Child Wishes")),
    Question("child_not_heard_reason", _lt("Or Why the Child Was Not Heard")),
    Question("caregiver_view", _lt("What the Caregiver Thinks")),
    Question(
        "separation_discussed",
        _lt("Is it discussed that the child lives apart from the parents?"),
        help=_lt("Then a best-interest decision is due."),
    ),
    Question("strengths", _lt("Strengths")),
    Question("urgent_action", _lt("Urgent Action Needed")),
    Question("summary", _lt("Summary")),
    more=_more,
    more_says="`score-…` for each domain of life, and the programme's own questions",
    page="case/…/assessment",
    phone=True,
)
