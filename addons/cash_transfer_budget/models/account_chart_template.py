from odoo import models


class AccountChartTemplate(models.AbstractModel):
    _inherit = "account.chart.template"

    def _post_load_data(self, template_code, company, template_data):
        """A company has its statements as soon as it has a chart of accounts."""
        result = super()._post_load_data(template_code, company, template_data)
        # sudo: who loads a chart need not keep report definitions
        (company or self.env.company).sudo()._add_statements()
        return result
