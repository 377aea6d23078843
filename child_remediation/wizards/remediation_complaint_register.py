from odoo import api, fields, models

from odoo.addons.remediation_base.tools.answers import NO, UNKNOWN, YES
from odoo.addons.remediation_base.tools.small_cells import THRESHOLD, suppress

#: What the register counts, in its order. An answer that nobody gave is none.
MEASURES = (
    "received",
    "answered",
    "upheld",
    "remedied",
    "enough_yes",
    "enough_no",
    "enough_unknown",
    "enough_not_asked",
)
ENOUGH = {
    YES: "enough_yes",
    NO: "enough_no",
    UNKNOWN: "enough_unknown",
    False: "enough_not_asked",
}


class ComplaintRegister(models.TransientModel):
    """Totals of complaints and remedies that may be published.

    For coordinators. No row names a complaint; a count under eleven is hidden, and so
    is what would give it away (R10). What is not known is never a no.
    """

    _name = "remediation.complaint.register"
    _description = "Register of Complaints and Remedies"

    date_from = fields.Date(required=True, default=lambda self: self._first_day())
    date_to = fields.Date(required=True, default=fields.Date.context_today)
    shown = fields.Html(compute="_compute_shown")

    @api.model
    def _first_day(self):
        return fields.Date.context_today(self).replace(month=1, day=1)

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_shown(self):
        categories = self.env["remediation.complaint"]._fields["category"]
        _ = self.env._
        labels = {
            "received": _("Received"),
            "answered": _("Answered"),
            "upheld": _("Resolved"),
            "remedied": _("Remedy Given"),
            "enough_yes": _("Enough"),
            "enough_no": _("Not Enough"),
            "enough_unknown": _("Not Known"),
            "enough_not_asked": _("Not Asked"),
        }
        for register in self:
            cells = {
                (row["category"], row["measure"]): row
                for row in register._suppressed_rows()
            }
            register.shown = self.env["ir.qweb"]._render(
                "child_remediation.complaint_register_table",
                {
                    "labels": labels,
                    "categories": categories._description_selection(self.env),
                    "cells": cells,
                    "small": _(
                        "Counts under %(number)s are hidden, and what would give them "
                        "away.",
                        number=THRESHOLD,
                    ),
                },
            )

    def _suppressed_rows(self):
        """One row for each category and measure, small cells blank."""
        self.ensure_one()
        complaints = self.env["remediation.complaint"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("received_on", ">=", self.date_from),
                ("received_on", "<", fields.Date.add(self.date_to, days=1)),
            ]
        )
        counts = {
            category: dict.fromkeys(MEASURES, 0)
            for category in complaints._fields["category"].get_values(self.env)
        }
        for complaint in complaints:
            for measure in self._measures_of(complaint):
                counts[complaint.category][measure] += 1
        rows = [
            {"category": category, "measure": measure, "complaints": number}
            for category, measures in counts.items()
            for measure, number in measures.items()
        ]
        return suppress(rows, ("category", "measure"), "complaints")

    @api.model
    def _measures_of(self, complaint):
        """What a complaint counts for; the least of its remedies says if it was
        enough."""
        found = {"received"}
        if complaint.answered_on:
            found.add("answered")
        if complaint.resolution == "resolved":
            found.add("upheld")
        given = complaint.remedy_ids.filtered(
            lambda remedy: remedy.state in ("delivered", "verified")
        )
        if given:
            found.add("remedied")
            said = set(given.mapped("is_enough"))
            found.add(ENOUGH[next(x for x in (NO, False, UNKNOWN, YES) if x in said)])
        return found
