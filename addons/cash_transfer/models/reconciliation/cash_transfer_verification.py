import random

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ...tools import sampling


class CashTransferVerification(models.Model):
    """Asking a random sample after the distribution (R41, E24).

    Reconcilers draw; case staff ask. Confidence, margin, filters and seed are kept, so
    that an auditor draws the same sample again.
    """

    _name = "cash.transfer.verification"
    _description = "Verification after Distribution"
    _check_company_auto = True
    _inherit = ["remediation.coded.mixin"]
    _rules_of = "remediation.in.company"
    _order = "id desc"

    _code_prefix = "V"
    _unknown_without = {"received_percent": "answered_count"}
    _protected_fields = frozenset(
        {"state", "seed", "population", "company_id", "drawn_by_id", "drawn_on"}
    )
    _frozen_fields = frozenset({"plan_id"})
    _open_fields = {"draft": EVERYTHING}

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    confidence = fields.Selection(
        [("90", "90 %"), ("95", "95 %"), ("99", "99 %")], required=True, default="95"
    )
    margin = fields.Float(required=True, default=10.0, help="Margin of error in %.")
    sex = fields.Selection([("female", "Girls"), ("male", "Boys")], string="Only")
    area_id = fields.Many2one("remediation.area", check_company=True)
    channel = fields.Selection(
        [("phone", "Phone"), ("visit", "Visit"), ("office", "Office")],
        required=True,
        default="phone",
    )
    seed = fields.Integer(readonly=True, copy=False)
    population = fields.Integer(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("drawn", "Drawn"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    drawn_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    drawn_on = fields.Datetime(readonly=True, copy=False)
    answer_ids = fields.One2many("cash.transfer.verification.answer", "verification_id")
    sample_count = fields.Integer(compute="_compute_result")
    answered_count = fields.Integer(compute="_compute_result")
    received_percent = fields.Float(compute="_compute_result")
    fee_count = fields.Integer(compute="_compute_result", string="Asked for a Fee")
    working_count = fields.Integer(compute="_compute_result", string="Child Working")

    _margin_range = models.Constraint(
        "CHECK (margin >= 1 AND margin <= 50)",
        "The margin of error lies between 1 and 50 %.",
    )

    @api.depends("answer_ids.state", "answer_ids.received")
    def _compute_result(self):
        # sudo: a result is a number; answers belong to the cases they are about.
        for verification in self.sudo():
            answers = verification.answer_ids
            given = answers.filtered(lambda a: a.state == "answered")
            verification.sample_count = len(answers)
            verification.answered_count = len(given)
            received = given.filtered(lambda a: a.received == "yes")
            verification.received_percent = (
                100.0 * len(received) / len(given) if given else 0.0
            )
            verification.fee_count = len(given.filtered("fee_asked"))
            verification.working_count = len(given.filtered("child_working"))

    @step(frm="draft", to="drawn", duty="reconcile", stamp="drawn", referencing=True)
    def action_draw(self):
        """Draw the sample among delivered payments. For reconcilers.

        :raises UserError: drawn already, or nobody to ask.
        """
        self.ensure_one()
        own = self.sudo()  # sudo: cases are sampled by code, answers hang on them
        lines = own._population()
        if not lines:
            raise UserError(self.env._("No delivered payment fits the filters."))
        seed = random.SystemRandom().randrange(1, 2**31)
        size = sampling.sample_size(len(lines), self.confidence, self.margin / 100.0)
        chosen = lines.browse(sampling.draw(lines.ids, size, seed))
        self.env["cash.transfer.verification.answer"].sudo()._unprotected().create(
            [
                {
                    "verification_id": self.id,
                    "line_id": line.id,
                    "case_id": line.entitlement_id.case_id.id,
                }
                for line in chosen
            ]
        )
        own._unprotected().write({"seed": seed, "population": len(lines)})

    def _population(self):
        domain = [
            ("plan_id", "=", self.plan_id.id),
            ("status", "in", ["delivered", "partial", "paid_twice"]),
        ]
        if self.sex:
            domain.append(("beneficiary_id.sex", "=", self.sex))
        if self.area_id:
            domain.append(
                ("entitlement_id.case_id.area_id", "child_of", self.area_id.id)
            )
        return self.env["cash.transfer.payment.line"].search(domain)

    @step(frm="drawn", to="done", duty="reconcile", referencing=True)
    def action_done(self):
        """Close the verification. For reconcilers."""

    @api.constrains("plan_id")
    def _check_plan(self):
        for verification in self:
            if verification.plan_id.state in ("draft", "locked", "approved", "aborted"):
                raise ValidationError(
                    self.env._(
                        "Nothing was paid by %(plan)s yet.",
                        plan=verification.plan_id.name,
                    )
                )
