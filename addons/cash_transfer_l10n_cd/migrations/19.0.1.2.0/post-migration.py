from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Suppliers and donors get their own accounts where core's proposal stands."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    companies = env["res.company"].search([("chart_template", "=", "cd_syscebnl")])
    env["account.chart.template"]._complete_partner_accounts(companies)
