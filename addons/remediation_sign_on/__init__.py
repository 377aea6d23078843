from . import controllers, models


def post_init_hook(env):
    """Offer no identity provider that the organisation did not choose."""
    env["auth.oauth.provider"].search([("enabled", "=", True)])._close_core()
