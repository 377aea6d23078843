"""The forms of a case for people outside the desk, as data (R61).

Pages of the portal, the methods that take them and the submissions of telephones ask
here what there is to ask; nowhere else stands a list of these fields.
"""

from .assessment import ASSESSMENT
from .attendance import ATTENDANCE, ATTENDANCE_ROWS
from .child import CHILD, DANGER, MEMBER, SCHOOL
from .concern import CONCERN
from .consent import CONFIRM, CONSENT, SECOND, WITHDRAW
from .contact import CONTACT
from .delivery import DELIVERY
from .note import DOCUMENT, NOTE
from .placement import PLACEMENT
from .plan import PLAN, URGENT
from .referral import (
    DONE,
    EMERGENCY,
    REASSIGN,
    REFER,
    REJECT,
    RESULT,
    REVOKE,
    TRANSFER,
)
from .speak_up import COMPLAINT, SAFEGUARDING
from .visit import VISIT
from .work import WORK

#: The pages of a case, by the last part of their address.
SECTIONS = {
    "contact": CONTACT,
    "child": CHILD,
    "family": MEMBER,
    "work": WORK,
    "consent": CONSENT,
    "assessment": ASSESSMENT,
    "plan": PLAN,
    "visit": VISIT,
    "refer": REFER,
    "emergency": EMERGENCY,
    "delivery": DELIVERY,
    "urgent": URGENT,
    "placement": PLACEMENT,
    "note": NOTE,
    "document": DOCUMENT,
}
#: All forms, by a name for submissions and the documentation.
FORMS = {
    **SECTIONS,
    "concern": CONCERN,
    "danger": DANGER,
    "school": SCHOOL,
    "attendance": ATTENDANCE,
    "attendance-of-a-school": ATTENDANCE_ROWS,
    "action-result": RESULT,
    "consent-withdraw": WITHDRAW,
    "consent-second": SECOND,
    "consent-confirm": CONFIRM,
    "referral-revoke": REVOKE,
    "referral-reject": REJECT,
    "referral-done": DONE,
    "transfer": TRANSFER,
    "reassign": REASSIGN,
    "safeguarding": SAFEGUARDING,
    "complaint": COMPLAINT,
}
