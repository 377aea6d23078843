from odoo import models

#: The scope of a key that opens the endpoint for forms and no other call.
SCOPE = "remediation.submission"
CHOSEN = "remediation_key_scope"


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    def _generate(self, scope, name, expiration_date):
        """A key made for handing in forms opens nothing else. The context can only
        narrow what core would give."""
        if scope is None and self.env.context.get(CHOSEN) == "submission":
            scope = SCOPE
        return super()._generate(scope, name, expiration_date)
