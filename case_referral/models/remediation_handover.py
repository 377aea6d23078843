from odoo import api, models
from odoo.exceptions import AccessError

from ..forms import VISIT


class Handover(models.Model):
    """A handover on the portal: the sheet, and the visit of a grace (R26, R11)."""

    _inherit = "remediation.handover"

    @api.model
    def portal_open(self):
        """Return the handovers that the user reads today, the first to end first.

        For portal case managers; what has ended is not found any more.
        """
        own = self.search([("reader_id", "=", self.env.uid), ("ended_on", "=", False)])
        return own.filtered("is_open").sorted("date_until")

    def portal_record_visit(self, values):
        """Finish the visit that was due when the user's check lapsed (R11).

        For the reader of an open grace. ``values``: as the form ``VISIT``
        asks.

        :raises AccessError: not the own grace, or it has ended
        :raises UserError: no visit was due, or an answer cannot be taken
        """
        self.ensure_one()
        if self not in self.portal_open() or self.kind != "grace":
            raise AccessError(
                self.env._("Your time to finish visits is over: tell the supervisor.")
            )
        vals = VISIT.take(self.env, values)
        # sudo: the day where the case is, which the reader does not open any more.
        vals["date_done"] = vals.get("date_done") or self.sudo().case_id._day()
        return self.action_record_visit(vals)
