from itertools import pairwise

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.remediation_base.tools.places import place

from .remediation_case_trace import NAMERS


class Case(models.Model):
    """The route drawn on a map of its own areas; no map is asked of anybody else."""

    _inherit = "remediation.case"

    @api.readonly
    def get_route(self):
        """Return the steps of the route, and those that lie somewhere on a picture.

        For who reads the route in short: a place can give a person away.

        :return: ``{steps, legs, withheld}``. A step is ``{number, kind, place, when}``
            and, where its area is known, ``{x, y}`` from -500 to 500, north up. A leg
            ``{x1, y1, x2, y2, unknown}`` leads to the next step that lies somewhere;
            ``unknown`` says that nobody knows what lies between. Where the family
            withholds something, no step is told.
        :raises AccessError: the caller may not read the case or its places
        """
        self.ensure_one()
        self.check_access("read")
        if not any(map(self.env.user.has_group, NAMERS.split(","))):
            raise AccessError(
                self.env._("Case workers alone read where the route leads.")
            )
        if self.id in self._withheld_from_user():
            return {"steps": [], "legs": [], "withheld": True}
        movements = self.env["remediation.movement"].search([("case_id", "=", self.id)])
        movements.read(["kind", "place"])  # a look at the route is a look at the file
        steps = self._route_steps(movements)
        placed = [step for step in steps if "latitude" in step]
        place(placed)
        legs = [
            {
                "x1": one["x"],
                "y1": one["y"],
                "x2": other["x"],
                "y2": other["y"],
                "unknown": other["number"] - one["number"] > 1,
            }
            for one, other in pairwise(placed)
        ]
        return {"steps": steps, "legs": legs, "withheld": False}

    @api.model
    def _route_steps(self, movements):
        kinds = dict(movements._fields["kind"]._description_selection(self.env))
        middles = movements.area_id._get_middles()
        unknown = self.env._("Unknown")
        steps = []
        for number, movement in enumerate(movements, start=1):
            country = movement.country_id.name
            where = movement.place or movement.area_id.name or unknown
            day = movement.date_from and movement._say_day(movement.date_from)
            step = {
                "number": number,
                "kind": kinds.get(movement.kind, ""),
                "place": f"{where}, {country}" if country else where,
                "when": day or movement.date_about or "",
            }
            if movement.area_id in middles:
                step["latitude"], step["longitude"] = middles[movement.area_id]
            steps.append(step)
        return steps
