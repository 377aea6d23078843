import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)


class IndicatorRun(models.Model):
    """All indicators of a company for a period, as of its last day; frozen (R52).

    What happens later changes no run. Who finds that the records of the period were
    corrected makes a restatement: a run of its own that says which records came and
    went, and why.

    Who may what: coordinators make runs; monitoring, auditors and data protection read
    them. Nobody deletes.
    """

    _name = "remediation.indicator.run"
    _description = "Indicator Run"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _rules_of = "remediation.in.company"
    _order = "date_to desc, id desc"
    _protected_fields = frozenset(
        {
            "state",
            "frozen_by_id",
            "frozen_on",
            "content_hash",
            "versions",
            "missing_rates",
            "restates_id",
            "reason",
            "changes",
        }
    )
    _frozen_fields = frozenset({"company_id"})
    _open_fields = {"draft": EVERYTHING}
    _evidence_from = frozenset({"draft"})
    # Written as the last of freezing.
    _evidence_once = frozenset({"content_hash", "versions", "missing_rates", "changes"})

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        required=True,
        help="For a cohort since the start, the first day of the programme.",
    )
    date_to = fields.Date(
        required=True,
        string="As Of",
        help="Last day of the period: what happened later is not counted.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("frozen", "Final")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    figure_ids = fields.One2many("remediation.indicator.figure", "run_id")
    total_ids = fields.One2many(
        "remediation.indicator.figure",
        "run_id",
        string="Figures",
        domain=[("dimension", "=", "all")],
    )
    content_hash = fields.Char(
        readonly=True,
        copy=False,
        help="Of all figures, their definitions and the records behind them.",
    )
    versions = fields.Json(readonly=True, copy=False)
    missing_rates = fields.Json(readonly=True, copy=False)
    problem_text = fields.Text(compute="_compute_problem_text", string="Left Out")
    frozen_by_id = fields.Many2one(
        "res.users", string="Made Final By", readonly=True, copy=False
    )
    frozen_on = fields.Datetime("Made Final On", readonly=True, copy=False)
    restates_id = fields.Many2one(
        "remediation.indicator.run",
        string="Restatement Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    reason = fields.Char(string="Why It Was Restated", readonly=True, copy=False)
    changes = fields.Json(readonly=True, copy=False)
    changes_text = fields.Text(compute="_compute_changes_text", string="What Changed")

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "The period must end after it begins."
    )

    @api.depends("missing_rates")
    @api.depends_context("lang")
    def _compute_problem_text(self):
        for run in self:
            run.problem_text = "\n".join(
                self.env._(
                    "%(count)s amounts in %(currency)s are left out: enter a rate for "
                    "their days.",
                    count=count,
                    currency=currency,
                )
                for currency, count in (run.missing_rates or {}).items()
            )

    @api.depends("changes")
    @api.depends_context("lang", "uid")
    def _compute_changes_text(self):
        measures = {
            measure.key: measure
            for measure in self.env["remediation.indicator.measure"].search([])
        }
        for run in self:
            lines = []
            for change in run.changes or []:
                measure = measures.get(change["measure"])
                if measure:
                    lines.append(run._say_change(measure, change))
            run.changes_text = "\n".join(lines)

    def _say_change(self, measure, change):
        if "dimension" in change:
            return self.env._(
                "%(measure)s: the groups by %(dimension)s changed, the whole did not.",
                measure=measure.display_name,
                dimension=dict(
                    self.env["remediation.indicator.figure"]
                    ._fields["dimension"]
                    ._description_selection(self.env)
                )[change["dimension"]],
            )
        text = self.env._(
            "%(measure)s: %(before)s before, %(after)s now.",
            measure=measure.display_name,
            before=change["before"],
            after=change["after"],
        )
        codes = []
        if measure.res_model in self.env:
            model = self.env[measure.res_model]
            if model.has_access("read"):
                # Codes alone, and of the records that the reader sees.
                ids = change["came"] + change["went"]
                codes = model.search([("id", "in", ids)], limit=20).mapped(
                    "display_name"
                )
        return f"{text} {', '.join(codes)}".strip()

    @api.constrains("date_to")
    def _check_period_is_over(self):
        for run in self:
            if run.date_to > run._place_today():
                raise ValidationError(
                    self.env._("The period is not over: choose a day that is past.")
                )

    @step(
        frm="draft",
        to="frozen",
        group="child_remediation.group_coordinator",
        stamp="frozen",
    )
    def action_freeze(self):
        """Compute all indicators as of the last day and freeze them. Coordinators."""
        for run in self:
            # sudo: counts over all records of the company, whoever freezes.
            run.sudo()._compute_all()

    @step(
        frm="frozen",
        group="child_remediation.group_coordinator",
        asks={"reason": Ask("reason", keep=False)},
        title=_lt("Restate the Figures"),
    )
    def action_restate(self, reason=None):
        """Compute the same period again and keep it as a restatement. Coordinators.

        :param str reason: why the records of the period were corrected
        :return: an action that opens the new run
        :raises UserError: nothing changed since the run was frozen
        """
        self.ensure_one()
        again = self.create(
            {
                "name": self.env._("%(name)s, Restated", name=self.name),
                "company_id": self.company_id.id,
                "date_from": self.date_from,
                "date_to": self.date_to,
            }
        )
        again._unprotected().write({"restates_id": self.id, "reason": reason})
        again.action_freeze()
        if again.content_hash == self.content_hash:
            raise UserError(
                self.env._("Nothing changed since this run was made final: keep it.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": again.id,
            "views": [(False, "form")],
        }

    def action_figures(self):
        """Show the figures of this run with their breakdowns. For who reads runs."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "case_indicator.remediation_indicator_figure_action"
        )
        return {
            **action,
            "domain": [("run_id", "=", self.id)],
            "context": {},
            "display_name": self.name,
        }

    def _hash(self, rows):
        text = json.dumps([self.versions, rows], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _compared(self):
        """What changed from the run that this one restates, figure by figure; where
        the whole did not, which breakdowns did."""
        before, after = self.restates_id._by_place(), self._by_place()
        nobody = (0.0, set(), set())
        changes, whole = [], set()
        for place in sorted(before.keys() | after.keys()):
            key, dimension, _group = place
            old, new = before.get(place, nobody), after.get(place, nobody)
            if old == new:
                continue
            if dimension == "all":
                whole.add(key)
                changes.append(
                    {
                        "measure": key,
                        "before": old[0],
                        "after": new[0],
                        "came": sorted((new[1] - old[1]) | (new[2] - old[2])),
                        "went": sorted((old[1] - new[1]) | (old[2] - new[2])),
                    }
                )
            elif key not in whole:
                change = {"measure": key, "dimension": dimension}
                if change not in changes:
                    changes.append(change)
        return changes

    def _by_place(self):
        """``(measure, dimension, group)`` → value, records counted, of the whole."""
        return {
            (figure.measure_id.key, figure.dimension, figure.group_key or ""): (
                (figure.value, figure.numerator, figure.denominator, figure.unseen)
                if figure.dimension != "all"
                else figure.value,
                set(figure.counted_ids or []),
                set(figure.whole_ids or []),
            )
            for figure in self.figure_ids
        }
