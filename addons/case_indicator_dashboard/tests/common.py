import json
import re

from odoo.addons.case_indicator.tests.common import IndicatorCommon

#: Whose dashboard is whose, by the login of the test's people.
ROLES = {
    "case_worker": "worker",
    "supervisor": "supervisor",
    "coordinator": "coordinator",
    "finance": "officer",
    "savings_manager": "savings",
    "safeguarding": "safeguarding",
    "director": "monitor",
}


def open_file(dashboard):
    """What a dashboard is made of, as its user opens it."""
    return json.loads(dashboard._get_serialized_readonly_dashboard())["snapshot"]


def read_sources(dashboard, content=None):
    """Read what the web client reads for a dashboard, as its user and with the
    user's language.

    :return: (model, rows) of each source, in the file's order
    """
    content = content or open_file(dashboard)
    language = dashboard.env["res.users"].context_get()["lang"]
    env = dashboard.with_context(lang=language).env
    found = []
    for source in content["lists"].values():
        specification = {
            name: {"fields": {"display_name": {}}}
            if env[source["model"]]._fields[name].type == "many2one"
            else {}
            for name in source["columns"]
        }
        answer = env[source["model"]].web_search_read(
            source["domain"],
            specification,
            limit=_rows_asked_for(content, source["id"]),
            order=f"{source['orderBy'][0]['name']}"
            f"{'' if source['orderBy'][0]['asc'] else ' desc'}",
        )
        found.append((source["model"], answer["records"]))
    for source in content["pivots"].values():
        model = env[source["model"]]
        rows, columns = (_group_by(source[name]) for name in ("rows", "columns"))
        sets = [
            rows[:down] + columns[:across]
            for down in range(len(rows) + 1)
            for across in range(len(columns) + 1)
        ]
        measure = _aggregate(model, source["measures"][0]["fieldName"])
        *_parts, cells = model.formatted_read_grouping_sets(
            source["domain"], sets, [measure]
        )
        found.append((source["model"], cells))
    for figure in content["sheets"][0]["figures"]:
        if "metaData" in figure["data"]:
            meta = figure["data"]["metaData"]
            model = env[meta["resModel"]]
            rows = model.formatted_read_group(
                figure["data"]["searchParams"]["domain"],
                meta["groupBy"],
                [_aggregate(model, meta["measure"])],
            )
            found.append((meta["resModel"], rows))
    return found


def _rows_asked_for(content, number):
    """How far down cells read a list: the client asks for so many rows."""
    asked = re.compile(rf"ODOO\.LIST\({number},(\d+),")
    return max(
        int(row)
        for sheet in content["sheets"]
        for cell in sheet["cells"].values()
        for row in asked.findall(cell)
    )


def _group_by(dimensions):
    return [
        ":".join(filter(None, (part["fieldName"], part.get("granularity"))))
        for part in dimensions
    ]


def _aggregate(model, measure):
    field = model._fields.get(measure)
    return f"{measure}:{field.aggregator}" if field else measure


class DashboardCommon(IndicatorCommon):
    """The forty children, and somebody for each dashboard."""

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "officer": "cash_transfer.group_cash_officer",
            "savings": "savings_group.group_savings_manager",
        }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._build()
        cls.run_q4 = cls._run("2024-10-01", "2024-12-31", "Fourth quarter")
        cls.run_q1 = cls._run()
        cls.env["remediation.indicator.measure"].search(
            [("key", "=", "i4_in_time")]
        ).target = 80

    def _dashboard(self, role, user=None):
        user = user or getattr(self, ROLES[role])
        return self.env.ref(f"case_indicator_dashboard.dashboard_{role}").with_user(
            user
        )
