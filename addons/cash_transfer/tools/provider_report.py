"""What a provider's report says, and what it means for our payments (R39, R69).

No ORM here on purpose. :func:`read` makes facts of a file and its profile;
:func:`understand` takes facts, payments and what earlier reports said, and gives what
each row changes. Amounts are whole units of the currency (cents), never floats.

A file tells a story: the rows about one payment are read together, by receipt. Per
receipt the last final state counts, a success stands until its own receipt is taken
back, and what was said before books nothing again.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.sheets import SheetError, fold

from . import accounts

#: What providers write, in the languages they write (English, French, Swahili); each
#: profile may add words.
WORDS = {
    "delivered": (
        "delivered success successful successfully succeeded paid ok completed "
        "complete réussi réussie payé payée livré livrée succès effectué effectuée "
        "terminé terminée imefanikiwa imekamilika imelipwa amelipwa"
    ).split(),
    "not_collected": [
        "not collected",
        "uncollected",
        "unclaimed",
        "expired",
        "non retiré",
        "non retirée",
        "expiré",
        "expirée",
        "haijachukuliwa",
    ],
    "failed": (
        "failed fail failure error rejected declined unsuccessful échec échoué échouée "
        "rejeté rejetée refusé refusée erreur imeshindwa imeshindikana imekataliwa"
    ).split(),
    "reversed": [
        "reversed",
        "reversal",
        "refunded",
        "taken back",
        "annulé après paiement",
        "extourné",
        "remboursé",
        "remboursée",
        "extournée",
        "imerudishwa",
    ],
    "pending": [
        "pending",
        "processing",
        "in progress",
        "sent",
        "en cours",
        "en attente",
        "inasubiri",
        "inaendelea",
    ],
}
#: Meanings that are also looked for in the column that says what a row is.
KINDS = ("fee", "ignored", "reversed")
#: A row without a payment that begins with one of these adds the others up.
TOTALS = re.compile(
    r"(grand |montant |sous |sub ?|jumla )?(total|totals|totaux|somme|sum|jumla)\b"
)
#: Contents that are numbers where a sheet has numbers.
FIGURES = {"amount", "fee"}
#: Rows among which the header is looked for.
HEADER_WITHIN = 60
#: Our own payment codes, with or without the stroke.
OWN_CODE = r"(?<![A-Z0-9])P[-_ ]?(\d{6,})(?!\d)"
#: A long number that a spreadsheet wrote as 2.50E+11: its digits are lost.
ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
#: A code with letters where it has digits: it has no letter behind its P.
TYPED_CODE = re.compile(r"(?<![A-Z0-9])P[-_ ]?((?=[OIL]*\d)[\dOIL]{6,})(?![A-Z0-9])")
TYPED = str.maketrans("OIL", "011")
#: A state that a provider does not change by itself any more.
FINAL = ("delivered", "failed", "not_collected", "reversed")
UNDELIVERED = ("failed", "not_collected")
#: Payments that the provider has not answered yet.
OPEN = ("sent", "in_question")
#: Outcomes that say nothing about a receipt.
SILENT = ("conflict", "waiting", "left_out", "pending")


@dataclass
class Profile:
    """How a provider writes; see ``cash.transfer.report.profile``."""

    columns: dict  # content → the headers it may have
    sheet: str = ""
    header_row: int = 0
    match_key: str = "payment"
    code_pattern: str = ""
    decimal: str = "auto"
    sign: str = "plus"
    date_order: str = ""
    words: dict = field(default_factory=dict)  # word → (meaning, failure reason)
    kinds: dict = field(default_factory=dict)  # word inside a kind of row → meaning
    reasons: dict = field(default_factory=dict)
    successes_only: bool = False
    currency: str = "USD"
    decimals: int = 2
    default_reason: str = ""
    prefix: str = ""  # +243
    digits: int = 0  # after the prefix
    zone: object = None  # whose day it is


@dataclass
class Report:
    """What a file says before anything is known of our payments."""

    rows: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    problems: list = field(default_factory=list)  # SheetErrors of single rows
    sheet: str = ""
    header_row: int = 0
    headers: list = field(default_factory=list)
    columns: dict = field(default_factory=dict)  # content → index
    table: list = field(default_factory=list)
    totals: list = field(default_factory=list)  # what rows that add up others say
    total: int | None = None  # the one of them that is compared
    fees_told: bool = False


def read(content, profile):
    """Return the :class:`Report` of a file.

    :raises SheetError: the file as a whole cannot be read.
    """
    report = Report()
    table = _find_table(sheets.tables(content, formulas=False), profile, report)
    report.table = table
    last, width = table[-1][0], len(report.headers)
    while width and not report.headers[width - 1]:
        width -= 1
    named = []
    for number, cells in table:
        texts = [sheets.plain(sheets.raw_text(cell)) for cell in cells]
        values = {
            content: texts[index] if index < len(texts) else ""
            for content, index in report.columns.items()
        }
        for content in FIGURES & report.columns.keys():
            index = report.columns[content]
            cell = cells[index] if index < len(cells) else None
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                # a number has no sign for its decimals, whatever the profile says
                values[content] = Decimal(texts[index])
        try:
            # a spreadsheet leaves empty cells out, a CSV file only where it is cut off
            short = not report.sheet and len(cells) < width
            row = _identify(number, values, texts, profile)
            begun = re.fullmatch(
                r"[A-Za-z]{0,3}[-+]?\d[^\s/:]*", values[profile.match_key]
            )
            if short and (row or (begun and number == last)):
                raise SheetError("truncated" if number == last else "short_row")
            if not row:
                _leave_out(number, values, texts, profile, report)
                continue
            named.append((row, values))
        except SheetError as error:
            error.row = number
            report.problems.append(error)
    order = profile.date_order or sheets.find_order(
        values.get("date") for _row, values in named
    )
    for row, values in named:
        try:
            report.rows.append(_complete(row, values, order, profile))
        except SheetError as error:
            error.row = row["number"]
            report.problems.append(error)
    report.fees_told = any(row["fee_told"] for row in report.rows)
    if not report.rows and not report.problems:
        raise SheetError("no_payment")
    _name_fees(report.rows)
    _set_positions(report.rows)
    report.total = _choose_total(report)
    return report


def _choose_total(report):
    """Return the total that speaks of the whole file, None where there is none.

    A file may add up its pages, its successes and its failures: one of its totals has
    to agree, and none may be more than all of its rows.
    """
    if not report.totals:
        return None
    listed = sum(row["amount"] for row in report.rows)
    nameless = [
        {**row, "line_id": False, "receipt": row["provider_ref"]} for row in report.rows
    ]
    if max(report.totals) <= listed:
        for total in (listed, told_total(nameless)):
            if total in report.totals:
                return total
    return max(report.totals)


def needed_columns(profile):
    needed = [profile.match_key, "amount"]
    if not profile.successes_only:
        needed.append("status")
    return needed


def _find_table(tables, profile, report):
    """Return the rows below the header and note where it stands."""
    wanted = {
        content: [fold(header) for header in headers]
        for content, headers in profile.columns.items()
    }
    names = [table.name for table in tables]
    if profile.sheet and any(names):
        tables = [one for one in tables if fold(one.name) == fold(profile.sheet)]
        if not tables:
            raise SheetError("no_sheet", sheet=profile.sheet, sheets=names)
    needed = needed_columns(profile)
    found, best = [], (-1, None, (), needed)
    for table in tables:
        for place, (number, cells) in enumerate(table.rows):
            if profile.header_row and number < profile.header_row:
                continue
            if profile.header_row and number > profile.header_row:
                break
            if not profile.header_row and place >= HEADER_WITHIN:
                break
            headers = [sheets.raw_text(cell) for cell in cells]
            folded = [fold(header) for header in headers]
            columns = {}
            for content, names_of in wanted.items():
                places = [
                    i for i, name in enumerate(folded) if name in names_of and name
                ]
                if places:
                    columns[content] = places[0]
            missing = [content for content in needed if content not in columns]
            if not missing:
                matched = {name for names_of in wanted.values() for name in names_of}
                sheets.check_headers(headers, matched)
                found.append((table, place, number, headers, columns))
                break
            if len(columns) > best[0]:
                best = (len(columns), table.name, headers, missing)
    if not found:
        _count, name, headers, missing = best
        raise SheetError(
            "no_column",
            columns=missing,
            headers=[header for header in headers if header],
            sheet=name or "",
        )
    if len(found) > 1:
        raise SheetError("two_sheets", sheets=[one[0].name for one in found])
    table, place, number, headers, columns = found[0]
    report.sheet, report.header_row = table.name, number
    report.headers, report.columns = headers, columns
    rows = table.rows[place + 1 :]
    if not rows:
        raise SheetError("no_rows")
    for number, cells in rows:
        _refuse_second_table(number, cells, wanted, needed, columns)
    return rows


def _refuse_second_table(number, cells, wanted, needed, columns):
    """A header further down begins another table, unless it is the same once more.

    :raises SheetError: its columns stand elsewhere.
    """
    names = [fold(cell) if isinstance(cell, str) else "" for cell in cells]
    places = {
        content: next(
            (i for i, name in enumerate(names) if name in wanted[content]), -1
        )
        for content in needed
    }
    if -1 not in places.values() and any(
        place != columns[content] for content, place in places.items()
    ):
        raise SheetError("two_tables", row=number)


def find_code(text, pattern=""):
    """Return the payment code inside a text, or an empty one.

    :raises SheetError: it names two.
    """
    text = text[:200].upper()
    if pattern:
        found = [
            (match[1] if match.re.groups else match[0]).upper()
            for match in re.finditer(pattern, text, re.IGNORECASE)
        ]
    else:
        found = [f"P-{match[1]}" for match in re.finditer(OWN_CODE, text)]
        if not found:  # typed by hand
            found = [
                f"P-{match[1].translate(TYPED)}" for match in TYPED_CODE.finditer(text)
            ]
    if len(set(found)) > 1:
        raise SheetError("two_codes")
    return found[0] if found else ""


def find_numbers(text, prefix="", digits=0):
    """Return the telephone numbers in a text as +243812345678: whether they are written
    so, as 243…, 00243… or with a leading 0."""
    found = set()
    text = re.sub(r"(?<=\d{7})\.0+(?!\d)", "", text or "")  # a number with decimals
    for run in re.findall(r"\+?\d[\d\s().\-]{5,24}\d|\+?\d{7,15}", text):
        number = accounts.read_phone(run, prefix)
        fits = not prefix or number.startswith(prefix)
        if prefix and digits:
            fits = fits and len(number) == len(prefix) + digits
        if number and fits:
            found.add(number)
    return found


def _is_total(texts):
    first = next((fold(text) for text in texts if text), "")
    return bool(TOTALS.match(first))


def _identify(number, values, texts, profile):
    """Return what names the payment of a row; None for a row that is no payment."""
    kind = fold(values.get("kind"))
    kinds = [word for word in profile.kinds if word in kind] if kind else []
    meaning = profile.kinds[max(kinds, key=len)] if kinds else ""
    if meaning == "ignored":
        return None
    if ROUNDED.fullmatch(values[profile.match_key]):
        raise SheetError("rounded", value=values[profile.match_key])
    for content in ("reference", "taken_back"):
        if ROUNDED.fullmatch(values.get(content, "")):
            values[content] = ""  # many receipts are written so: it names none
    row = {
        "number": number,
        "payment_code": find_code(values.get("payment", ""), profile.code_pattern),
        "provider_ref": values.get("reference") or False,
        "numbers": find_numbers(values.get("number"), profile.prefix, profile.digits),
        "meaning": meaning,
    }
    if values.get("taken_back") and meaning in ("", "reversed"):
        if meaning or "kind" not in profile.columns:
            row.update(meaning="reversed", provider_ref=values["taken_back"])
    named = row["payment_code"] or row["numbers"]
    if profile.match_key == "reference":
        named = named or (row["provider_ref"] and not _is_total(texts))
    if not named and not (meaning == "fee" and row["provider_ref"]):
        return None
    for cell in values.values():
        if isinstance(cell, str) and cell[:1] == "=":
            raise SheetError("formula")
    return row


def _leave_out(number, values, texts, profile, report):
    amount = None
    try:
        amount = _units(values.get("amount"), profile)
    except SheetError:
        amount = None
    if _is_total(texts) and amount is not None:
        report.totals.append(abs(amount))
    report.left_out.append({"number": number, "amount": abs(amount or 0)})


def _units(text, profile):
    """Return an amount in units as it is signed, None for an empty cell.

    :param text: as it is written, or the number that a sheet holds

    :raises SheetError: decimals and what :func:`sheets.parse_amount` raises.
    """
    if text in ("", None):
        return None
    amount = text
    if isinstance(text, str):
        amount = sheets.parse_amount(text, profile.decimal, profile.currency)
    units = amount.scaleb(profile.decimals)
    if units != units.to_integral_value():
        raise SheetError("decimals", currency=profile.currency)
    return int(units)


def _complete(row, values, order, profile):
    """Read the cells of a payment's row."""
    currency = values.get("currency", "").strip().upper()
    known = (profile.currency, *sheets.MARKS.get(profile.currency, ()))
    if currency and currency not in known:
        raise SheetError("other_currency", found=currency[:3], wanted=profile.currency)
    amount = _units(values.get("amount"), profile)
    if amount is not None and profile.sign == "minus":
        amount = -amount
    meaning, reason = _meaning(row, values, amount, profile)
    if amount is not None and amount < 0:
        if meaning == "delivered" or not meaning:
            raise SheetError("negative")
        amount = abs(amount)
    if meaning in UNDELIVERED:
        text = fold(values.get("reason"))
        reason = (
            profile.reasons.get(text)
            or reason
            or ("other" if text else profile.default_reason)
        )
        if not reason:
            raise SheetError("no_reason")
        if reason == "not_presented":
            meaning = "not_collected"
    elif meaning == "reversed":
        reason = "taken_back"
    fee = _units(values.get("fee"), profile) or 0
    if fee < 0 and profile.sign == "minus":
        fee = -fee
    if fee < 0:
        raise SheetError("negative_fee")
    if meaning == "fee":
        fee, amount = amount or fee, 0
    day, moment = sheets.parse_moment(values.get("date"), order or None, profile.zone)
    row.update(
        amount=amount or 0,
        has_amount=amount is not None,
        fee_told=fee,
        date=day or False,
        moment=moment,
        meaning=meaning,
        failure_reason=reason or False,
    )
    return row


