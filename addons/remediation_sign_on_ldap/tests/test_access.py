from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import AccessTable, Row
from odoo.addons.child_remediation.tests.common import RemediationCommon


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RemediationCommon):
    """A directory, its password and its table are for administrators alone."""

    access_module = "remediation_sign_on_ldap"

    def access_rows(self):
        directories = self.env["res.company.ldap"]
        values = {
            "company": self.company.id,
            "ldap_filter": "(uid=%s)",
            "ldap_base": "dc=house",
        }
        directory = directories.create(values)
        group = self.env.ref("child_remediation.group_case_worker")
        line = {"ldap_id": directory.id, "value": "workers", "group_id": group.id}
        return [
            Row(
                "res.company.ldap",
                {"directory": directory},
                {"admin_like": {"directory": "rswcu"}},
                {"ldap_base": "dc=other"},
                lambda key: values,
            ),
            Row(
                "remediation.sign.on.role",
                {"line": self.env["remediation.sign.on.role"].create(line)},
                {"admin_like": {"line": "rswcu"}},
                {"value": "others"},
                lambda key: line | {"value": "more"},
            ),
        ]

    def test_access_table(self):
        self.check_access_table()
