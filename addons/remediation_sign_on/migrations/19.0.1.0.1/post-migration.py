from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    env = Environment(cr, SUPERUSER_ID, {})
    env["auth.oauth.provider"].search([("enabled", "=", True)])._close_core()
