"""A Salesforce data export (a ZIP of CSV files) in the shape that the import takes.

No Odoo here on purpose. ``Case.csv`` leads: each case is one child's file. Its contact
is the child; other contacts of the same account are the family. Whatever else names a
case or its child (tasks, comments, history, custom objects) becomes an imported note,
and each attachment a file of the case. A column that is not known is kept in the note
"other fields": nothing is dropped in silence.
"""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime

from .htcds_read import columns, value_of
from .plain import plain

#: Most bytes that a ZIP may unpack to, and most files in it.
MAX_UNPACKED = 512 * 1024 * 1024
MAX_ENTRIES = 20_000
MAX_ROWS = 200_000
MAX_FILE = 20 * 1024 * 1024
#: Columns by what they are called in the wild, folded (see :func:`folded`).
CONTACT = {
    "first_name": ("firstname",),
    "last_name": ("lastname", "secondname"),
    "nickname": ("nickname", "alias"),
    "sex": ("gender", "sex", "genderidentity"),
    "birth_date": ("birthdate", "dateofbirth"),
    "age": ("age", "estimatedage"),
    "national_id": ("nationalid", "idnumber"),
    "phone": ("phone", "mobilephone", "homephone"),
    "relationship": ("relationship", "relationshiptochild", "relation"),
    "school_status": ("schoolstatus",),
}
CASE = {
    "status": ("status",),
    "closed_on": ("closeddate", "dateclosed"),
    "opened_on": ("createddate", "dateopened", "openeddate"),
    "risk": ("risklevel", "priority", "risk"),
    "closure_reason": ("reasonforclosing", "closurereason"),
}
#: Columns of the system itself.
PLAIN = frozenset(
    "id isdeleted masterrecordid accountid contactid recordtypeid ownerid "
    "createdbyid lastmodifieddate lastmodifiedbyid systemmodstamp lastvieweddate "
    "lastreferenceddate casenumber parentid createddate name".split()
)
SEXES = {
    "male": "male",
    "m": "male",
    "boy": "male",
    "masculin": "male",
    "garcon": "male",
    "female": "female",
    "f": "female",
    "girl": "female",
    "feminin": "female",
    "fille": "female",
    "masculine": "male",
    "feminine": "female",
    "transgenderfeminine": "other",
    "transgendermasculine": "other",
    "nonconforming": "other",
    "nonspecifiedunknown": "other",
    "transgender/nonconforming": "other",
    "nonbinary": "other",
    "other": "other",
}
RELATIONS = {
    "mother": "mother",
    "mere": "mother",
    "father": "father",
    "pere": "father",
    "grandmother": "grandparent",
    "grandfather": "grandparent",
    "grandparent": "grandparent",
    "brother": "sibling",
    "sister": "sibling",
    "sibling": "sibling",
    "aunt": "aunt_uncle",
    "uncle": "aunt_uncle",
    "spouse": "spouse",
    "guardian": "guardian",
}
RISKS = {
    "high": "high",
    "critical": "high",
    "medium": "medium",
    "moderate": "medium",
    "low": "low",
}
_BODIES = re.compile(r"^(?:.*/)?(?:Attachments|ContentVersion|Documents)/([^/]+)$")


class SalesforceError(Exception):
    """The file cannot be read as a whole; the key says why."""


