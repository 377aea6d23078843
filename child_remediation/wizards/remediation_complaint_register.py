from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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
        for register in self:
            register.shown = register._drawn(register._suppressed_rows())

    @api.model
    def _drawn(self, rows):
        """The rows as a table in the language of the reader."""
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
        cells = {(row["category"], row["measure"]): row for row in rows}
        known = {row["category"] for row in rows}
        return self.env["ir.qweb"]._render(
            "child_remediation.complaint_register_table",
            {
                "labels": labels,
                "categories": [
                    category
                    for category in categories._description_selection(self.env)
                    if category[0] in known
                ],
                "cells": cells,
                "small": _(
                    "Counts under %(number)s are hidden, and what would give them "
                    "away.",
                    number=THRESHOLD,
                ),
            },
        )

    def action_publish(self):
        """Publish the totals of a whole year that is over. For coordinators.

        :return: action of what was published
        :raises AccessError: the caller is no coordinator
        :raises UserError: the days are no year that is over
        """
        self.ensure_one()
        if not self.env.user.has_group("child_remediation.group_coordinator"):
            raise AccessError(self.env._("Coordinators publish the register."))
        year = self.date_from.year
        whole = (self.date_from, self.date_to) == (date(year, 1, 1), date(year, 12, 31))
        if not whole or self.date_to >= self._place_today():
            raise UserError(
                self.env._(
                    "Choose a year that is over, from its first day to its last."
                )
            )
        # sudo: nobody has the right to write a release; the duty was checked above.
        release = (
            self.env["remediation.remedy.release"]
            .sudo()
            ._unprotected()
            .create(
                {
                    "company_id": self.env.company.id,
                    "year": str(year),
                    "rows": self._released_rows(),
                    "published_on": self._place_today(),
                    "published_by_id": self.env.uid,
                }
            )
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": release._name,
            "res_id": release.id,
            "views": [(False, "form")],
        }

    def _released_rows(self):
        """The rows as they are kept: a hidden count is nowhere in them."""
        return [
            {
                "category": row["category"],
                "measure": row["measure"],
                "complaints": None if row["suppressed"] else row["complaints"],
                "suppressed": bool(row["suppressed"]),
            }
            for row in self._suppressed_rows()
        ]

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
