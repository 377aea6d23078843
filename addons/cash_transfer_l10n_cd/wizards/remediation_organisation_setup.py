from odoo import api, models


class OrganisationSetup(models.TransientModel):
    _inherit = "remediation.organisation.setup"

    @api.model
    def _chart_for_country(self, country):
        """An association in the Congo (DRC) keeps its books by SYSCEBNL."""
        if country.code == "CD":
            return "cd_syscebnl"
        return super()._chart_for_country(country)
