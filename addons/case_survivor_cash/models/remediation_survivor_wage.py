from odoo import api, fields, models

from odoo.addons.case_survivor.models.remediation_money_account import DUTY


class SurvivorWage(models.Model):
    """Arrears of wages: claimed, recovered by their payments, and the open rest."""

    _name = "remediation.survivor.wage"
    _inherit = ["remediation.survivor.wage", "remediation.recovered"]

    _due_field = "claimed"
    _paid_field = "recovered"
    _paid_on_field = "recovered_on"

    recovery_ids = fields.One2many("remediation.recovery", "wage_id", string="Payments")
    # compute_sudo: every payment counts, whoever wrote it.
    recovered = fields.Monetary(
        compute="_compute_recovered",
        inverse="_inverse_recovered",
        store=True,
        compute_sudo=True,
    )
    recovered_on = fields.Date(
        compute="_compute_recovered",
        inverse="_inverse_recovered",
        store=True,
        compute_sudo=True,
    )
    arrears_open = fields.Monetary(
        compute="_compute_arrears_open", string="Still Open", groups=DUTY
    )

    @api.depends("recovery_ids.state", "recovery_ids.settled", "recovery_ids.paid_on")
    def _compute_recovered(self):
        self._sum_paid()

    def _inverse_recovered(self):
        self._take_paid()

    @api.depends("claimed", "recovered")
    def _compute_arrears_open(self):
        for wage in self:
            wage.arrears_open = wage.claimed - wage.recovered
