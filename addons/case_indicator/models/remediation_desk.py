from odoo import api, models

from odoo.addons.remediation_base.tools.numbers import say_number

#: What the desk shows where no target was set.
SHOWN = ("i2_identified", "i4_days", "i9_1", "i11_rate", "i13_now", "i13_12")


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _sections(self):
        sections = super()._sections()
        if self._is("group_coordinator", "group_monitoring", "group_auditor"):
            sections.append(self._indicators())
        return sections

    @api.model
    def _indicators(self):
        """Figures of the last final run, with their targets and the run before."""
        runs = yield self._ask(
            "remediation.indicator.run",
            [("state", "=", "frozen"), ("company_id", "=", self.env.company.id)],
            ["name"],
            limit=2,
        )
        if not runs:
            return None
        figures = yield self._ask(
            "remediation.indicator.figure",
            [
                ("run_id", "in", runs.ids),
                ("dimension", "=", "all"),
                "|",
                ("measure_id.target", "!=", 0),
                ("measure_id.key", "in", SHOWN),
            ],
            [
                "run_id",
                "measure_id",
                "value",
                "numerator",
                "denominator",
                "units",
                "kind",
            ],
        )
        before = {f.measure_id: f for f in figures if f.run_id != runs[0]}
        lines = [
            self._line_of_figure(figure, before.get(figure.measure_id))
            for figure in figures.filtered(lambda f: f.run_id == runs[0])
        ]
        return self._section(
            "indicators",
            self.env._("Indicators: %(run)s", run=runs[0].name),
            lines,
            "",
            limit=None,
            place="side",
            action="case_indicator.remediation_indicator_figure_action",
        )

    @api.model
    def _line_of_figure(self, figure, former):
        """A figure with its target, and what it was in the run before."""
        measure = figure.measure_id
        said = [figure.shown]
        if measure.target:
            target = say_number(self.env, measure.target)
            said.append(self.env._("target %(target)s", target=target))
        if former:
            said.append(self.env._("before: %(figure)s", figure=former.shown))
        missed = measure.target and (
            figure.value > measure.target
            if measure.less_is_better
            else figure.value < measure.target
        )
        return {
            "id": f"figure-{figure.id}",
            "model": figure._name,
            "res_id": figure.id,
            "title": measure.display_name,
            "detail": " · ".join(said),
            "badge": missed and self.env._("Target Missed"),
            "badge_tone": "warning",
        }
