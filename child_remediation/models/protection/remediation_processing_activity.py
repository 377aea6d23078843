from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import step

#: A row is looked at again after this many days.
REVIEW_DAYS = 365


class ProcessingActivity(models.Model):
    """The processing register (R56): what is done with people's data, why, and who
    gets it. Kept by the data-protection officer; each module brings its own rows.

    Nobody deletes: what has ended is archived.
    """

    _name = "remediation.processing.activity"
    _description = "Processing of Personal Data"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company.or.none"
    _order = "sequence, id"

    _protected_fields = frozenset({"reviewed_on", "reviewed_by_id"})

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company of the database."
    )
    active = fields.Boolean(default=True)
    purpose = fields.Text(required=True, translate=True)
    legal_basis = fields.Selection(
        [
            ("consent", "Consent"),
            ("vital_interest", "Vital Interest"),
            ("legal_duty", "Legal Duty"),
            ("public_task", "Public Task"),
            ("contract", "Contract"),
            ("legitimate_interest", "Legitimate Interest"),
        ],
        required=True,
    )
    law = fields.Char(help="The article of the law that applies where you work.")
    subjects = fields.Text(string="Whose Data", required=True, translate=True)
    categories = fields.Text(string="What Data", required=True, translate=True)
    is_special = fields.Boolean(
        string="Sensitive Data", help="Health, origin, belief, offences, or a child's."
    )
    recipients = fields.Text(string="Who Gets It", required=True, translate=True)
    retention = fields.Text(string="How Long", required=True, translate=True)
    transfers = fields.Text(string="To Other Countries", translate=True)
    measures = fields.Text(string="How It Is Protected", required=True, translate=True)
    impact_assessed_on = fields.Date()
    reviewed_on = fields.Date(readonly=True, copy=False)
    reviewed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    review_due = fields.Date(compute="_compute_review_due", store=True)

    @api.depends("reviewed_on")
    def _compute_review_due(self):
        for activity in self:
            activity.review_due = activity.reviewed_on and (
                activity.reviewed_on + timedelta(days=REVIEW_DAYS)
            )

    @step(group="child_remediation.group_data_protection", stamp="reviewed")
    def action_reviewed(self):
        """Note that the rows are right today. For the data-protection officer.

        :raises AccessError: somebody else asks
        """
