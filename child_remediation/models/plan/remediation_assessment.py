from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from odoo.addons.remediation_base.tools.answers import Answer

from ..case.remediation_case import RISK_LEVELS
from .remediation_assessment_score import ASSESSMENT_DOMAINS

#: Lower bounds of the risk score (0–100) of each level.
RISK_BOUNDS = (("high", 60), ("medium", 30), ("low", 0))


class Assessment(models.Model):
    """A scored view of the child's situation, in versions (E8).

    The holder of the case writes and submits it; a supervisor approves (R18).
    Approval sets the case's risk level and replaces the former version.
    """

    _name = "remediation.assessment"
    _description = "Assessment"
    _inherit = ["remediation.approval.mixin"]
    _unknown_without = {"risk_score": "risk_level"}
    _order = "case_id, version desc"

    _stage_facts = frozenset({"state"})
    _protected_fields = frozenset({"version"})
    _content_fields = (
        "present",
        "child_wishes",
        "child_not_heard_reason",
        "caregiver_view",
        "separation_discussed",
        "strengths",
        "summary",
        "urgent_action",
        "score_ids",
    )

    version = fields.Integer(readonly=True, copy=False, default=1)
    assessment_type = fields.Selection(
        [
            ("initial", "Initial"),
            ("comprehensive", "Comprehensive"),
            ("review", "Review"),
            ("closure", "Closure"),
            ("bia", "Best-Interest Assessment"),
        ],
        required=True,
        default="initial",
    )
    done_on = fields.Date(
        required=True, default=fields.Date.context_today, string="Assessed On"
    )
    present = fields.Char(string="Who Was Present")
    child_wishes = fields.Text(string="The Child's Wishes")
    child_not_heard_reason = fields.Char(string="Why the Child Was Not Heard")
    caregiver_view = fields.Text(string="The Caregiver's View")
    strengths = fields.Text()
    separation_discussed = Answer(
        "Separation Discussed",
        help="Whether the child may live apart from the parents: then a best-interest "
        "decision is due.",
    )
    summary = fields.Text()
    urgent_action = fields.Char(string="Urgent Action Needed")
    programme_id = fields.Many2one(
        related="case_id.programme_id", store=True, precompute=True
    )
    properties = fields.Properties(
        definition="programme_id.assessment_properties",
        groups="child_remediation.group_case_worker",
        copy=False,
    )
    score_ids = fields.One2many("remediation.assessment.score", "assessment_id")
    risk_score = fields.Float(
        compute="_compute_risk", store=True, help="0 (safe) to 100 (severe)."
    )
    risk_level = fields.Selection(RISK_LEVELS, compute="_compute_risk", store=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("superseded", "Superseded"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _one_current = models.UniqueIndex(
        "(case_id) WHERE state = 'approved'",
        "A case has one approved assessment at a time.",
    )

    @api.model
    def default_get(self, fields):
        """A form opens with every domain, none of them scored. What is made by a
        program says its domains itself: only the screens ask for all."""
        values = super().default_get(fields)
        if self.env.context.get("all_domains") and "score_ids" in fields:
            values["score_ids"] = [
                Command.create({"domain": domain})
                for domain, _label in ASSESSMENT_DOMAINS
            ]
        return values

    @api.depends("version", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for assessment in self:
            assessment.display_name = self.env._(
                "%(code)s: assessment %(version)s",
                code=assessment.case_id.name,
                version=assessment.version,
            )

    @api.depends("score_ids.score", "score_ids.domain")
    def _compute_risk(self):
        for assessment in self:
            scores = [line.score for line in assessment.score_ids if line.score]
            if not scores:
                assessment.risk_score = 0.0
                assessment.risk_level = False
                continue
            mean = sum(int(score) - 1 for score in scores) / (3 * len(scores))
            assessment.risk_score = round(100 * mean, 1)
            severe = assessment.score_ids.filtered(
                lambda line: line.score == "4" and line.domain in ("safety", "work")
            )
            # A severe danger or severe work outweighs any number of good scores.
            assessment.risk_level = (
                "high"
                if severe
                else next(
                    level
                    for level, bound in RISK_BOUNDS
                    if assessment.risk_score >= bound
                )
            )

    @api.constrains("done_on")
    def _check_done_on(self):
        for assessment in self:
            if assessment._is_ahead(assessment.done_on):
                raise ValidationError(
                    self.env._("Assessed On lies in the future: correct the date.")
                )

    @api.model
    def _add_protected_values(self, vals_list):
        vals_list = super()._add_protected_values(vals_list)
        # sudo: versions are numbered over all of the case's assessments.
        last = dict(
            self.sudo()._read_group(
                [("case_id", "in", [vals.get("case_id") for vals in vals_list])],
                ["case_id"],
                ["version:max"],
            )
        )
        last = {case.id: version for case, version in last.items()}
        result = []
        for vals in vals_list:
            version = last.get(vals.get("case_id"), 0) + 1
            last[vals.get("case_id")] = version
            result.append(dict(vals, version=version))
        return result

    def action_add_domains(self):
        """Add a line for each domain not scored yet. For the holder."""
        self.check_access("write")
        domains = [key for key, _label in self.score_ids._fields["domain"].selection]
        self.env["remediation.assessment.score"].create(
            [
                {
                    "assessment_id": assessment.id,
                    "case_id": assessment.case_id.id,
                    "domain": domain,
                }
                for assessment in self
                for domain in domains
                if domain not in assessment.score_ids.mapped("domain")
            ]
        )
        return True

    def _missing_to_submit(self):
        """R17: the child's wishes and who was present."""
        missing = super()._missing_to_submit()
        if not (self.child_wishes or "").strip() and not self.child_not_heard_reason:
            missing.append(
                self.env._(
                    "Write down the child's wishes, or why the child was not heard."
                )
            )
        if not (self.present or "").strip():
            missing.append(self.env._("Say who was present at the assessment."))
        if not self.score_ids.filtered("score"):
            missing.append(self.env._("Score at least one domain."))
        return missing

    def _after_approval(self):
        result = super()._after_approval()
        for level, assessments in self.grouped("risk_level").items():
            if level:
                assessments.case_id._set_risk(level)
        self.case_id.deadline_ids._done("assessment")
        self.env["remediation.deadline"]._open(
            self.case_id.filtered(lambda case: not case.active_plan_id),
            ["plan"],
            {assessment.case_id: assessment.approved_on for assessment in self},
        )
        return result

    def _version_before(self):
        return self.search(
            [
                ("case_id", "=", self.case_id.id),
                ("version", "<", self.version),
                ("state", "in", ("approved", "superseded")),
            ],
            order="version desc",
            limit=1,
        )

    def _shown_rows(self):
        """Each domain with its score, and its comment for those who see names."""
        field = self.score_ids._fields
        scores = dict(field["score"]._description_selection(self.env))
        reads = self.score_ids._has_field_access(field["comment"], "read")
        return {
            line.domain: (
                line.display_name,
                " · ".join(
                    filter(None, (scores.get(line.score), reads and line.comment))
                ),
            )
            for line in self.score_ids
        }

    def _before_step(self, step, answers):
        result = super()._before_step(step, answers)
        if step.name == "action_approve":
            self._replace_former()
        return result

    def _replace_former(self):
        """The former version goes first: one is current at a time."""
        former = self.search(
            [
                ("case_id", "in", self.case_id.ids),
                ("state", "=", "approved"),
                ("id", "not in", self.ids),
            ]
        )
        former._unprotected().write({"state": "superseded"})
        former.flush_recordset(["state"])  # or the index meets the new one first
