from odoo.tests import tagged

from .browser_common import BrowserCommon


@tagged("post_install", "-at_install")
class TestBrowserDuties(BrowserCommon):
    def test_duties_are_boxes_that_leave_each_other_alone(self):
        """Choosing Safeguarding took Data Protection away without a word."""
        user = self.worker
        path = f"/odoo/action-base.action_res_users/{user.id}"
        self._play(path, "remediation_duties", self.env.ref("base.user_admin"))
        for name in ("safeguarding", "data_protection", "case_worker"):
            self.assertTrue(user.has_group(f"child_remediation.group_{name}"), name)

    def test_every_duty_and_portal_right_is_a_box_of_its_own(self):
        hierarchy = self.env["res.groups"]._get_view_group_hierarchy()
        ticked = self.env["res.groups.privilege"].search([("is_ticked", "=", True)])
        self.assertIn(self.env.ref("child_remediation.privilege_duties"), ticked)
        self.assertIn(self.env.ref("child_remediation.privilege_portal"), ticked)
        shown = [key for c in hierarchy["categories"] for key in c["privilege_ids"]]
        self.assertEqual(len(shown), len(set(shown)))
        for group in ticked.group_ids:
            with self.subTest(group=group.name):
                key = hierarchy["groups"][group.id]["privilege_id"]
                self.assertEqual(hierarchy["privileges"][key]["group_ids"], [group.id])
                self.assertIn(key, shown)
        self.assertFalse(set(shown) & set(ticked.ids))
