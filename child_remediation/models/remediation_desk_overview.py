from odoo import api, models

from .remediation_desk import LINES


class Desk(models.AbstractModel):
    """Where the work stands as a whole, without a name."""

    _inherit = "remediation.desk"

    @api.model
    def _funnel(self):
        """How many open cases stand at each stage."""
        groups = self.env["remediation.case"]._read_group(
            [("stage", "!=", "closed")], ["stage"], ["__count"]
        )
        counts = dict(groups)
        stages = self.env["remediation.case"]._fields["stage"]
        most = max(counts.values(), default=1)
        lines = [
            {
                "id": stage,
                "title": label,
                "count": counts.get(stage, 0),
                "percent": round(100 * counts.get(stage, 0) / most),
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
    def _places(self):
        """Where the children are: one dot per site that has coordinates."""
        groups = self.env["remediation.case"]._read_group(
            [("stage", "!=", "closed"), ("site_id", "!=", False)],
            ["site_id"],
            ["__count"],
        )
        lines = [
            {
                "id": f"site-{site.id}",
                "title": site.display_name,
                "count": count,
                "latitude": site.latitude,
                "longitude": site.longitude,
                "domain": [("site_id", "=", site.id), ("stage", "!=", "closed")],
                "list": "remediation.case",
            }
            for site, count in groups
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
        requests = self.env["remediation.subject.request"].search_fetch(
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