def _meaning(row, values, amount, profile):
    """Return what a row says became of its payment, and why."""
    if row["meaning"]:
        return row["meaning"], False
    word = fold(values.get("status"))
    if word:
        if word not in profile.words:
            word = word.strip(' !?:;,*()[]«»"✓✔')
        if word not in profile.words:
            raise SheetError("status", word=values["status"][:30])
        meaning, reason = profile.words[word]
        if meaning == "delivered" and not amount:
            raise SheetError("no_amount")
        return meaning, reason
    if amount is None:
        return "pending", False
    if not profile.successes_only:
        return "", False  # without a status it is no delivery
    return ("delivered" if amount else "failed"), False


def _name_fees(rows):
    """A row of a fee names its payment by the receipt it belongs to."""
    codes = {}
    for row in rows:
        if row["provider_ref"] and row["payment_code"]:
            codes.setdefault(row["provider_ref"], row["payment_code"])
    for row in rows:
        if row["meaning"] == "fee" and not row["payment_code"]:
            row["payment_code"] = codes.get(row["provider_ref"], "")


def _set_positions(rows):
    """Statements often list the newest first: then things happened from the end."""
    moments = [
        (row["date"], row["moment"]) for row in rows if row["date"] and row["moment"]
    ]
    newest_first = len(moments) == len(rows) > 1 and moments[0] > moments[-1]
    newest_first = newest_first and all(
        one >= two for one, two in zip(moments, moments[1:], strict=False)
    )
    for row in rows:
        del row["moment"]
        row["position"] = -row["number"] if newest_first else row["number"]


