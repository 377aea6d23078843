from odoo import api, fields, models


class LegalMatter(models.Model):
    """Compensation: awarded, paid by its payments, and the rest that is open."""

    _name = "remediation.legal.matter"
    _inherit = ["remediation.legal.matter", "remediation.recovered"]

    _due_field = "compensation_awarded"
    _paid_field = "compensation_paid"
    _paid_on_field = "compensation_paid_on"

    recovery_ids = fields.One2many(
        "remediation.recovery", "matter_id", string="Payments"
    )
    # compute_sudo: every payment counts, whoever wrote it.
    compensation_paid = fields.Monetary(
        compute="_compute_compensation_paid",
        inverse="_inverse_compensation_paid",
        store=True,
        compute_sudo=True,
    )
    compensation_paid_on = fields.Date(
        compute="_compute_compensation_paid",
        inverse="_inverse_compensation_paid",
        store=True,
        compute_sudo=True,
    )
    compensation_open = fields.Monetary(
        compute="_compute_compensation_open", string="Still Open"
    )

    @api.depends("recovery_ids.state", "recovery_ids.settled", "recovery_ids.paid_on")
    def _compute_compensation_paid(self):
        self._sum_paid()

    def _inverse_compensation_paid(self):
        self._take_paid()

    @api.depends("compensation_awarded", "compensation_paid")
    def _compute_compensation_open(self):
        for matter in self:
            matter.compensation_open = (
                matter.compensation_awarded - matter.compensation_paid
            )
