from odoo.tests import tagged

from .common import DUTIES, CashCommon


@tagged("post_install", "-at_install")
class TestCashDesk(CashCommon):
    """What stands on the first page of each duty."""

    def _sections(self, login):
        desk = self.env["remediation.desk"].with_user(getattr(self, login))
        return {section["key"]: section for section in desk.get_desk()["sections"]}

    def test_each_duty_sees_the_grants_that_run(self):
        for login in DUTIES:
            with self.subTest(login=login):
                titles = [
                    line["title"] for line in self._sections(login)["grants"]["lines"]
                ]
                self.assertEqual(titles, ["Grant A", "Grant B"])

    def test_r63_an_approver_sees_what_others_asked_for(self):
        grant = self.grant.with_user(self.releaser)
        grant.budget += 1
        self.assertIn(
            self.grant.id,
            [line["res_id"] for line in self._sections("approver")["changes"]["lines"]],
        )
        self.assertNotIn("changes", self._sections("releaser"))
        self.assertNotIn("changes", self._sections("officer"))
