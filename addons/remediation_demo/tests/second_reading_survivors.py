"""I34 read again: who was found to be a survivor, and by whom."""

from collections import defaultdict

OUTSIDE = {"authority", "police", "court"}


def read_survivors(reading):
    """Count the cases by their decisions that stood at the end of the period."""
    by_case = defaultdict(list)
    for one in reading._of_cases("remediation.survivor.status"):
        day = one.date or reading.day(one.create_date)
        if one.state in ("draft", "decided", "appealed") and day <= reading.last:
            by_case[one.case_id].append(one)
    for case, rows in by_case.items():
        told = [one for one in rows if one.state != "draft"]
        reading.add("i34_decided", case.id, bool(told))
        if not told:
            continue
        words = {one.status for one in told}
        no, yes = "not_victim" in words, bool(words - {"not_victim"})
        reading.add("i34_confirmed", case.id, "confirmed" in words and not no)
        reading.add("i34_none", case.id, no and not yes)
        reading.add("i34_contradictory", case.id, no and yes)
        outside = bool(OUTSIDE & {one.decided_by_kind for one in told})
        reading.add("i34_outside", case.id, outside)
