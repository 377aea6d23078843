from . import models, wizards


def post_init_hook(env):
    """Complete companies whose chart was there before this module."""
    companies = env["res.company"].search([("chart_template", "=", "cd_syscebnl")])
    env["account.chart.template"]._complete_cash_transfer(companies)
