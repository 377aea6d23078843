from odoo import fields, models


class Area(models.Model):
    """Where an area lies, for routes across areas without a site."""

    _inherit = "remediation.area"

    _zero_is_unknown = frozenset({"latitude", "longitude"})

    latitude = fields.Float(digits=(9, 6), help="Of the middle of the area.")
    longitude = fields.Float(digits=(9, 6), help="Of the middle of the area.")

    _latitude_range = models.Constraint(
        "CHECK (latitude BETWEEN -90 AND 90)", "A latitude lies between -90 and 90."
    )
    _longitude_range = models.Constraint(
        "CHECK (longitude BETWEEN -180 AND 180)",
        "A longitude lies between -180 and 180.",
    )

    def _get_middles(self):
        """Where these areas lie: as entered, or in the middle of their sites.

        :return: ``{area: (latitude, longitude)}`` of those that are known
        """
        middles = {
            area: (area.latitude, area.longitude)
            for area in self
            if area.latitude or area.longitude
        }
        unknown = self.filtered(lambda area: area not in middles)
        sites = self.env["remediation.site"].search(
            [
                ("area_id", "child_of", unknown.ids),
                "|",
                ("latitude", "not in", (0, False)),
                ("longitude", "not in", (0, False)),
            ]
        )
        for area in unknown:
            own = sites.filtered(
                lambda site, area=area: (site.area_id.parent_path or "").startswith(
                    area.parent_path
                )
            )
            if own:
                middles[area] = (
                    sum(own.mapped("latitude")) / len(own),
                    sum(own.mapped("longitude")) / len(own),
                )
        return middles
