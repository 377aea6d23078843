import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.sheets import write_xlsx


class SavingsQuarterExport(models.TransientModel):
    """Write the quarterly file of all groups, for a savings manager.

    No name of a member and no case is in it; figures are per group and cycle.
    """

    _name = "savings.quarter.export"
    _description = "Quarterly Export of Savings Groups"

    quarter = fields.Date(
        required=True,
        default=lambda self: self._default_quarter(),
        help="Any day of the quarter.",
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model
    def _default_quarter(self):
        return self._place_today() - relativedelta(months=3)

    def action_export(self):
        """Write the file and show it for download. For savings managers.

        :raises AccessError: not a savings manager.
        :raises UserError: no meeting was validated in the quarter.
        """
        self.ensure_one()
        if not self.env.user.has_group("savings_group.group_savings_manager"):
            raise AccessError(
                self.env._("The quarterly file is written by a savings manager.")
            )
        start = fields.Date.start_of(self.quarter, "quarter")
        header, lines = self.env["savings.ratio"]._quarter_table(start)
        if not lines:
            raise UserError(
                self.env._("No meeting was validated in this quarter: choose another.")
            )
        name = f"savings-groups-{start.year}-Q{(start.month + 2) // 3}.xlsx"
        self.write(
            {
                "file": base64.b64encode(write_xlsx(header, lines, "Groups")),
                "file_name": name,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
