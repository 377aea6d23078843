from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)


class AgreementParty(models.Model):
    """Somebody who signed: with which role, and what they pay.

    Shares say how each month is divided. Past a payer's ceiling, or once a payer has
    stopped, the rest is called from the others in their order, up to their ceilings;
    what nobody pays is uncovered. The family signs too; it pays nothing, and its name
    stands in the child's file alone.
    """

    _name = "remediation.agreement.party"
    _description = "Party to an Agreement"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "agreement_id, sequence, id"
    _check_company_auto = True

    _decided_by = "agreement_id"
    _open_fields = {"draft": EVERYTHING}
    _protected_fields = frozenset(
        {"company_id", "stopped_from", "stop_reason", "stopped_by_id", "stopped_on"}
    )
    _frozen_fields = frozenset({"agreement_id"})

    agreement_id = fields.Many2one(
        "remediation.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    sequence = fields.Integer(
        default=10, help="Who is called first for what others do not pay."
    )
    role = fields.Selection(
        [
            ("purchaser", "Purchaser"),
            ("agent", "Agent"),
            ("operator", "Factory or Site Operator"),
            ("union", "Union"),
            ("ngo", "NGO"),
            ("family", "Family"),
            ("state", "State"),
        ],
        required=True,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Organisation", index="btree_not_null"
    )
    share = fields.Float(string="Share (%)", digits=(5, 2))
    ceiling = fields.Monetary(
        help="The most that this party pays over the whole time. Empty: no ceiling."
    )
    stopped_from = fields.Date(string="Pays No More From", readonly=True, copy=False)
    stop_reason = fields.Char(readonly=True, copy=False)
    stopped_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    stopped_on = fields.Datetime(readonly=True, copy=False)

    _share_possible = models.Constraint(
        "CHECK (share >= 0 AND share <= 100)", "A share lies between 0 and 100 %."
    )
    _ceiling_not_negative = models.Constraint(
        "CHECK (ceiling IS NULL OR ceiling >= 0)", "A ceiling cannot be negative."
    )
    _family_unnamed = models.Constraint(
        "CHECK (role <> 'family' OR (partner_id IS NULL AND COALESCE(share, 0) = 0))",
        "A family is not named here and pays nothing.",
    )

    @api.depends("role", "partner_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        # sudo: who reads the agreement reads who signed it, not their contacts.
        for party in self.sudo():
            party.display_name = party.partner_id.name or roles.get(party.role, "")

    def _missing_to_stop(self):
        if self.agreement_id.state != "approved":
            return [self.env._("Only who pays under an agreement in force can stop.")]
        if self.stopped_from:
            return [self.env._("It was recorded before that this party stopped.")]
        return []

    @step(
        group="child_remediation.group_coordinator",
        stamp="stopped",
        check="_missing_to_stop",
        locks="agreement_id",
        asks={"date": "stopped_from", "reason": "stop_reason"},
        title=_lt("This Party Pays No More"),
        hint=_lt("The others are called in their order, up to their ceilings."),
    )
    def action_stop(self, date, reason):
        """Record that a party pays no more from a month on. For coordinators.

        :param date: a day of the first month that it does not pay
        :param str reason: why; required
        :raises UserError: the agreement is not in force, or it stopped before
        """
        self.agreement_id._forecast_for_all()
