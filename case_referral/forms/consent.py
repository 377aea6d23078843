from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

from . import offers

_lt = LazyTranslate(__name__)

CAREGIVER = "subject=caregiver"
AUTHORITY = "subject=authority"

CONSENT = Form(
    "remediation.consent",
    _lt("Consent"),
    Question("purposes", _lt("Consent To"), "choices", field="purpose", required=True),
    Question("subject", _lt("Who Decides"), required=True),
    Question(
        "given_by_member_id",
        _lt("Caregiver"),
        offer=offers.family,
        show=offers.givers,
        label=offers.member_name,
        when=CAREGIVER,
        required=CAREGIVER,
    ),
    Question(
        "second_member_id",
        _lt("Second Caregiver"),
        offer=offers.family,
        show=offers.givers,
        label=offers.member_name,
        when=CAREGIVER,
        help=_lt("Where the caregiver employs the child, gets the pay or is owed."),
    ),
    Question("authority", _lt("Authority"), when=AUTHORITY, required=AUTHORITY),
    Question(
        "authority_reference",
        _lt("Number and Date of Its Paper"),
        size=120,
        when=AUTHORITY,
        required=AUTHORITY,
    ),
    Question("answer", _lt("Answer"), required=True),
    Question("assent", _lt("Does the child agree?"), when=CAREGIVER),
    Question("how", _lt("How It Was Given"), required=True),
    Question(
        "witness",
        _lt("Witness"),
        size=120,
        help=_lt("For a thumbprint or a spoken consent."),
    ),
    Question("data_set", _lt("How Much May Be Shared")),
    Question(
        "withhold",
        _lt("Never Show to Receivers"),
        field="withhold_item_ids",
        offer=offers.items,
        key="key",
        label=offers.name,
        folded=True,
    ),
    Question(
        "lifts_earlier",
        _lt("May what was withheld before be told again?"),
        help=_lt("Ask the family. What is named above stays withheld."),
    ),
    Question("valid_until", _lt("Valid Until")),
    Question("limits_explained", _lt("Were the limits of confidentiality explained?")),
    Question(
        "signature",
        _lt("Signature or Thumbprint on the Screen"),
        kind="sign",
        field=None,
    ),
    Question("photo", _lt("Or a Photo of the Signed Paper"), kind="file", field=None),
    page="case/…/consent",
    phone=True,
)

WITHDRAW = Form(
    "remediation.consent",
    _lt("Withdraw a consent"),
    Question(
        "reason",
        _lt("Reason"),
        field="withdrawn_reason",
        size=500,
        help=_lt("Nobody has to give one."),
    ),
    page="case/…/consent/…/withdraw",
)

SECOND = Form(
    "remediation.consent",
    _lt("Second Caregiver"),
    Question(
        "member_id",
        _lt("Second Caregiver"),
        field="second_member_id",
        offer=offers.family,
        label=offers.member_name,
        required=True,
    ),
    page="case/…/consent/…/second",
)

#: One question alone, which the page itself asks: does it serve the child?
CONFIRM = Form(
    "remediation.consent",
    _lt("Confirm a consent for the child"),
    page="case/…/consent/…/confirm",
)
