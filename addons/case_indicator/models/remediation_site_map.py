from odoo import api, models
from odoo.tools import format_date

from odoo.addons.remediation_base.tools.places import place
from odoo.addons.remediation_base.tools.small_cells import suppress


class SiteMap(models.AbstractModel):
    """The places of work on a map drawn from their own coordinates: no map is asked of
    anybody else, and a child is never a point.

    Who may what: whoever reads cases gets the sites of the companies at work. Workers,
    supervisors and coordinators see how many open cases of theirs belong to a site; to
    a duty that reads without names small numbers are not told (R10).
    """

    _name = "remediation.site.map"
    _description = "Map of Sites"

    @api.model
    @api.readonly
    def get_map(self):
        """Return the sites with their places on the picture. For who reads cases.

        :return: ``{sites, without, areas, risks}``: a site is ``{id, name, area, risk,
            risk_label, last, count, few}`` and, with coordinates, ``{x, y}`` from
            -500 to 500, north up; ``count`` is None where it is not told. ``without``
            lists those that have no coordinates, which somebody should enter.
        :raises AccessError: the user reads no cases
        """
        self.env["remediation.case"].check_access("read")
        sites = self.env["remediation.site"].search_fetch(
            [("company_id", "in", [False, *self.env.companies.ids])],
            [
                "name",
                "area_id",
                "latitude",
                "longitude",
                "risk_rating",
                "last_visit_on",
            ],
        )
        counts = self._counts()
        risks = dict(sites._fields["risk_rating"]._description_selection(self.env))
        rows = [
            {
                "id": site.id,
                "name": site.name,
                "area": site.area_id.display_name or "",
                "risk": site.risk_rating or "",
                "risk_label": risks.get(site.risk_rating, self.env._("Not Rated")),
                "last": site.last_visit_on
                and format_date(self.env, site.last_visit_on)
                or "",
                "count": counts.get(site.id, 0),
                "few": counts.get(site.id, 0) is None,
                "latitude": site.latitude,
                "longitude": site.longitude,
            }
            for site in sites
        ]
        # 0, 0 lies in the sea: nobody entered it.
        placed = [row for row in rows if row["latitude"] or row["longitude"]]
        place(placed)
        return {
            "sites": placed,
            "without": [row for row in rows if row not in placed],
            "areas": self._areas(placed),
            "risks": [*risks.items(), ("none", self.env._("Not Rated"))],
        }

    @api.model
    def _counts(self):
        """Open cases by site, as the user sees them; None where they are too few to be
        told to somebody who may know no names."""
        groups = self.env["remediation.case"]._read_group(
            [("closed_on", "=", False), ("site_id", "!=", False)],
            ["site_id"],
            ["__count"],
        )
        if self.env.user.has_group("child_remediation.group_case_worker"):
            return {site.id: count for site, count in groups}
        rows = [{"site": site.id, "count": count} for site, count in groups]
        return {row["site"]: row["count"] for row in suppress(rows, ["site"], "count")}

    @api.model
    def _areas(self, rows):
        """Names of areas, each in the middle of its sites."""
        found = {}
        for row in rows:
            if row["area"]:
                found.setdefault(row["area"], []).append(row)
        return [
            {
                # The last of the names that lead to it: there is little room.
                "name": name.rpartition(" / ")[2],
                "x": round(sum(row["x"] for row in own) / len(own)),
                "y": round(sum(row["y"] for row in own) / len(own)),
            }
            for name, own in sorted(found.items())
        ]
