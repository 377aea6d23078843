"""An intake sheet made from the published cases."""

import json

from odoo.tools.misc import file_open

HEADERS = [
    "Reference",
    "Sex",
    "Nickname",
    "Age",
    "Last Grade Completed",
    "Site",
    "What the Child Does",
    "Hours per Week",
    "Days per Week",
    "From (time of day)",
    "To (time of day)",
    "Pay",
    "Pay Per",
    "Currency",
    "Age at Start of Work",
    "Year of Start of Work",
    "Caregiver",
    "Livelihood of the Caregiver",
    "Note",
]


def published():
    """The facts, as they are in the module."""
    with file_open("child_remediation/tests/files/hub_cases.json") as handle:
        return json.load(handle)


def rows(site_of):
    """One row of the sheet per published case; what is unknown stays empty.

    :param site_of: function that gives the name of a site for a published place
    """
    result = []
    for facts in published():
        child, work = facts["child"], facts["work"]
        result.append(
            [
                f"sheet:{child['pseudonym']}",
                child["sex"],
                child["pseudonym"],
                child.get("age_at_identification"),
                child.get("last_grade_completed"),
                site_of(work["site"]),
                work["activity"],
                work.get("hours_per_week"),
                work.get("days_per_week"),
                work.get("start_time"),
                work.get("end_time"),
                work["earnings"]["amount"],
                work["earnings"]["period"],
                work["earnings"]["currency"],
                child.get("age_at_start_of_work"),
                work.get("working_since_year"),
                "mother",
                facts["household"].get("caregiver_livelihood"),
                facts["source"],
            ]
        )
    return result
