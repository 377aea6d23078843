from odoo import api, models


class GrantAlert(models.Model):
    _inherit = "remediation.grant.alert"

    @api.model
    def _holders(self):
        """Who sends submissions writes into files: the officer learns of it (R56)."""
        holders = super()._holders()
        for name in ("group_submit", "group_submit_for_others"):
            group = self.env.ref(f"case_submission.{name}", raise_if_not_found=False)
            # sudo: rights of all users are compared, whoever changes them.
            users = group.sudo().all_user_ids if group else ()
            holders = holders | {(group.id, user.id) for user in users}
        return holders