def told_total(rows):
    """Return what a file says was delivered in the end: each receipt once, without what
    was taken back."""
    total, groups = 0, {}
    for row in rows:
        groups.setdefault(subject(row), []).append(row)
    for mine in groups.values():
        mine = sorted(mine, key=lambda one: (one["position"], one["number"]))
        told, _keys = _tell(mine, Story(), {})
        total += sum(
            one.amount - one.back for one in told.values() if one.state == "delivered"
        )
    return total


# -- what it means -----------------------------------------------------------------
@dataclass
class Payment:
    """One payment of ours as it is in the books; money in units."""

    status: str
    due: int
    delivered: int
    open: int  # what may still be paid for its entitlement and period
    cycle_line: int
    sent_on: object = None
    grant_end: object = None
    asked: bool = False  # a row of this report put it in question


@dataclass
class Receipt:
    """What was said about one receipt; ``""`` names the one without a number."""

    state: str = ""
    amount: int = 0
    back: int = 0  # of the amount; the success stands for the rest
    fee: int = 0
    fee_settled: bool = False  # by the contract's rule, where a file told no fees
    question: object = None  # the date for which the payment was put in question
    disputed: int = 0


@dataclass
class Story:
    """All receipts of one payment, or of one code that is no payment of ours."""

    receipts: dict = field(default_factory=dict)

    def key(self, row, told=()):
        """Return the receipt that a row speaks about.

        A row without a number speaks about the only receipt there is; a number that
        comes later names the receipt that had none.
        """
        name = receipt_key(row["receipt"])
        known = {**self.receipts, **dict(told)}
        if name:
            if name not in known and "" in known:
                return ""
            return name
        paid = [key for key, one in known.items() if one.state == "delivered"]
        for candidates in (paid, list(known)):
            if len(candidates) == 1:
                return candidates[0]
        return ""

    def remember(self, row):
        """Take in a row of a report that was posted before."""
        if row["outcome"] in SILENT:
            return
        key = self.key(row)
        receipt = self.receipts.setdefault(key, Receipt())
        receipt.fee += row["fee"]
        back = row["amount"] if row["outcome"] == "reversed" else 0
        if receipt.state == "delivered" and 0 < back < receipt.amount:
            receipt.back = back
        elif row["outcome"] != "no_change" or not receipt.state:
            delivered = row["meaning"] == "delivered"
            receipt.state = row["meaning"]
            receipt.amount = row["amount"] if delivered else 0
            # a part that was taken back stands, in whatever order it is told
            receipt.back = receipt.back if receipt.back < receipt.amount else back
            receipt.disputed += row["disputed"]
            asked = row["outcome"] == "in_question"
            receipt.question = row["date"] if asked else None
            receipt.fee_settled = delivered and not row["fees_told"]
        name = receipt_key(row["receipt"])
        if name and key != name:
            self.receipts[name] = self.receipts.pop(key)


