"""A file of the Human Trafficking Case Data Standard 2.0 in the shape that the import
takes: one row is one case.

No Odoo here on purpose. What the standard has and the application has no place for is
left in ``standard``; what nobody takes of it becomes a note: nothing is dropped in
silence.
"""

import csv
import hashlib
import io
from datetime import date

from .htcds import FIELDS
from .plain import plain

MAX_ROWS = 200_000
KINDS = {field.name: field.kind for field in FIELDS}
#: Columns that a case or a child takes at once.
_TAKEN = frozenset(
    "prs_FirstName prs_SecondName prs_Birthdate prs_IdentityNumber prs_Deceased "
    "con_Consent cas_Status cas_ReasonForCaseClosure cas_CaseOwner cco_CaseComment "
    "org_Name org_ShippingCountry".split()
)
_SEXES = {"Feminine": "female", "Masculine": "male"}


class HtcdsError(Exception):
    """The file cannot be read as a whole; the key says why."""


def bundles(content, reasons, today):
    """Yield ``(row number, bundle, problems)`` per case.

    :param content: the bytes of a CSV file with the names of the standard
    :param reasons: keys of reasons for closure that are known here
    :param today: the day where the cases are worked on
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HtcdsError("csv") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {"prs_Gender", "cas_Status"} <= set(reader.fieldnames or ()):
        raise HtcdsError("columns")
    try:
        for number, row in enumerate(reader, 2):
            if number > MAX_ROWS:
                raise HtcdsError("rows")
            yield number, *_bundle(row, reasons, today)
    except csv.Error as error:
        raise HtcdsError("csv") from error


def _bundle(row, reasons, today):
    problems = []
    values = {}
    for name, text in row.items():
        text = plain(text).strip() if isinstance(text, str) else ""
        if name and text:
            values[name] = value_of(name, text, problems)
    comment = values.get("cco_CaseComment")
    # The standard has no number: ours stands first in the comment.
    number = comment and comment.split()[0]
    if not number:
        number = hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]
    standard = {name: text for name, text in values.items() if name not in _TAKEN}
    if standard.get("prs_Gender") in _SEXES or not standard.get("prs_Gender"):
        standard.pop("prs_Gender", None)
    return (
        {
            "case": _case(values, number, reasons, today, standard),
            "child": _child(values, number),
            "household": {"ref": None, "size": None},
            "members": [],
            "consents": [{"purpose": "services", "answer": "yes"}]
            if values.get("con_Consent")
            else [],
            "consent_from": "child",
            "visits": [],
            "notes": [],
            "files": [],
            "standard": standard,
        },
        problems,
    )


def value_of(name, text, problems):
    """What a cell holds, by the kind of its column."""
    kind = KINDS.get(name)
    if kind == "date":
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            problems.append(("date", name))
            return None
    if kind == "boolean":
        return text.lower() in ("true", "1", "yes")
    if kind == "choices":
        return [one.strip() for one in text.split(";") if one.strip()]
    return text


def columns(prefixes, fold):
    """``{folded name: column}`` of what others call the columns of the standard.

    :param prefixes: those whose columns count, with the prefix or without
    :param fold: how a name is written without case, blanks and punctuation
    """
    found = {}
    for name in KINDS:
        prefix, _mark, short = name.partition("_")
        if prefix in prefixes and name not in _TAKEN:
            found[fold(name)] = name
            found.setdefault(fold(short), name)
    return found


def _child(values, number):
    return {
        "ref": number,
        "sex": _SEXES.get(values.get("prs_Gender"), "other"),
        "first_name": values.get("prs_FirstName"),
        "last_name": values.get("prs_SecondName"),
        "nickname": None,
        "birth_date": values.get("prs_Birthdate"),
        "national_id": values.get("prs_IdentityNumber"),
        "age": None,
        "school_status": None,
    }


def _case(values, number, reasons, today, standard):
    status = values.get("cas_Status")
    closed = status in ("Closed", "ClosedReferred")
    moved = values.get("cas_OutgoingReferralDate")
    came = values.get("cas_IncomingReferralDate")
    reason = values.get("cas_ReasonForCaseClosure")
    if status == "FollowUp":
        standard["cas_Status"] = status  # the stage follows from facts: noted
    if reason and reason not in reasons:
        standard["cas_ReasonForCaseClosure"] = reason
    if status == "ClosedReferred":
        reason = "transferred"
    elif reason not in reasons:
        reason = "other"
    days = sorted(filter(None, (came, moved)))
    identified = days[0] if days else today.isoformat()
    return {
        "ref": number,
        "number": None,
        "identified_on": identified,
        "received_at": None,
        "risk_level": None,
        "closed_on": (moved or today.isoformat()) if closed else None,
        "is_closed": closed,
        "closure_reason": reason,
    }
