from odoo import api, models
from odoo.exceptions import AccessError


class DashboardShare(models.Model):
    """A shared dashboard is a copy that anybody with its address reads, for ever and
    past every rule of access. So nobody makes one, and none opens."""

    _inherit = "spreadsheet.dashboard.share"
    _description = "Copy of a Shared Dashboard"

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Refuse: see above.

        :raises AccessError: always
        """
        raise AccessError(
            self.env._(
                "A dashboard shows what its reader may see: give others a login."
            )
        )

    def _check_dashboard_access(self, access_token):
        raise AccessError(self.env._("Sign in to see this dashboard."))
