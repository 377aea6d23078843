"""IATI 2.03: an activity with its results and transactions, in the order of elements
that the standard prescribes. What is told of children stays in spans: a span is no
number, so it stands as a qualitative result, in words."""

from datetime import UTC, datetime

from lxml import etree

VERSION = "2.03"
#: Labour rights, child labour among them: the purpose code of the OECD's committee.
SECTOR = "16070"
#: Codes of the standard's lists.
NATIONAL_NGO, FUNDING, IMPLEMENTING = "22", "1", "4"
IMPLEMENTATION, ACTUAL_START, ACTUAL_END = "2", "2", "4"
EXPENDITURE, OUTCOME = "4", "2"
UNIT, PERCENTAGE, QUALITATIVE = "1", "2", "5"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def activities(activity):
    """Return the file, as bytes.

    :param dict activity: ``identifier``, ``organisation`` (``ref``, ``name``),
        ``funder`` or None, ``title``, ``description``, ``language``, ``country``,
        ``currency``,
        ``date_from``, ``date_to``, ``budgets`` (``start, end, value, currency``),
        ``transactions`` (``ref, value, currency, date, words``) and ``indicators``
        (``title, words, measure, ascending, value, comment``); days are ISO texts
    """
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    root = etree.Element(
        "iati-activities", {"version": VERSION, "generated-datetime": now}
    )
    node = etree.SubElement(
        root,
        "iati-activity",
        {
            "default-currency": activity["currency"],
            "last-updated-datetime": now,
            XML_LANG: activity["language"],
        },
    )
    organisation = activity["organisation"]
    _text(node, "iati-identifier", activity["identifier"])
    own = {"ref": organisation["ref"], "type": NATIONAL_NGO}
    _narrative(node, "reporting-org", organisation["name"], own)
    _narrative(node, "title", activity["title"])
    _narrative(node, "description", activity["description"], {"type": "1"})
    if activity["funder"]:
        _narrative(node, "participating-org", activity["funder"], {"role": FUNDING})
    _narrative(
        node, "participating-org", organisation["name"], {**own, "role": IMPLEMENTING}
    )
    etree.SubElement(node, "activity-status", {"code": IMPLEMENTATION})
    for kind, day in (
        (ACTUAL_START, activity["date_from"]),
        (ACTUAL_END, activity["date_to"]),
    ):
        etree.SubElement(node, "activity-date", {"type": kind, "iso-date": day})
    etree.SubElement(node, "recipient-country", {"code": activity["country"]})
    etree.SubElement(node, "sector", {"vocabulary": "1", "code": SECTOR})
    for budget in activity["budgets"]:
        _budget(node, budget)
    for transaction in activity["transactions"]:
        _transaction(node, transaction, activity)
    if activity["indicators"]:
        _result(node, activity)
    return etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )


def _text(parent, tag, text, attributes=None):
    node = etree.SubElement(parent, tag, attributes or {})
    node.text = text
    return node


def _narrative(parent, tag, text, attributes=None):
    node = etree.SubElement(parent, tag, attributes or {})
    _text(node, "narrative", text)
    return node


def _value(parent, amount, currency, day):
    _text(parent, "value", f"{amount:.2f}", {"currency": currency, "value-date": day})


def _budget(parent, budget):
    node = etree.SubElement(parent, "budget", {"type": "1", "status": "2"})
    etree.SubElement(node, "period-start", {"iso-date": budget["start"]})
    etree.SubElement(node, "period-end", {"iso-date": budget["end"]})
    _value(node, budget["value"], budget["currency"], budget["start"])


def _transaction(parent, transaction, activity):
    node = etree.SubElement(parent, "transaction", {"ref": transaction["ref"]})
    etree.SubElement(node, "transaction-type", {"code": EXPENDITURE})
    etree.SubElement(node, "transaction-date", {"iso-date": transaction["date"]})
    _value(node, transaction["value"], transaction["currency"], transaction["date"])
    _narrative(node, "description", transaction["words"])
    _narrative(
        node,
        "provider-org",
        activity["organisation"]["name"],
        {"ref": activity["organisation"]["ref"], "type": NATIONAL_NGO},
    )


def _result(parent, activity):
    node = etree.SubElement(
        parent, "result", {"type": OUTCOME, "aggregation-status": "0"}
    )
    _narrative(node, "title", activity["title"])
    for row in activity["indicators"]:
        indicator = etree.SubElement(
            node,
            "indicator",
            {
                "measure": row["measure"],
                "ascending": "1" if row["ascending"] else "0",
                "aggregation-status": "0",
            },
        )
        _narrative(indicator, "title", row["title"])
        _narrative(indicator, "description", row["words"])
        period = etree.SubElement(indicator, "period")
        etree.SubElement(period, "period-start", {"iso-date": activity["date_from"]})
        etree.SubElement(period, "period-end", {"iso-date": activity["date_to"]})
        actual = etree.SubElement(
            period,
            "actual",
            {} if row["value"] is None else {"value": f"{row['value']:.15g}"},
        )
        _narrative(actual, "comment", row["comment"])
