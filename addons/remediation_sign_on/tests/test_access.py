from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import AccessTable, Row
from odoo.addons.child_remediation.tests.common import RemediationCommon


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RemediationCommon):
    """The table of roles is for administrators alone."""

    access_module = "remediation_sign_on"

    def access_rows(self):
        provider = self.env["auth.oauth.provider"].create(
            {
                "name": "P",
                "body": "P",
                "auth_endpoint": "https://example.org/",
                "flow": "id_token_code",
            }
        )
        values = {
            "provider_id": provider.id,
            "value": "workers",
            "group_id": self.env.ref("child_remediation.group_case_worker").id,
        }
        role = self.env["remediation.sign.on.role"].create(values)
        return [
            Row(
                "remediation.sign.on.role",
                {"line": role},
                {"admin_like": {"line": "rswcu"}},
                {"value": "others"},
                lambda key: values | {"value": "more"},
            )
        ]

    def test_access_table(self):
        self.check_access_table()
