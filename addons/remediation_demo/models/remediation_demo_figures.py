from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models

#: Quarters that were made final, the oldest first; the next ones are still drafts.
FINAL = 4
#: What is told, of whom, and how far it went: submitted and approved by two people.
REPORTS = (
    ("Chiffres publics", None, "approved"),
    ("Rapport au bailleur", 0, "approved"),
    ("Rapport au bailleur", 1, "submitted"),
    ("Chiffres publics, à relire", None, "submitted"),
    ("Rapport au bailleur", 1, "draft"),
    ("Rapport au bailleur", 2, "draft"),
)
#: What the organisation wants to reach, in percent.
TARGETS = {
    "i4_in_time": 95,
    "i6_approved": 100,
    "i11_rate": 90,
    "i12_12": 80,
    "i13_now": 75,
    "i13_12": 70,
    "i18_on_time": 90,
    "i20_vetted": 100,
    "i21_valid": 100,
    "i25_on_time": 90,
    "i25_failed": 5,
    "i25_reconciled": 100,
    "i30_attendance": 90,
    "i30_risk": 5,
}


class Demo(models.AbstractModel):
    """Indicators of the quarters that are over, and what was told of them."""

    _inherit = "remediation.demo"

    @api.model
    def _do_figures(self, world, facts):
        runs = self._as("coordinator").env["remediation.indicator.run"]
        measures = runs.env["remediation.indicator.measure"]
        for measure in measures.search([("key", "in", list(TARGETS))]):
            measure.target = TARGETS[measure.key]
        start = self._quarter(world.today())
        finals = runs
        for back in range(FINAL, 0, -1):
            first = start - relativedelta(months=3 * back)
            last = first + relativedelta(months=3) - timedelta(days=1)
            run = runs.create(
                {
                    "name": self._said(
                        "{}, trimestre {}", first.year, (first.month + 2) // 3
                    ),
                    "date_from": str(first),
                    "date_to": str(last),
                }
            )
            run.action_freeze()
            finals += run
        begun = world.day(730)
        for name in (
            self._said("Depuis le début, à figer"),
            self._said("Année, à figer"),
        ):
            runs.create(
                {
                    "name": name,
                    "date_from": str(max(begun, start - relativedelta(years=2))),
                    "date_to": str(start - timedelta(days=1)),
                }
            )
        self._tell(world, finals[-1])

    @api.model
    def _tell(self, world, run):
        reports = run.env["remediation.donor.report"]
        for title, position, state in REPORTS:
            funder = position is not None and world.funders[position]
            report = reports.create(
                {
                    "name": f"{self._said(title)} – {run.name}",
                    "run_id": run.id,
                    "funder_id": funder and funder.id,
                    "narrative": self._said(
                        "Les visites ont repris après les pluies ; deux écoles ont "
                        "ouvert des classes de rattrapage."
                    ),
                }
            )
            if state != "draft":
                report.action_submit()
            if state == "approved":
                reader = report.with_env(self._as("coordinator2").env)
                self._seen(reader).action_approve()

    @api.model
    def _quarter(self, day):
        """The first day of a day's quarter."""
        return day.replace(day=1, month=day.month - (day.month - 1) % 3)