def subject(row):
    """Return what a row is about: a payment, or a code or reference unknown to us."""
    if row["line_id"]:
        return row["line_id"]
    if row["payment_code"]:
        return "code", row["payment_code"]
    return "reference", receipt_key(row["provider_ref"])


def name_receipts(rows, others=()):
    """Set each row's ``receipt``: its reference, unless other payments share it.

    :param others: ``(reference, subject)`` of earlier reports.
    """
    users = {}
    for reference, about in others:
        users.setdefault(receipt_key(reference), set()).add(about)
    for row in rows:
        if row["provider_ref"]:
            key = receipt_key(row["provider_ref"])
            users.setdefault(key, set()).add(subject(row))
    for row in rows:
        name = row["provider_ref"]
        alone = name and len(users[receipt_key(name)]) == 1
        row["receipt"] = name if alone else False


def receipt_key(reference):
    """Return what a receipt is known by: a spreadsheet takes the zeros before it away,
    a person types its letters small."""
    key = re.sub(r"\s", "", reference or "").casefold()
    return key.lstrip("0") or key


def understand(rows, payments, stories, today, day):
    """Return ``{row number: what it changes}`` of a whole report.

    :param rows: dictionaries with ``number``, ``position`` (the order in which things
        happened), ``line_id``, ``payment_code``, ``provider_ref``, ``receipt``,
        ``amount``, ``fee``, ``date``, ``meaning``.
    :param payments: ``{line id: Payment}``.
    :param stories: ``{subject: Story}`` of the reports posted before.
    :param day: of delivery, where a row names none.
    """
    changes, left, groups = {}, {}, {}
    for row in sorted(rows, key=lambda one: (one["position"], one["number"])):
        groups.setdefault(subject(row), []).append(row)
    for about, mine in groups.items():
        payment = payments.get(about) if isinstance(about, int) else None
        if payment:
            # a payment and its follow-up share what is due
            payment.open = left.get(payment.cycle_line, payment.open)
        story = stories.get(about) or Story()
        known = story.receipts
        told, keys = _tell(mine, story, changes)
        _decide(told, known, payment, changes, today, day)
        _add_fees(mine, keys, known, changes)
        if payment:
            left[payment.cycle_line] = payment.open
    return changes


