from odoo import api, fields, models

from odoo.addons.child_remediation.models.follow_up.remediation_education_enrolment import (  # noqa: E501
    RUNNING,
)

from .remediation_case import READERS

#: Where a find is an industrial one, whoever reported it.
INDUSTRIAL = ("factory",)


class Case(models.Model):
    """The path of a child who was found at work in a factory, or for whom an agreement
    pays: what was done of it follows from the facts of the file, nobody ticks it."""

    _inherit = "remediation.case"

    _open_texts = frozenset({"remedy_path"})  # the application's words

    age_check_ids = fields.One2many(
        "remediation.age.check", "case_id", string="Age Verifications", groups=READERS
    )
    remedy_path = fields.Html(
        compute="_compute_remedy_path",
        compute_sudo=True,
        string="Path of the Remedy",
        groups=READERS,
    )

    # compute_sudo: whether a step was done, for who sees the case; an agreement's
    # calls are looked at, not shown.
    @api.depends(
        "stage",
        "needs_safety_action",
        "site_id.site_type",
        "age_check_ids",
        "enrolment_ids.state",
        "agreement_child_ids.state",
        "job_promise_ids.state",
    )
    @api.depends_context("lang")
    def _compute_remedy_path(self):
        for case in self:
            case.remedy_path = (
                self.env["ir.qweb"]._render(
                    "case_agreement.remedy_path", {"steps": case._remedy_steps()}
                )
                if case.site_id.site_type in INDUSTRIAL or case.agreement_child_ids
                else False
            )

    def _remedy_steps(self):
        """Return ``[(what, whether it is done)]`` in their order."""
        self.ensure_one()
        pays = self.agreement_child_ids.filtered(lambda one: one.state == "approved")
        calls = pays.agreement_id.call_ids
        return [
            (self.env._("Child Registered"), bool(self.opened_at)),
            (self.env._("Safe at Once"), not self.needs_safety_action),
            (self.env._("Age Verified"), bool(self.age_check_ids)),
            (self.env._("Agreement Signed"), bool(pays)),
            (
                self.env._("Stipend Agreed"),
                "stipend" in pays.cost_ids.mapped("kind"),
            ),
            (
                self.env._("At School or in Training"),
                any(
                    enrolment.state in (*RUNNING, "completed")
                    for enrolment in self.enrolment_ids
                ),
            ),
            (
                self.env._("Funds Called"),
                any(call.state in ("posted", "paid") for call in calls),
            ),
            (
                self.env._("Job Promised"),
                any(one.state in ("open", "kept") for one in self.job_promise_ids),
            ),
            (self.env._("Exit Decided"), self.stage == "closed"),
        ]
