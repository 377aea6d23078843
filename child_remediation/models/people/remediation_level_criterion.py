from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_training import TOPICS


class LevelCriterion(models.Model):
    """What a worker needs to become junior or accredited, as data (E15).

    Coordinators maintain the list; every line of it must be met. A line of a company
    counts for that company's workers, one without a company for all.
    """

    _name = "remediation.level.criterion"
    _description = "Criterion of a Level"
    _rules_of = "remediation.in.company.or.none"
    _order = "level desc, sequence, id"

    level = fields.Selection(
        [("junior", "Junior"), ("accredited", "Accredited")], required=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("training", "Current Training"),
            ("examination", "Examination Passed"),
            ("days", "Days as Junior"),
            ("cases", "Cases Held"),
            ("visits", "Visits Made"),
        ],
        required=True,
    )
    topic = fields.Selection(TOPICS, help="Of the training or examination.")
    number = fields.Float(
        help="Pass mark of the examination, or how many days, cases or visits."
    )
    company_id = fields.Many2one("res.company", index=True)
    active = fields.Boolean(default=True)

    _number_not_negative = models.Constraint(
        "CHECK (number >= 0)", "The number of a criterion cannot be negative."
    )

    @api.constrains("kind", "topic", "number")
    def _check_kind(self):
        for criterion in self:
            if criterion.kind in ("training", "examination") and not criterion.topic:
                raise ValidationError(self.env._("Choose the topic."))
            if criterion.kind == "examination" and not 0 < criterion.number <= 100:
                raise ValidationError(
                    self.env._("The pass mark lies between 1 and 100.")
                )

    @api.depends("level", "kind", "topic", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        topics = dict(self._fields["topic"]._description_selection(self.env))
        for criterion in self:
            what = topics.get(criterion.topic) or f"{criterion.number:g}"
            criterion.display_name = say_pair(
                self.env, kinds.get(criterion.kind, ""), what
            )

    @api.model
    def _pass_marks(self):
        """Return ``{topic: pass mark}``, the highest where several ask for a topic."""
        marks = {}
        for criterion in self.search(
            [
                ("kind", "=", "examination"),
                ("company_id", "in", [False, *self.env.companies.ids]),
            ]
        ):
            marks[criterion.topic] = max(
                marks.get(criterion.topic, 0), criterion.number
            )
        return marks

    @api.model
    def _unmet(self, manager, level):
        """Return a sentence for each criterion of a level that a worker lacks."""
        found = self.search(
            [
                ("level", "=", level),
                ("company_id", "in", [False, manager.company_id.id]),
            ]
        )
        return [
            sentence
            for criterion in found
            if (sentence := getattr(criterion, f"_unmet_{criterion.kind}")(manager))
        ]

    def _label_of_topic(self):
        return dict(self._fields["topic"]._description_selection(self.env))[self.topic]

    def _unmet_training(self, manager):
        today = self._place_today()
        if manager.training_ids.filtered(
            lambda training: training._is_current(self.topic, today)
        ):
            return False
        return self.env._(
            "%(name)s needs a current training: %(topic)s.",
            name=manager.display_name,
            topic=self._label_of_topic(),
        )

    def _unmet_examination(self, manager):
        today = self._place_today()
        if manager.training_ids.filtered(
            lambda training: (
                training.is_examination
                and training._is_current(self.topic, today)
                and training.score >= self.number
            )
        ):
            return False
        return self.env._(
            "%(name)s needs to pass the examination %(topic)s with %(mark)g or more: "
            "record it with its examiner.",
            name=manager.display_name,
            topic=self._label_of_topic(),
            mark=self.number,
        )

    def _unmet_days(self, manager):
        since = manager.junior_since or fields.Date.to_date(manager.create_date)
        days = (self._place_today() - since).days
        if days >= self.number:
            return False
        return self.env._(
            "%(name)s has been a junior for %(days)s of %(wanted)g days.",
            name=manager.display_name,
            days=days,
            wanted=self.number,
        )

    def _unmet_cases(self, manager):
        # sudo: a number of cases, also of those that have passed to others.
        held = (
            self.env["remediation.case.holder"]
            .sudo()
            ._read_group(
                [("case_manager_id", "=", manager.id)],
                aggregates=["case_id:count_distinct"],
            )[0][0]
        )
        if held >= self.number:
            return False
        return self.env._(
            "%(name)s has held %(count)s of %(wanted)g cases.",
            name=manager.display_name,
            count=held,
            wanted=self.number,
        )

    def _unmet_visits(self, manager):
        # sudo: as for cases.
        made = (
            self.env["remediation.visit"]
            .sudo()
            .search_count(
                [("done_by_id", "=", manager.user_id.id), ("state", "=", "done")]
            )
        )
        if made >= self.number:
            return False
        return self.env._(
            "%(name)s has made %(count)s of %(wanted)g visits.",
            name=manager.display_name,
            count=made,
            wanted=self.number,
        )
