"""The forms of a case for people outside the desk, as data (R61).

Pages of the portal, the methods that take them and the submissions of telephones ask
here what there is to ask; nowhere else stands a list of these fields.
"""

from .assessment import ASSESSMENT
from .child import CHILD, DANGER, MEMBER
from .contact import CONTACT
from .delivery import DELIVERY
from .placement import PLACEMENT
from .plan import PLAN, URGENT
from .visit import VISIT
from .work import WORK

#: By the name of the page that shows them.
FORMS = {
    "contact": CONTACT,
    "child": CHILD,
    "family": MEMBER,
    "work": WORK,
    "assessment": ASSESSMENT,
    "plan": PLAN,
    "visit": VISIT,
    "delivery": DELIVERY,
    "urgent": URGENT,
    "placement": PLACEMENT,
    "danger": DANGER,
}
