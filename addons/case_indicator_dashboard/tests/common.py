import json

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
    """Read what the web client reads for a dashboard, as its user.

    :return: (model, rows) of each source, in the file's order
    """
    env = dashboard.env
    content = content or open_file(dashboard)
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
            limit=80,
            order=f"{source['orderBy'][0]['name']}"
            f"{'' if source['orderBy'][0]['asc'] else ' desc'}",
        )
        found.append((source["model"], answer["records"]))
    grouped = [
        (
            source["model"],
            source["domain"],
            [f"{c['fieldName']}:{c['granularity']}" for c in source["columns"]],
            source["measures"][0]["fieldName"],
        )
        for source in content["pivots"].values()
    ]
    for figure in content["sheets"][0]["figures"]:
        if "metaData" in figure["data"]:
            meta = figure["data"]["metaData"]
            grouped.append(
                (
                    meta["resModel"],
                    figure["data"]["searchParams"]["domain"],
                    meta["groupBy"],
                    meta["measure"],
                )
            )
    for model, domain, group, measure in grouped:
        field = env[model]._fields.get(measure)
        aggregate = f"{measure}:{field.aggregator}" if field else measure
        rows = env[model].formatted_read_group(domain, group, [aggregate])
        found.append((model, rows))
    return found


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