def change(outcome, booked=0, disputed=0, note=False, question=False):
    """Return what a row changes, in the fields of a reconciliation's row."""
    return {
        "outcome": outcome,
        "booked": booked,
        "disputed": disputed,
        "note": note,
        "question_reason": question,
        "fee": 0,
    }


@dataclass
class _Told(Receipt):
    row: dict = None
    part: dict = None  # the row that takes a part of it back


def _tell(mine, story, changes):
    """Return ``({receipt: what this file says of it in the end}, {row: receipt})``; the
    rows that do not decide get their outcome here."""
    told, keys = {}, {}
    for row in mine:
        key = story.key(row, told.items())
        if key == "" and row["receipt"] and "" in told:
            # one number names the row without one, and only if it says the same
            first = told[""].row
            name = receipt_key(row["receipt"])
            if receipt_key(first["receipt"]) != name and (
                first["receipt"] or told[""].amount != row["amount"]
            ):
                key = name
        keys[row["number"]] = key
        meaning = row["meaning"]
        if meaning not in FINAL:
            changes[row["number"]] = change(
                "no_change" if meaning == "fee" else "pending",
                note=not meaning and "no_status",
            )
            continue
        now = _Told(meaning, row["amount"] if meaning == "delivered" else 0, row=row)
        old = told.get(key)
        if old is None:
            told[key] = now
        elif _take_part(old, now):
            pass
        elif old.state == "reversed" and _take_part(now, old):
            told[key] = now
        elif old.state == "waiting":
            changes[row["number"]] = change("waiting", note="two_amounts")
        elif (old.state, old.amount) == (now.state, now.amount):
            changes[row["number"]] = change("no_change", note="repeated")
        elif key and old.state == "reversed":
            # a receipt that was taken back is spent, in whatever order it is told
            changes[row["number"]] = change("no_change", note="superseded")
        elif old.state == "delivered" and meaning in UNDELIVERED:
            changes[row["number"]] = change("conflict", note="success_stands")
        elif old.state == meaning == "delivered" and not (
            row["receipt"] and old.row["receipt"]
        ):
            for one in (old.row, row):
                changes[one["number"]] = change("waiting", note="two_amounts")
            old.state = "waiting"
        else:
            changes[old.row["number"]] = change("no_change", note="superseded")
            told[key] = now
    return told, keys


