from odoo import api, fields, models
from odoo.exceptions import UserError


class ReferralAccessLog(models.Model):
    """Who opened which case or paper on the portal, and when (R29). Append-only.

    Who may what: auditors, the data-protection and the safeguarding officer read;
    nobody writes or deletes. Rows are made by the methods that show something.
    """

    _name = "referral.access.log"
    _description = "Portal Access Log"
    _order = "id desc"
    _log_access = False

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, index=True
    )
    case_id = fields.Many2one(
        comodel_name="remediation.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    action = fields.Selection(
        selection=[("view", "Opened"), ("file", "Opened a paper")],
        required=True,
        readonly=True,
    )
    logged_on = fields.Datetime(
        required=True, readonly=True, index=True, default=fields.Datetime.now
    )

    @api.model
    def _add(self, cases, action):
        """Write one row per case for the present user."""
        # sudo: nobody has a create right on the log; its only writers are the methods
        # that show something.
        self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "action": action,
                }
                for case in cases
            ]
        )

    def write(self, vals):
        raise UserError(self.env._("The access log does not change."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The access log does not change."))
