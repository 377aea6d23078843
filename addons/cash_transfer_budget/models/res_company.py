from odoo import api, models
from odoo.fields import Command


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """A new company fetches no rates from elsewhere by itself."""
        return super().create(
            [{"currency_rates_autoupdate": False, **vals} for vals in vals_list]
        )

    @api.model
    def _stop_fetching_rates(self):
        """Turn the daily rates off where nobody chose a source yet."""
        chosen = self.env["res.currency.rate.provider"]
        chosen = chosen.search([("company_id", "!=", False)]).company_id
        companies = self.search([("id", "not in", chosen.ids)])
        companies.currency_rates_autoupdate = False

    def _add_statements(self):
        """Make the income statement and the balance sheet of companies that have none,
        by their chart: this year beside the last one."""
        instances = self.env["mis.report.instance"]
        had = instances.search([("company_id", "in", self.ids)]).company_id
        values = []
        for company in self - had:
            layout = (
                "syscebnl" if company.chart_template == "cd_syscebnl" else "generic"
            )
            for kind in ("income", "balance"):
                template = self.env.ref(f"cash_transfer_budget.mis_{kind}_{layout}")
                values.append(
                    {
                        "name": template.name,
                        "report_id": template.id,
                        "company_id": company.id,
                        "period_ids": [
                            Command.create(
                                {
                                    "name": label,
                                    "mode": "relative",
                                    "type": "y",
                                    "offset": offset,
                                    "sequence": 10 - offset,
                                }
                            )
                            for label, offset in (
                                (self.env._("This Year"), 0),
                                (self.env._("Last Year"), -1),
                            )
                        ],
                    }
                )
        instances.create(values)