def _take_part(success, reversal):
    """Note on a success that the provider took a part of it back; say whether it did.

    Told once more, a part is the same part.
    """
    if (success.state, reversal.state) != ("delivered", "reversed") or success.part:
        return False
    if not 0 < reversal.row["amount"] < success.amount:
        return False
    success.back, success.part = reversal.row["amount"], reversal.row
    return True


def _decide(told, known, payment, changes, today, day):
    """Say what the rows that decide change: first what was taken back, then what was
    delivered, then what failed."""
    order = {"reversed": 0, "delivered": 1}
    for key, now in sorted(told.items(), key=lambda one: order.get(one[1].state, 2)):
        before = known.get(key) or Receipt()
        if now.state == "waiting":
            continue
        if now.state == "reversed":
            outcome = _taken_back(before, known, payment, now.row["amount"])
        elif now.state == "delivered":
            outcome = _delivered(now, before, payment, today, day)
            if now.part:
                part = _part_taken_back(now, before, known, payment, outcome)
                changes[now.part["number"]] = part
        else:
            outcome = _failed(key, now, told, known, payment)
        changes[now.row["number"]] = outcome


def _part_taken_back(now, before, known, payment, outcome):
    """The provider took a part of a receipt back that the same file tells of."""
    if before.state != "delivered" or not before.amount:
        # told together: the rest was delivered
        booked = outcome["booked"]
        if not payment or booked != now.amount or outcome["disputed"]:
            return change("conflict", note="claim")
        outcome["booked"] = booked - now.back
        if outcome["outcome"] == "delivered":
            outcome["outcome"] = "partial"
        payment.delivered -= now.back
        payment.open += now.back
        payment.status = "partial"
        return change("reversed")
    return _taken_back(before, known, payment, now.back)


