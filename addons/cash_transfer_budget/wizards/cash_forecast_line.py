from odoo import api, fields, models

#: Cycles that the forecast looks ahead.
CYCLES = 6


class CashForecastLine(models.TransientModel):
    """One row of a forecast that somebody opened; for cash duties and auditors."""

    _name = "cash.forecast.line"
    _description = "Row of the Cash Forecast"
    _rules_of = "remediation.in.company"
    _order = "period, currency_id, provider_id, id"

    period = fields.Date(string="Month", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    provider_id = fields.Many2one("cash.transfer.provider", readonly=True)
    grant_id = fields.Many2one("cash.transfer.grant", readonly=True)
    due = fields.Monetary(readonly=True)
    fees = fields.Monetary(readonly=True, help="What the provider takes for it.")
    held = fields.Monetary(
        readonly=True,
        help="Advances that pay for it; below zero: owed to the provider.",
    )
    needed = fields.Monetary(readonly=True, help="Due and fees, less what is held.")

    @api.model
    def action_open_forecast(self):
        """Make the forecast of the next six cycles of this company and open it. For
        cash duties and auditors."""
        self.check_access("create")
        company = self.env.company
        first = self.env["cash.transfer.entitlement"]._place_today().replace(day=1)
        # sudo: sums over all support, which no single duty reads as a whole
        rows = self.env["cash.forecast"].sudo()._get_rows(company, first, CYCLES)
        lines = self.create([{**row, "company_id": company.id} for row in rows])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cash_transfer_budget.cash_forecast_line_action"
        )
        return {**action, "domain": [("id", "in", lines.ids)]}
