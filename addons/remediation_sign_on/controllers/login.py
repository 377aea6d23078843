from urllib.parse import parse_qs, urlsplit

from odoo.http import request

from odoo.addons.auth_oidc.controllers.main import OpenIDLogin

#: Nonces that this browser was given and that no token has used yet.
NONCES = "remediation_sign_on_nonces"
KEPT = 10


class Login(OpenIDLogin):
    def list_providers(self):
        """Keep the nonce of each link in the session of the browser that is given it,
        so that a token of somebody else's sign-in opens nothing here."""
        providers = super().list_providers()
        given = list(request.session.get(NONCES) or [])
        for provider in providers:
            given += parse_qs(urlsplit(provider["auth_link"]).query).get("nonce", [])
        request.session[NONCES] = given[-KEPT:]
        return providers