def folded(header):
    """A column's name without namespace, suffix, case and punctuation."""
    name = header.strip()
    name = re.sub(r"__(c|pc|r)$", "", name)
    name = re.sub(r"^[a-z]+__", "", name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Archive:
    """The tables and bodies of an export; bodies are read one at a time."""

    def __init__(self, contents):
        """
        :param contents: the bytes of the ZIP files; a large export comes in parts
        """
        entries = []
        try:
            for content in contents:
                part = zipfile.ZipFile(io.BytesIO(content))
                entries += [(part, entry) for entry in part.infolist()]
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise SalesforceError("zip") from error
        if len(entries) > MAX_ENTRIES:
            raise SalesforceError("many")
        if sum(entry.file_size for _part, entry in entries) > MAX_UNPACKED:
            raise SalesforceError("size")
        self.tables = {}
        self.bodies = {}
        for part, entry in entries:
            if entry.is_dir():
                continue
            body = _BODIES.match(entry.filename)
            name = entry.filename.rsplit("/", 1)[-1]
            if body:
                self.bodies[body.group(1).split(".")[0]] = part, entry
            elif name.lower().endswith(".csv"):
                self.tables.setdefault(name[:-4], []).append((part, entry))
        if "Case" not in self.tables or "Contact" not in self.tables:
            raise SalesforceError("tables")

    def rows(self, table):
        """Yield ``(number, {column: text})`` of a table."""
        for part, entry in self.tables.get(table, ()):
            yield from self._rows(part, entry)

    def _rows(self, part, entry):
        with self._open(part, entry) as handle:
            text = io.TextIOWrapper(handle, encoding="utf-8-sig", errors="replace")
            reader = csv.DictReader(text)
            try:
                for number, row in enumerate(reader, 2):
                    if number > MAX_ROWS:
                        raise SalesforceError("rows")
                    yield (
                        number,
                        {
                            key: plain(value or "").strip()
                            for key, value in row.items()
                            if key and not isinstance(value, list)
                        },
                    )
            except csv.Error as error:
                raise SalesforceError("csv") from error

    def body(self, number):
        """The bytes of an attachment, None where the export does not hold them."""
        part, entry = self.bodies.get(number, (None, None))
        if entry is None or entry.file_size > MAX_FILE:
            return None
        with self._open(part, entry) as handle:
            data = handle.read(MAX_FILE + 1)
        return data if len(data) <= MAX_FILE else None

    def _open(self, part, entry):
        if entry.flag_bits & 1:
            raise SalesforceError("password")
        try:
            return part.open(entry)
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise SalesforceError("zip") from error


def bundles(archive, zone):
    """Yield ``(row number, bundle, problems)`` per case of the archive.

    :param zone: of the place of the cases; a moment of the export is in UTC
    """
    contacts = {row.get("Id"): row for _n, row in archive.rows("Contact")}
    accounts = {}
    for number, row in contacts.items():
        if row.get("AccountId"):
            accounts.setdefault(row["AccountId"], []).append(number)
    cases = [(number, row) for number, row in archive.rows("Case")]
    children = {row.get("ContactId") for _n, row in cases if not _deleted(row)}
    of_case = {row.get("Id"): row.get("Id") for _n, row in cases}
    # Of a child with several cases, what names the child alone goes to the last.
    of_contact = {
        row["ContactId"]: row.get("Id") for _n, row in cases if row.get("ContactId")
    }
    notes, files = _related(archive, of_case, of_contact)
    for number, row in cases:
        contact = contacts.get(row.get("ContactId"))
        if _deleted(row) or (contact is not None and _deleted(contact)):
            # The recycle bin of the former system: counted, never a case here.
            yield number, None, [("deleted", "IsDeleted")]
            continue
        case, child, rest, problems = _read(row, contact, zone)
        standard = _standard(row, contact or {}, rest, problems)
        account = contact and contact.get("AccountId")
        others = {
            other: contacts[other]
            for other in accounts.get(account, ())
            if other not in children and not _deleted(contacts[other])
        }
        family = [_member(other, row, rest) for other, row in others.items()]
        own = [*notes.get(case["ref"], ()), *_note_of_rest(rest)]
        yield (
            number,
            {
                "case": case,
                "child": child,
                "household": {"ref": account or None, "size": None},
                "members": family,
                "consents": [],
                "consent_from": "caregiver",
                "visits": [],
                "notes": own,
                "files": files.get(case["ref"], []),
                "standard": standard,
            },
            problems,
        )


def _read(row, contact, zone):
    """``(case, child, what has no place here, problems)`` of one case."""
    problems = []
    if not row.get("Id"):
        problems.append(("reference", "Id"))
    if contact is None:
        problems.append(("contact", "ContactId"))
        contact = {}
    child, rest = _contact(contact, problems)
    child["ref"] = row.get("ContactId") or None
    if not child["sex"]:
        problems.append(("sex", "Gender"))
    case, case_rest = _case(row, problems, zone)
    case["ref"] = row.get("Id") or None
    case["number"] = row.get("CaseNumber") or None
    child.pop("relationship")
    child.pop("phone")
    return case, child, {**case_rest, **rest}, problems


def _standard(row, contact, rest, problems):
    """What stands in columns of IOM's data standard, which is built on Salesforce's;
    ``rest`` loses it."""
    standard = {}
    for label, table, prefixes in (
        ("Contact", contact, ("prs", "vic")),
        ("Case", row, ("cas", "vic", "hte")),
    ):
        names = columns(prefixes, folded)
        for key, text in table.items():
            name = names.get(folded(key))
            if name and text and not (name == "prs_Gender" and _plain_sex(text)):
                standard[name] = value_of(name, text, problems)
                rest.pop(f"{label} {folded(key)}", None)
    return standard


def _plain_sex(text):
    return SEXES.get(folded_value(text)) in ("female", "male")


def _member(ref, contact, rest):
    """The member of a household that a contact is; ``rest`` takes what has no place."""
    member, member_rest = _contact(contact, [])
    relation = RELATIONS.get(folded_value(member["relationship"]), "other")
    names = (member["first_name"], member["last_name"])
    rest |= {f"{ref} {key}": text for key, text in member_rest.items()}
    return {
        "ref": ref,
        "full_name": " ".join(filter(None, names)) or None,
        "relationship": relation,
        "is_caregiver": relation
        in ("mother", "father", "grandparent", "guardian", "aunt_uncle"),
        "is_deceased": False,
        "age": member["age"],
        "birth_date": member["birth_date"],
        "phone": member["phone"],
    }


def _note_of_rest(rest):
    """What has no place here, as one note where there is any."""
    if not rest:
        return []
    return [
        {
            "ref": None,
            "date": None,
            "subject": "other_fields",
            "text": "\n".join(f"{key}: {text}" for key, text in rest.items()),
            "author": None,
        }
    ]


def _contact(row, problems):
    """What is known of a contact, and what has no place here."""
    by_name = {folded(key): text for key, text in row.items() if text}
    known = {}
    for target, names in CONTACT.items():
        known[target] = next((by_name.pop(n) for n in names if n in by_name), None)
    for name in ("firstname", "lastname"):
        by_name.pop(name, None)
    known["sex"] = SEXES.get(folded_value(known["sex"]))
    known["birth_date"] = _day(known["birth_date"], "Birthdate", problems)
    if known["age"]:
        try:
            known["age"] = int(float(known["age"]))
            if not 0 <= known["age"] <= 120:
                raise ValueError
        except ValueError:
            problems.append(("number", "Age"))
            known["age"] = None
    status = folded_value(known.pop("school_status"))
    known["school_status"] = {
        "inschool": "in_school",
        "enrolled": "in_school",
        "never": "never",
        "neverinschool": "never",
        "droppedout": "dropped_out",
        "completed": "completed",
    }.get(status)
    rest = {f"Contact {key}": text for key, text in by_name.items() if key not in PLAIN}
    return known, rest


def _deleted(row):
    return (row.get("IsDeleted") or "").lower() in ("1", "true")


def _case(row, problems, zone):
    by_name = {folded(key): text for key, text in row.items() if text}
    known = {}
    for target, names in CASE.items():
        known[target] = next((by_name.pop(n) for n in names if n in by_name), None)
    opened = _day(known["opened_on"], "CreatedDate", problems, zone)
    closed = _day(known["closed_on"], "ClosedDate", problems, zone)
    is_closed = bool(closed) or "closed" in (known["status"] or "").lower()
    rest = {f"Case {key}": text for key, text in by_name.items() if key not in PLAIN}
    if known["status"]:
        rest["Case status"] = known["status"]
    if known["closure_reason"]:
        rest["Case closure reason"] = known["closure_reason"]
    return {
        "identified_on": opened,
        "received_at": None,
        "risk_level": RISKS.get(folded_value(known["risk"])),
        "closed_on": closed or (opened if is_closed else None),
        "is_closed": is_closed,
        "closure_reason": "other",
    }, rest


def _related(archive, of_case, of_contact):
    """Notes and files by the id of their case."""
    notes, files = {}, {}
    for table in sorted(archive.tables):
        if table in ("Case", "Contact", "Account", "User", "RecordType"):
            continue
        is_file = table in ("Attachment", "ContentVersion")
        for _number, row in archive.rows(table):
            if _deleted(row):
                continue
            links = [
                text
                for key, text in row.items()
                if key != "Id" and (text in of_case or text in of_contact)
            ]
            case = next((of_case[link] for link in links if link in of_case), None)
            if case is None:
                case = next(
                    (of_contact[link] for link in links if link in of_contact), None
                )
            if case is None:
                continue
            if is_file:
                files.setdefault(case, []).append(
                    {
                        "ref": row.get("Id"),
                        "name": row.get("Name") or row.get("Title") or "file",
                        "type": row.get("ContentType") or None,
                    }
                )
                continue
            notes.setdefault(case, []).append(
                {
                    "ref": row.get("Id") or None,
                    "date": next(
                        (
                            row[key]
                            for key in ("ActivityDate", "CreatedDate")
                            if row.get(key)
                        ),
                        None,
                    ),
                    "subject": table,
                    "text": "\n".join(
                        f"{key}: {text}"
                        for key, text in row.items()
                        if text and key != "Id" and folded(key) not in PLAIN
                    ),
                    "author": row.get("CreatedById") or None,
                }
            )
    return notes, files


def folded_value(text):
    """A choice without case, blanks, accents on vowels and punctuation."""
    text = (text or "").lower().replace("é", "e").replace("ç", "c")
    return text if "/" in text else re.sub(r"[^a-z]", "", text)


def _day(text, name, problems, zone=None):
    """The day of a date, or of a moment in UTC where the cases are worked on."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        problems.append(("date", name))
        return None
    if zone and len(text) > 10:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(zone)
    return moment.date().isoformat()
