from odoo import api, fields, models


class OrganisationSetup(models.TransientModel):
    _inherit = "remediation.organisation.setup"

    chart = fields.Selection(
        selection="_selection_chart",
        string="Chart of Accounts",
        required=True,
        compute="_compute_chart",
        store=True,
        precompute=True,
        readonly=False,
    )
    has_entries = fields.Boolean(compute="_compute_has_entries")

    @api.model
    def _selection_chart(self):
        charts = self.env["account.chart.template"]
        return charts._select_chart_template(self.env.company.country_id)

    @api.depends("company_id")
    def _compute_has_entries(self):
        # sudo: that there are entries is all that is told.
        for setup in self.sudo():
            setup.has_entries = bool(setup.company_id.root_id._existing_accounting())

    @api.depends("country_id")
    def _compute_chart(self):
        for setup in self:
            company = setup.company_id
            kept = setup.has_entries or setup.country_id == company.country_id
            setup.chart = (kept and company.chart_template) or self._chart_for_country(
                setup.country_id
            )

    @api.model
    def _chart_for_country(self, country):
        """Hook: the chart that is proposed to an organisation of this country."""
        return self.env["account.chart.template"]._guess_chart_template(country)

    def _save(self):
        """The chart comes with a currency of its own: what was chosen stands."""
        result = super()._save()
        company, currency = self.company_id, self.currency_id
        if self.chart != company.chart_template and not self.has_entries:
            # Core installs the chart's module where it is missing, and begins anew.
            self.env["account.chart.template"].try_loading(self.chart, company)
            if company.currency_id != currency:
                company.currency_id = currency
        return result
