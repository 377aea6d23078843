from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING

TOPICS = [
    ("safeguarding", "Child Safeguarding"),
    ("case_management", "Case Management"),
    ("data_protection", "Data Protection"),
    ("interviewing", "Interviewing Children"),
    ("other", "Other"),
]
#: Where no criterion says another.
PASS_MARK = 60.0


class Training(models.Model):
    """A training or examination of a worker (E15).

    Supervisors enter them. An examination has a pass mark, which the criteria of the
    next level set, and an examiner who is neither the trainer nor the worker; it may
    be failed, and stays as it was recorded.
    """

    _name = "remediation.training"
    _description = "Worker Training"
    _inherit = ["remediation.protected.mixin"]
    _zero_is_unknown = frozenset({"hours"})
    _order = "date desc, id desc"
    _rules_of = "remediation.vetting"

    _protected_fields = frozenset(
        {"company_id", "team_id", "user_id", "pass_mark", "result"}
    )
    # A training does not become an examination, nor the other way round.
    _frozen_fields = frozenset({"case_manager_id", "is_examination"})
    _about_user = "case_manager_id.user_id"
    # An examination stays as it was recorded; another one is another row.
    _state_field = "result"
    _open_fields = {False: EVERYTHING}

    case_manager_id = fields.Many2one(
        "remediation.case.manager", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_manager_id.company_id", store=True)
    team_id = fields.Many2one(related="case_manager_id.team_id", store=True, index=True)
    user_id = fields.Many2one(related="case_manager_id.user_id", store=True, index=True)
    topic = fields.Selection(TOPICS, required=True)
    is_examination = fields.Boolean()
    date = fields.Date(required=True, default=fields.Date.context_today)
    valid_until = fields.Date()
    hours = fields.Float()
    trainer_id = fields.Many2one("res.partner", index="btree_not_null")
    examiner_id = fields.Many2one("res.partner", index="btree_not_null")
    score = fields.Float(help="Of an examination, out of 100.")
    pass_mark = fields.Float(
        readonly=True, copy=False, help="As the criteria stood on the day."
    )
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed")],
        compute="_compute_result",
        store=True,
        copy=False,
        help="Of an examination: passed from the pass mark on.",
    )

    _score_possible = models.Constraint(
        "CHECK (score >= 0 AND score <= 100)", "A score lies between 0 and 100."
    )
    _hours_not_negative = models.Constraint(
        "CHECK (hours >= 0)", "Hours of training cannot be negative."
    )
    _valid_after_date = models.Constraint(
        "CHECK (valid_until IS NULL OR valid_until >= date)",
        "A training is valid until a day after it was held.",
    )

    @api.depends("is_examination", "score", "pass_mark", "examiner_id")
    def _compute_result(self):
        for training in self:
            training.result = (
                training.is_examination
                and training.examiner_id
                and ("passed" if training.score >= training.pass_mark else "failed")
            )

    @api.constrains("date")
    def _check_date(self):
        today = self._place_today()
        if self.filtered(lambda training: training.date > today):
            raise ValidationError(
                self.env._("The training lies in the future: correct the date.")
            )

    def _is_current(self, topic, on):
        """Whether this is a training on a topic that counts on a day; a failed
        examination is none."""
        self.ensure_one()
        return (
            self.topic == topic
            and self.date <= on
            and (not self.valid_until or self.valid_until >= on)
            and (not self.is_examination or self.result == "passed")
        )

    @api.constrains(
        "is_examination", "examiner_id", "trainer_id", "case_manager_id", "topic"
    )
    def _check_examiner(self):
        for training in self:
            # Whoever trained on the topic does not examine in it, in whatever row.
            same = training.case_manager_id.training_ids.filtered(
                lambda other, topic=training.topic: other.topic == topic
            )
            examiners = same.filtered("is_examination").examiner_id
            both = training.trainer_id & examiners
            if training.is_examination:
                if not training.examiner_id:
                    raise ValidationError(self.env._("Say who examined the worker."))
                worker = training.case_manager_id.user_id.partner_id
                both |= training.examiner_id & (same.trainer_id | worker)
            if both:
                raise ValidationError(
                    self.env._(
                        "The examiner is neither the trainer nor the worker: choose "
                        "somebody else."
                    )
                )

    @api.model
    def _add_protected_values(self, vals_list):
        vals_list = super()._add_protected_values(vals_list)
        # sudo: the marks are settings; who enters an examination does not set them.
        marks = self.env["remediation.level.criterion"].sudo()._pass_marks()
        return [
            dict(vals, pass_mark=marks.get(vals.get("topic"), PASS_MARK))
            if vals.get("is_examination")
            else vals
            for vals in vals_list
        ]