def _taken_back(before, known, payment, back=0):
    """The provider took a receipt back, or a part of it.

    :param back: units; 0 for all of it.
    """
    paid = before.state == "delivered" and before.amount
    if paid and 0 < back < before.amount:
        if before.back == back:
            return change("no_change", note="repeated")
        if before.back:
            return change("conflict", note="by_hand")
    if paid and (not payment or before.disputed):
        return change("conflict", note="claim")
    if not payment:
        return change("no_change")
    if not paid:
        if payment.status in OPEN:
            payment.status = "failed"
            return change("failed")
        return change("no_change")
    if payment.status in OPEN:  # it was in question
        payment.status = "failed"
        return change("failed")
    if payment.status not in ("delivered", "partial"):
        return change("no_change")
    told = sum(
        one.amount - one.back - one.disputed
        for one in known.values()
        if one.state == "delivered"
    )
    if payment.delivered != told:
        return change("conflict", note="by_hand")
    booked = before.amount - before.back
    if 0 < back < before.amount:
        booked = before.back = back
    else:
        before.state = "reversed"
    payment.delivered -= booked
    payment.status = "partial" if payment.delivered else "reversed"
    payment.open += booked
    return change("reversed", booked=-booked)


def _delivered(now, before, payment, today, day):
    row = now.row
    if before.state == "reversed":
        if row["receipt"]:
            return change("no_change", note="superseded")
        return change("conflict", note="taken_back")
    old = before.amount if before.state == "delivered" else 0
    if old and before.question and before.question != row["date"]:
        # the provider gives another date for what was in question
        if payment and payment.status in (*OPEN, *UNDELIVERED):
            old = 0
    new = row["amount"] - old
    if old and not new:
        return change("no_change", note="repeated")
    if new < 0:
        return change("conflict", note="smaller")
    if not payment or payment.status not in (
        *OPEN,
        *FINAL,
        "partial",
        "paid_twice",
    ):
        # no payment of ours, or never handed to the provider
        return change("unknown", disputed=new)
    if payment.status == "paid_twice":
        return change("paid_twice", disputed=new)
    first = payment.status in OPEN
    if first:
        question = _question(row, payment, today, day)
        if question:
            payment.asked = True
            return change("in_question", question=question)
        if payment.asked:
            return change("conflict", note="asked")
    booked = max(min(new, payment.due - payment.delivered, payment.open), 0)
    excess = new - booked
    payment.delivered += booked
    payment.open -= booked
    if not booked:
        if first:
            payment.status = "paid_twice"
        return change("paid_twice", disputed=excess)
    full = payment.delivered >= payment.due
    payment.status = "delivered" if full else "partial"
    outcome = payment.status
    if not first:
        outcome = "late"
    elif excess:
        outcome = "over"
    return change(outcome, booked=booked, disputed=excess)


def _question(row, payment, today, day):
    """Return why a first success is not believed as it stands, or False."""
    when = row["date"] or day
    if when > today:
        return "future"
    if payment.sent_on and when < payment.sent_on:
        return "early"
    if payment.grant_end and when > payment.grant_end:
        return "grant_ended"
    return False


def _failed(key, now, told, known, payment):
    before = known.get(key)
    if not payment:
        return change("no_change")
    if payment.status in ("delivered", "partial") or payment.asked:
        own = before and before.state == "delivered"
        others = any(
            one.state == "delivered"
            for name, one in [*known.items(), *told.items()]
            if name != key
        )
        if own or not others:
            return change("conflict", note="success_stands")
        return change("no_change", note="other_try")
    if payment.status in OPEN:
        payment.status = now.state
        return change(now.state)
    return change("no_change")


def _add_fees(mine, keys, known, changes):
    """Book per receipt what its fee is above what was booked before."""
    told, rows = {}, {}
    for row in mine:
        if not row["fee"]:
            continue
        key = keys[row["number"]]
        rows.setdefault(key, row)
        if row["meaning"] == "fee":
            parts = told.setdefault(key, [0, set()])[1]
            parts.add((row["amount"], row["fee"], row["date"]))
        else:
            told.setdefault(key, [0, set()])[0] = row["fee"]
    for key, (fee, parts) in told.items():
        before = known.get(key) or Receipt()
        if before.fee_settled:
            continue
        new = fee + sum(part[1] for part in parts) - before.fee
        changes[rows[key]["number"]]["fee"] = max(new, 0)
