from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemoSavings(TransactionCase):
    def test_demo_group_has_a_cycle_of_meetings(self):
        """36 meetings of 22 members, from the paper book."""
        group = self.env.ref("remediation_demo.demo_group")
        cycle = group.cycle_ids
        meetings = cycle.meeting_ids.filtered(lambda m: m.state == "validated")
        self.assertEqual(len(meetings), 36)
        self.assertEqual(group.member_count, 22)
        self.assertFalse(group.officer_warning)
        self.assertFalse(meetings.line_ids.filtered("flag").mapped("flag"))
        self.assertEqual(meetings.entry_ids.mapped("amount"), [-200])
        self.assertGreater(cycle.share_worth, 500)
        self.assertGreater(len(cycle.loan_ids), 20)
        self.assertFalse(cycle.loans_outstanding)
