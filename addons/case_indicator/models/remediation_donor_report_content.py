import hashlib
import hmac

from odoo import models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

from ..tools.bands import band, may_break_down, ratio_band, rough
from ..tools.bi import BROKEN_DOWN, UNTOLD

#: One row for a child: its age band, class, months in school and out of child labour.
CHILDREN = """
WITH child AS (
    SELECT c.child_id, c.age_band FROM indicator_case c
     WHERE c.case_id = ANY(%(cases)s) AND c.main
), school AS (
    SELECT c.child_id, count(DISTINCT date_trunc('month', a.month)) AS months
      FROM remediation_attendance a JOIN indicator_case c ON c.case_id = a.case_id
     WHERE a.days_present > 0 AND a.month <= %(date_to)s GROUP BY c.child_id
), class AS (
    SELECT DISTINCT ON (c.child_id) c.child_id, e.level
      FROM remediation_education_enrolment e
      JOIN indicator_case c ON c.case_id = e.case_id
     WHERE e.date_start <= %(date_to)s ORDER BY c.child_id, e.date_start DESC, e.id DESC
), first AS (
    SELECT child_id, min(date) AS day FROM indicator_finding GROUP BY child_id
), out AS (
    SELECT first.child_id, count(*) AS months
      FROM first
      CROSS JOIN LATERAL generate_series(
           date_trunc('month', first.day::timestamp) + interval '1 month',
           %(date_to)s::timestamp + interval '1 day', interval '1 month') month
      JOIN LATERAL (SELECT f.labour, f.date FROM indicator_finding f
                     WHERE f.child_id = first.child_id AND f.date < month
                     ORDER BY f.date DESC, f.id DESC LIMIT 1) state ON TRUE
     WHERE NOT state.labour AND state.date >= month::date - 1 - %(unseen_days)s::int
     GROUP BY first.child_id
)
SELECT child.child_id, child.age_band, class.level, coalesce(school.months, 0),
       coalesce(out.months, 0)
  FROM child
  LEFT JOIN school ON school.child_id = child.child_id
  LEFT JOIN class ON class.child_id = child.child_id
  LEFT JOIN out ON out.child_id = child.child_id
"""


class DonorReport(models.Model):
    """What a report tells: computed once, from the figures of the frozen run."""

    _inherit = "remediation.donor.report"

    def _make_content(self):
        """Everything that is told, in numbers and keys; the words are the reader's."""
        self.ensure_one()
        content = {
            "versions": self.run_id.versions,
            "figures": [],
            "breakdowns": [],
            "own": [],
            "children": [],
            "restatements": self._told_restatements(),
        }
        for figure in self.run_id.total_ids:
            told = self._told(figure)
            if told:
                content["figures"].append(told)
        content["breakdowns"] = self._told_breakdowns()
        if self.funder_id:
            mine = self.run_id.figure_ids.filtered(
                lambda f: (
                    f.dimension == "funder" and f.group_key == str(self.funder_id.id)
                )
            )
            content["own"] = [
                told
                for figure in mine
                if figure.kind in ("count", "ratio") and (told := self._told(figure))
            ]
            if self.with_children:
                content["children"] = self._told_children()
        return content

    def _told(self, figure):
        """One figure as others read it; None where nothing is told of it."""
        measure = figure.measure_id
        if measure.key in UNTOLD:
            return None
        told = {"measure": measure.key, "kind": measure.kind}
        if measure.kind == "count":
            return {**told, "part": band(figure.numerator)}
        # A report, a payment or a complaint is one child's: it is told as a child is.
        one_by_one = measure.persons or (
            measure.indicator_id.counts == "record" and measure.kind != "amount"
        )
        if not one_by_one:
            if not figure.denominator and measure.kind != "amount":
                return {**told, "nobody": True}
            return {**told, "value": rough(figure.value)}
        if not figure.units:
            return {**told, "nobody": True}
        if measure.kind == "ratio" and measure.key != "i11_rate":
            part, whole = band(figure.numerator), band(figure.denominator)
            return {
                **told,
                "part": part,
                "whole": whole,
                "unseen": band(figure.unseen),
                "percent": ratio_band(part, whole),
            }
        few = figure.units < THRESHOLD or 0 < figure.denominator < THRESHOLD
        return {**told, "few": True} if few else {**told, "value": rough(figure.value)}

    def _told_breakdowns(self):
        found = {}
        for figure in self.run_id.figure_ids:
            measure = figure.measure_id
            if (
                figure.dimension in BROKEN_DOWN
                and measure.persons
                and measure.kind == "count"
                and measure.indicator_id.counts == "child"
            ):
                found.setdefault((measure.key, figure.dimension), []).append(figure)
        return [
            {
                "measure": key,
                "dimension": dimension,
                "cells": [[cell.group_key, *band(cell.numerator)] for cell in cells],
            }
            for (key, dimension), cells in sorted(found.items())
            if may_break_down(cell.numerator for cell in cells)
        ]

    def _told_restatements(self):
        """Figures of earlier runs of the period that were corrected; how much is told
        only by the band that a figure now lies in."""
        changed, run = set(), self.run_id
        while run.restates_id:
            changed |= {
                change["measure"]
                for change in run.changes or []
                if change.get("dimension", "all") in ("all", *BROKEN_DOWN)
            }
            run = run.restates_id
        return [
            {"measure": key, "reason": self.run_id.reason or ""}
            for key in sorted(changed)
            if key not in UNTOLD
        ]

    def _told_children(self):
        """Progress of single children whom this funder pays for and whose family
        agreed to reporting (R9): never a site, a kind of work, or a name."""
        shares = self.env["remediation.funding"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("funder_id", "=", self.funder_id.id),
                ("date_from", "<=", self.date_to),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", self.date_to),
            ]
        )
        cases = shares.case_id._disclosure_reportable(on=self.date_to)
        run, parameters = self.run_id, self.run_id._parameters()
        run._prepare(parameters)
        rows = self.env.execute_query(SQL(CHILDREN, cases=cases.ids, **parameters))
        run._drop()
        return sorted(
            (
                {
                    "code": self._code_of(child),
                    "age": age,
                    "level": level or "",
                    "school": school,
                    "out": out,
                }
                for child, age, level, school, out in rows
            ),
            key=lambda row: row["code"],
        )

    def _code_of(self, child_id):
        """A code that stands for a child with this funder alone."""
        # sudo: the secret makes the code and is told to nobody.
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        text = f"donor-report {self.funder_id.id} {child_id}"
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256)
        return digest.hexdigest()[:10].upper()
