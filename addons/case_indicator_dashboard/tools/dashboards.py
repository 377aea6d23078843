"""What the dashboard of each role shows.

``python -m tools.dashboards`` in the folder of the module writes ``data/files``, which
is what is loaded; a test holds them equal.
"""

import sys
from pathlib import Path

from .sheet import Sheet

FILES = Path(__file__).parents[1] / "data" / "files"
OPEN = [["closed_on", "=", False]]


def case_worker():
    sheet = Sheet("case_worker")
    _work(sheet)
    sheet.funnel()
    # No pie: its colours follow the order of the words, and red would be the low risk.
    sheet.chart("bar", "My Open Cases by Risk", "remediation.case", ["risk_level"],
                domain=OPEN)  # fmt: skip
    _late(sheet, ["kind"], "Late Deadlines by Kind")
    _attendance(sheet)
    return sheet


def supervisor():
    sheet = Sheet("supervisor")
    _work(sheet)
    sheet.funnel()
    sheet.chart("bar", "Open Cases by Holder and Risk", "remediation.case",
                ["user_id", "risk_level"], domain=OPEN)  # fmt: skip
    sheet.chart("bar", "Deadlines Missed, by Holder", "remediation.deadline.breach",
                ["fell_due_on:month", "holder_user_id"])  # fmt: skip
    sheet.chart("bar", "Missing Data by Holder", "remediation.data.gap", ["user_id"])
    _late(sheet, ["user_id"], "Late Deadlines by Holder")
    _attendance(sheet)
    return sheet


def coordinator():
    sheet = Sheet("coordinator")
    sheet.figures(
        {
            "i2_identified": "Children Identified",
            "i4_in_time": "Contact in Time",
            "i6_approved": "Plans approved",
            "i9_1": "Children Supported",
            "i11_rate": "School Attendance",
            "i13_now": "Out of Child Labour",
            "i18_on_time": "Visits in time",
            "i20_vetted": "Workers Checked",
            "i21_valid": "Consent in Force",
            "i24_out": "Cost by Month Out",
        },
        table=True,
    )
    sheet.funnel()
    sheet.cohorts()
    sheet.chart("bar", "Deadlines Missed, by Team", "remediation.deadline.breach",
                ["fell_due_on:month", "team_id"])  # fmt: skip
    sheet.over_time("School Attendance (%)", ["i11_rate", "i11_regular"])
    sheet.chart("bar", "Open Cases by Site", "remediation.case", ["site_id"],
                domain=OPEN)  # fmt: skip
    sheet.chart("bar", "Missing Data by Team and Days", "remediation.data.gap",
                ["team_id", "age_bucket"])  # fmt: skip
    return sheet


def director():
    sheet = Sheet("director")
    sheet.figures(
        {
            "i2_identified": "Children Identified",
            "i3_in_remediation": "In Remediation",
            "i13_now": "Out of Child Labour",
            "i13_12": "Out at 12 Months",
            "i16_again": "Returned to Work",
            "i12_12": "Still at School",
            "i24_child": "Cost by child",
            "i24_out": "Cost by Month Out",
            "i29_in_time": "Complaints in Time",
            "i31_spent": "Budgets Spent",
        },
        table=True,
    )
    sheet.funnel()
    sheet.cohorts()
    sheet.over_time("Cost by Month", ["i24_month", "i24_out"])
    sheet.cohorts("Cost by Month Out at 6, 12 and 24 Months", "i24_out")
    sheet.over_time("School Attendance (%)", ["i11_rate", "i11_regular"])
    return sheet


def finance():
    sheet = Sheet("finance")
    sheet.figures(
        {
            "i25_on_time": "Paid on time",
            "i25_failed": "Payments Failed",
            "i25_reconciled": "Payments reconciled",
            "i25_days": "Days to Reconcile",
            "i28_value": "Value set aside",
            "i26_more": "Advances > 90 Days",
            "i31_spent": "Budgets Spent",
            "i31_burn": "Spent or Committed",
            "i24_child": "Cost by child",
            "i24_out": "Cost by Month Out",
        }
    )
    grants = sheet.list(
        "cash.transfer.grant",
        ["display_name", "budget", "spent", "committed", "available"],
        [],
        "date_end",
        ascending=False,
    )
    _by_grant(sheet, grants)
    sheet.over_time("Budgets Spent or Committed (%)", ["i31_spent", "i31_burn"])
    sheet.over_time("Payments Failed and on Time (%)", ["i25_failed", "i25_on_time"])
    sheet.over_time("Advances by Age", ["i26_30", "i26_60", "i26_90", "i26_more"])
    sheet.table(
        grants,
        {
            "display_name": "Grant",
            "budget": "Budget",
            "spent": "Spent",
            "committed": "Committed",
            "available": "Available",
        },
        GRANTS,
    )
    return sheet


