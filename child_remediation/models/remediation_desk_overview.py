from collections import Counter

from odoo import api, models
from odoo.tools import SQL

from .remediation_desk import LINES


class Desk(models.AbstractModel):
    """Where the work stands as a whole, without a name."""

    _inherit = "remediation.desk"

    @api.model
    def _overview(self):
        """Open cases by stage, and where they are, in one look at them."""
        Case = self.env["remediation.case"]
        query = Case._search([("stage", "!=", "closed")])
        stage, site = (
            Case._field_to_sql(query.table, name, query)
            for name in ("stage", "site_id")
        )
        query.groupby = SQL("%s, %s", stage, site)
        rows = yield query.select(
            SQL("%s AS stage", stage), SQL("%s AS site", site), "count(*) AS count"
        )
        stages, sites = Counter(), Counter()
        for row in rows:
            stages[row["stage"]] += row["count"]
            sites[row["site"]] += row["count"]
        return [self._funnel(stages), self._places(sites)]

    @api.model
    def _funnel(self, counts):
        """How many open cases stand at each stage."""
        stages = self.env["remediation.case"]._fields["stage"]
        most = max(counts.values(), default=1)
        lines = [
            {
                "id": stage,
                "title": label,
                "count": counts[stage],
                "percent": round(100 * counts[stage] / most),
                "domain": [("stage", "=", stage)],
                "list": "remediation.case",
            }
            for stage, label in stages._description_selection(self.env)
            if stage != "closed"
        ]
        return self._section(
            "funnel",
            self.env._("Open Cases by Stage"),
            lines,
            "",
            kind="bars",
            limit=None,
            total=sum(counts.values()),
            action="child_remediation.case_action",
        )

    @api.model
    def _places(self, counts):
        """Where the children are: one dot per site that has coordinates."""
        sites = self.env["remediation.site"].browse(sorted(filter(None, counts)))
        lines = [
            {
                "id": f"site-{site.id}",
                "title": site.display_name,
                "count": counts[site.id],
                "latitude": site.latitude,
                "longitude": site.longitude,
                "domain": [("site_id", "=", site.id), ("stage", "!=", "closed")],
                "list": "remediation.case",
            }
            for site in sites
            if site.latitude or site.longitude
        ]
        if not lines:
            return None
        return self._section(
            "places",
            self.env._("Where the Children Are"),
            lines,
            "",
            kind="map",
            place="side",
            limit=None,
        )

    @api.model
    def _requests(self):
        """Requests of persons about their data that run against the clock (R47)."""
        requests = yield self._ask(
            "remediation.subject.request",
            [("state", "=", "open")],
            ["beneficiary_id", "kind", "due_on"],
            order="due_on",
            limit=100,
        )
        lines = [
            {
                "id": f"request-{request.id}",
                "model": request._name,
                "res_id": request.id,
                "title": request.beneficiary_id.display_name,
                "detail": self._label(request, "kind"),
                **(self._when(request.due_on) if request.due_on else {}),
            }
            for request in requests[:LINES]
        ]
        return self._section(
            "requests",
            self.env._("Requests about Personal Data"),
            lines,
            self.env._("No request is open."),
            total=len(requests),
        )

    @api.model
    def _reports(self):
        """Safeguarding reports that nobody closed; danger first (R55)."""
        reports = yield self._ask(
            "remediation.safeguarding.report",
            [("state", "!=", "closed")],
            ["name", "state", "subject_kind", "is_immediate_danger", "received_on"],
            limit=100,
        )
        lines = [
            {
                "id": f"report-{report.id}",
                "model": report._name,
                "res_id": report.id,
                "title": report.name,
                "task": self._label(report, "state"),
                "detail": self._label(report, "subject_kind"),
                "badge": report.is_immediate_danger and self.env._("In danger now"),
                "badge_tone": "danger",
                "when": self._since(report.received_on),
                "tone": "muted",
            }
            for report in reports[:LINES]
        ]
        return self._section(
            "reports",
            self.env._("Safeguarding Reports"),
            lines,
            self.env._("Every report is closed."),
            total=len(reports),
            rank=1,
            action="child_remediation.safeguarding_report_action",
        )

    @api.model
    def _breaches(self):
        """Breaches that are open, with the authority's 72 hours (R56)."""
        breaches = yield self._ask(
            "remediation.data.breach",
            [("state", "=", "open")],
            ["kind", "found_on", "authority_due", "authority_told_on"],
            order="authority_due",
            limit=100,
        )
        lines = [
            {
                "id": f"breach-{breach.id}",
                "model": breach._name,
                "res_id": breach.id,
                "title": breach.display_name,
                "task": self.env._("Close")
                if breach.authority_told_on
                else self.env._("Tell the authority, or close"),
                **(
                    {"when": self._since(breach.found_on), "tone": "muted"}
                    if breach.authority_told_on
                    else self._when(breach.authority_due)
                ),
            }
            for breach in breaches[:LINES]
        ]
        return self._section(
            "breaches",
            self.env._("Data Breaches"),
            lines,
            self.env._("No breach is open."),
            total=len(breaches),
            action="child_remediation.data_breach_action",
        )
