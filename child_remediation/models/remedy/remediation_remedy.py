from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.answers import Answer
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

from ..protection.remediation_complaint_answer import SUPERVISOR

_lt = LazyTranslate(__name__)
WHOLE = 100.0
#: What the person says of it afterwards.
JUDGED = frozenset({"is_enough", "enough_note", "enough_on"})


class Remedy(models.Model):
    """One form of what is made good for a complaint, with who gives how much of it.

    Supervisors who see the complaint enter and deliver it; another person verifies.
    Whether it was enough, the person who complained says, and nobody for them.

    planned → delivered → verified; cancelled from planned.
    """

    _name = "remediation.remedy"
    _description = "Remedy"
    _inherit = ["remediation.complaint.owned"]
    _order = "complaint_id, id"

    _open_fields = {"planned": EVERYTHING, "delivered": JUDGED, "verified": JUDGED}
    _protected_fields = frozenset(
        {
            "state",
            "delivered_by_id",
            "delivered_on",
            "verified_by_id",
            "verified_on",
            "cancel_reason",
        }
    )

    form = fields.Selection(
        [
            ("restitution", "Restitution"),
            ("compensation", "Compensation"),
            ("rehabilitation", "Rehabilitation"),
            ("satisfaction", "Satisfaction"),
            ("guarantee", "Guarantee of Non-Repetition"),
        ],
        required=True,
    )
    description = fields.Char(string="What Is Given", required=True)
    amount = fields.Monetary(help="0 where no money is given.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    date_due = fields.Date(string="Given Until")
    given_on = fields.Date()
    given_by_id = fields.Many2one("res.partner", index="btree_not_null")
    contributor_ids = fields.One2many(
        "remediation.remedy.contributor", "remedy_id", string="Contributors"
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("delivered", "Delivered"),
            ("verified", "Verified"),
            ("cancelled", "Cancelled"),
        ],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    delivered_by_id = fields.Many2one(
        "res.users", string="Delivery Recorded By", readonly=True, copy=False
    )
    delivered_on = fields.Datetime(
        string="Delivery Recorded On", readonly=True, copy=False
    )
    verified_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    verified_on = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    is_enough = Answer(
        "Was It Enough?", help="As the person who complained says. Empty: not asked."
    )
    enough_on = fields.Date(string="Said On")
    enough_note = fields.Text(string="In Their Words")

    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "The amount of a remedy is not negative."
    )

    @api.depends("complaint_id.name", "form")
    @api.depends_context("lang")
    def _compute_display_name(self):
        forms = dict(self._fields["form"]._description_selection(self.env))
        for remedy in self:
            label = forms.get(remedy.form, "")
            remedy.display_name = say_pair(self.env, remedy.complaint_id.name, label)

    def _missing_to_deliver(self):
        self.ensure_one()
        missing = []
        if not self.given_on or not self.given_by_id:
            missing.append(self.env._("Record who gave it, and on what day."))
        shares = self.contributor_ids.mapped("share")
        if shares and round(sum(shares), 2) != WHOLE:
            missing.append(self.env._("The shares of the contributors make 100 %."))
        return missing

    @step(
        frm="planned",
        to="delivered",
        group=SUPERVISOR,
        stamp="delivered",
        check="_missing_to_deliver",
    )
    def action_deliver(self):
        """Record that it was given. For supervisors of the complaint."""

    @step(
        frm="delivered",
        to="verified",
        group=SUPERVISOR,
        not_by=("delivered_by_id", "create_uid"),
        stamp="verified",
    )
    def action_verify(self):
        """Record that somebody else saw it was given. Not for who delivered it."""

    @step(
        frm="planned",
        to="cancelled",
        group=SUPERVISOR,
        asks={"reason": "cancel_reason"},
        title=_lt("Cancel the Remedy"),
    )
    def action_cancel(self, reason):
        """Give up a remedy that was planned, with the reason. For supervisors."""