def savings_manager():
    sheet = Sheet("savings_manager")
    sheet.figures(
        {
            "i30_members": "Members",
            "i30_attendance": "Attendance",
            "i30_retention": "Members Who Stayed",
            "i30_savings": "Savings by member",
            "i30_return": "Return in a Year",
            "i30_utilisation": "Loan fund in use",
            "i30_risk": "Loans at risk",
            "i30_share_out": "Share-out by member",
        }
    )
    ratio = "savings.ratio"
    sheet.chart("bar", "Members by Quarter", ratio, ["quarter:quarter"], "members")
    sheet.chart("bar", "Savings by Quarter", ratio, ["quarter:quarter"], "savings")
    sheet.chart("bar", "Loans Outstanding by Quarter", ratio, ["quarter:quarter"],
                "loans_outstanding")  # fmt: skip
    sheet.chart("bar", "Late Loans by Quarter", ratio, ["quarter:quarter"],
                "loans_late")  # fmt: skip
    groups = sheet.list(
        ratio,
        ["group_id", "date", "members", "savings", "loans_outstanding", "loans_late"],
        [],
        "date",
        ascending=False,
    )
    sheet.table(
        groups,
        {
            "group_id": "Group",
            "date": "Last Meeting",
            "members": "Members",
            "savings": "Savings",
            "loans_outstanding": "Outstanding",
            "loans_late": "Late",
        },
        20,
        250,
    )
    return sheet


def safeguarding():
    sheet = Sheet("safeguarding")
    report = "remediation.safeguarding.report"
    still = [["state", "!=", "closed"]]
    danger = [*still, ["is_immediate_danger", "=", True]]
    received = sheet.of_month(report, "received_on")
    closed = sheet.of_month(report, "closed_on", [["closed_on", "!=", False]])
    sheet.count("Reports Open", sheet.records(report, still), since=(received, closed))
    sheet.count("Somebody in Danger", sheet.records(report, danger), target=0)
    sheet.count("Not Begun", sheet.records(report, [["state", "=", "new"]]), target=0)
    sheet.month("New This Month", received, less=True)
    sheet.month("Closed This Month", closed, target=received)
    sheet.chart("bar", "Reports by Month", report, ["received_on:month", "state"])
    sheet.chart("bar", "Whom Reports Are About", report, ["subject_kind", "state"])
    sheet.chart("pie", "Outcome of Closed Reports", report, ["outcome"],
                domain=[["state", "=", "closed"]], legendPosition="top")  # fmt: skip
    sheet.chart("bar", "How Reports Came", report, ["channel"])
    return sheet


def _work(sheet):
    """What a worker has in hand; a supervisor's is that of the teams."""
    sheet.count("Open Cases", sheet.in_hand("open"),
                since=(sheet.lately("opened"), sheet.lately("closed")))  # fmt: skip
    sheet.month("New This Month", sheet.lately("opened"))
    sheet.month("Visits This Month", sheet.lately("visit_done"),
                target=sheet.lately("visit_planned"))  # fmt: skip
    sheet.month("Deadlines Missed", sheet.lately("missed"), target=0)
    sheet.count("Late Deadlines", sheet.in_hand("late"), target=0)
    sheet.count("Missing Data", sheet.in_hand("gap"), target=0)


def _late(sheet, group, title):
    sheet.chart("bar", title, "remediation.deadline", group,
                domain=[["is_overdue", "=", True]])  # fmt: skip


def _attendance(sheet):
    sheet.months("School Attendance by Month (%)", "remediation.attendance", "month",
                 "rate", [["days_open", ">", 0]])  # fmt: skip


GRANTS = 15


def _by_grant(sheet, number):
    """How much of each budget is spent, in its own currency, so in parts of it."""
    for row in range(1, GRANTS + 1):
        sheet.data[f"K{row + 1}"] = f'=ODOO.LIST({number},{row},"display_name")'
        spent, budget = (
            f'ODOO.LIST({number},{row},"{name}")' for name in ("spent", "budget")
        )
        sheet.data[f"L{row + 1}"] = f'=IFERROR(ROUND(100*{spent}/{budget},1),"")'
    sheet.data["L1"] = '=_t("Spent (%)")'
    sheet.ranged(
        "Money by Grant: Spent of the Budget (%)",
        f"K2:K{GRANTS + 1}",
        f"L1:L{GRANTS + 1}",
    )


DASHBOARDS = (
    case_worker,
    supervisor,
    coordinator,
    finance,
    savings_manager,
    safeguarding,
    director,
)


def write():
    """Write the files."""
    for make in DASHBOARDS:
        path = FILES / f"{make.__name__}_dashboard.json"
        path.write_text(make().dump(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(write())
