"""What a provider's report means for the payments it speaks about (R39, R69).

No Odoo here on purpose. Rows, payments and what earlier reports said come in; what each
row changes comes out. Amounts are whole units of the currency (cents), never floats.

A file tells a story: the rows about one payment are read together, by receipt. Per
receipt the last final state counts, a success stands until its own receipt is taken
back, and what was said before books nothing again.
"""

from dataclasses import dataclass, field

#: A state that a provider does not change by itself any more.
FINAL = ("delivered", "failed", "not_collected", "reversed")
UNDELIVERED = ("failed", "not_collected")
#: Payments that the provider has not answered yet.
OPEN = ("sent", "in_question")
#: Outcomes that say nothing about a receipt.
SILENT = ("conflict", "waiting", "left_out", "pending")


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
        name = row["receipt"] or ""
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
        if row["outcome"] != "no_change" or not receipt.state:
            delivered = row["meaning"] == "delivered"
            receipt.state = row["meaning"]
            receipt.amount = row["amount"] if delivered else 0
            receipt.disputed += row["disputed"]
            asked = row["outcome"] == "in_question"
            receipt.question = row["date"] if asked else None
            receipt.fee_settled = delivered and not row["fees_told"]
        if row["receipt"] and key != row["receipt"]:
            self.receipts[row["receipt"]] = self.receipts.pop(key)


def subject(row):
    """Return what a row is about: a payment, or a code or reference unknown to us."""
    if row["line_id"]:
        return row["line_id"]
    if row["payment_code"]:
        return "code", row["payment_code"]
    return "reference", row["provider_ref"]


def name_receipts(rows, others=()):
    """Set each row's ``receipt``: its reference, unless other payments share it.

    :param others: ``(reference, subject)`` of earlier reports.
    """
    users = {}
    for reference, about in others:
        users.setdefault(reference, set()).add(about)
    for row in rows:
        if row["provider_ref"]:
            users.setdefault(row["provider_ref"], set()).add(subject(row))
    for row in rows:
        name = row["provider_ref"]
        row["receipt"] = name if name and len(users[name]) == 1 else False


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


def _change(outcome, booked=0, disputed=0, note=False, question=False):
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


def _tell(mine, story, changes):
    """Return ``({receipt: what this file says of it in the end}, {row: receipt})``; the
    rows that do not decide get their outcome here."""
    told, keys = {}, {}
    for row in mine:
        key = story.key(row, told.items())
        if key == "" and row["receipt"] and "" in told:
            # one number names the row without one, and only if it says the same
            first = told[""].row
            if first["receipt"] != row["receipt"] and (
                first["receipt"] or told[""].amount != row["amount"]
            ):
                key = row["receipt"]
        keys[row["number"]] = key
        meaning = row["meaning"]
        if meaning not in FINAL:
            changes[row["number"]] = _change(
                "no_change" if meaning == "fee" else "pending",
                note=not meaning and "no_status",
            )
            continue
        now = _Told(meaning, row["amount"] if meaning == "delivered" else 0, row=row)
        old = told.get(key)
        if old is None:
            told[key] = now
        elif old.state == "waiting":
            changes[row["number"]] = _change("waiting", note="two_amounts")
        elif (old.state, old.amount) == (now.state, now.amount):
            changes[row["number"]] = _change("no_change", note="repeated")
        elif key and old.state == "reversed":
            # a receipt that was taken back is spent, in whatever order it is told
            changes[row["number"]] = _change("no_change", note="superseded")
        elif old.state == "delivered" and meaning in UNDELIVERED:
            changes[row["number"]] = _change("conflict", note="success_stands")
        elif old.state == meaning == "delivered" and not (
            row["receipt"] and old.row["receipt"]
        ):
            for one in (old.row, row):
                changes[one["number"]] = _change("waiting", note="two_amounts")
            old.state = "waiting"
        else:
            changes[old.row["number"]] = _change("no_change", note="superseded")
            told[key] = now
    return told, keys


def _decide(told, known, payment, changes, today, day):
    """Say what the rows that decide change: first what was taken back, then what was
    delivered, then what failed."""
    order = {"reversed": 0, "delivered": 1}
    for key, now in sorted(told.items(), key=lambda one: order.get(one[1].state, 2)):
        before = known.get(key) or Receipt()
        if now.state == "waiting":
            continue
        if now.state == "reversed":
            change = _taken_back(before, known, payment)
        elif now.state == "delivered":
            change = _delivered(now, before, payment, today, day)
        else:
            change = _failed(key, now, told, known, payment)
        changes[now.row["number"]] = change


def _taken_back(before, known, payment):
    """The provider took a receipt back."""
    paid = before.state == "delivered" and before.amount
    if paid and (not payment or before.disputed):
        return _change("conflict", note="claim")
    if not payment:
        return _change("no_change")
    if not paid:
        if payment.status in OPEN:
            payment.status = "failed"
            return _change("failed")
        return _change("no_change")
    if payment.status in OPEN:  # it was in question
        payment.status = "failed"
        return _change("failed")
    if payment.status not in ("delivered", "partial"):
        return _change("no_change")
    if payment.delivered != before.amount:
        return _change("conflict", note="by_hand")
    booked = payment.delivered
    payment.status, payment.delivered = "reversed", 0
    payment.open += booked
    return _change("reversed", booked=-booked)


def _delivered(now, before, payment, today, day):
    row = now.row
    if before.state == "reversed":
        if row["receipt"]:
            return _change("no_change", note="superseded")
        return _change("conflict", note="taken_back")
    old = before.amount if before.state == "delivered" else 0
    if old and before.question and before.question != row["date"]:
        # the provider gives another date for what was in question
        if payment and payment.status in (*OPEN, *UNDELIVERED):
            old = 0
    new = row["amount"] - old
    if old and not new:
        return _change("no_change", note="repeated")
    if new < 0:
        return _change("conflict", note="smaller")
    if not payment or payment.status not in (
        *OPEN,
        *FINAL,
        "partial",
        "paid_twice",
    ):
        # no payment of ours, or never handed to the provider
        return _change("unknown", disputed=new)
    if payment.status == "paid_twice":
        return _change("paid_twice", disputed=new)
    first = payment.status in OPEN
    if first:
        question = _question(row, payment, today, day)
        if question:
            payment.asked = True
            return _change("in_question", question=question)
        if payment.asked:
            return _change("conflict", note="asked")
    booked = max(min(new, payment.due - payment.delivered, payment.open), 0)
    excess = new - booked
    payment.delivered += booked
    payment.open -= booked
    if not booked:
        if first:
            payment.status = "paid_twice"
        return _change("paid_twice", disputed=excess)
    full = payment.delivered >= payment.due
    payment.status = "delivered" if full else "partial"
    outcome = payment.status
    if not first:
        outcome = "late"
    elif excess:
        outcome = "over"
    return _change(outcome, booked=booked, disputed=excess)


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
        return _change("no_change")
    if payment.status in ("delivered", "partial") or payment.asked:
        own = before and before.state == "delivered"
        others = any(
            one.state == "delivered"
            for name, one in [*known.items(), *told.items()]
            if name != key
        )
        if own or not others:
            return _change("conflict", note="success_stands")
        return _change("no_change", note="other_try")
    if payment.status in OPEN:
        payment.status = now.state
        return _change(now.state)
    return _change("no_change")


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
