from odoo import api, models


class CaseStageLog(models.Model):
    _inherit = "remediation.case.stage.log"

    @api.model_create_multi
    def create(self, vals_list):
        """Tell webhooks the stage as it is logged: once for a transaction."""
        logs = super().create(vals_list)
        self.env["remediation.webhook"]._emit(
            "case.stage",
            [
                (
                    log.company_id,
                    {
                        "code": log.case_id.name,
                        "from": log.from_stage or None,
                        "to": log.to_stage,
                    },
                )
                for log in logs
            ],
        )
        return logs
