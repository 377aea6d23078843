import ast
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.remediation_base.tests.plans import keep_plans, kept_plan

from .common import START

LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
#: Models of the group's own books: no button of theirs may reach the ledger.
BOOKS = (
    "savings.group",
    "savings.member",
    "savings.cycle",
    "savings.membership",
    "savings.meeting",
    "savings.meeting.line",
    "savings.meeting.entry",
    "savings.loan",
    "savings.loan.move",
    "savings.loan.instalment",
    "savings.share.out",
    "savings.share.out.line",
)
#: Buttons of Odoo itself that every model has.
CORE_BUTTONS = {
    "action_archive",
    "action_unarchive",
    "action_feedback",
    "action_done",
}


@tagged("post_install", "-at_install")
class TestLedger(AccountTestInvoicingCommon):
    """Members' money never meets the ledger; the organisation's always does."""

    @classmethod
    def setUpClass(cls):
        keep_plans("Grants")
        super().setUpClass()
        company = {"company_id": cls.env.company.id, "company_ids": cls.env.company.ids}
        cls.agent = new_test_user(
            cls.env, "led_agent", groups="savings_group.group_field_agent", **company
        )
        cls.manager = new_test_user(
            cls.env,
            "led_manager",
            groups="savings_group.group_savings_manager",
            **company,
        )
        cls.finance = new_test_user(
            cls.env, "led_finance", groups="account.group_account_invoice", **company
        )
        cls.group = (
            cls.env["savings.group"]
            .with_user(cls.agent)
            .create(
                {
                    "label": "Tujenge",
                    "shares_min": 0,
                    "charge_when_late": False,
                    "member_ids": [
                        (0, 0, {"full_name": f"Mama Furaha {n}"}) for n in range(6)
                    ],
                }
            )
        )
        plan = kept_plan(cls.env, "Grants")
        cls.grant = cls.env["account.analytic.account"].create(
            {"name": "Grant 7", "plan_id": plan.id, "company_id": cls.env.company.id}
        )
        cls.env.company.savings_expense_account_id = cls.company_data[
            "default_account_expense"
        ]
        cls.env.company.savings_held_account_id = cls.env["account.account"].create(
            {
                "name": "Third-party funds",
                "code": "X47999",
                "account_type": "liability_current",
            }
        )

    def _ledger(self):
        return [
            self.env[model].sudo().search_count([])
            for model in (
                "account.move",
                "account.move.line",
                "account.payment",
                "account.analytic.line",
                "account.bank.statement.line",
            )
        ]

    def _close_meeting(self, meeting):
        meeting.action_take_expected()
        meeting.action_validate()
        return meeting

    def test_r50_no_button_of_the_books_makes_an_entry(self):
        """Press every button there is, in a whole cycle, and look at the ledger."""
        pressed = set()

        def press(records, method, *args):
            pressed.add((records._name, method))
            return getattr(records.with_user(self.agent), method)(*args)

        before = self._ledger()
        group = self.group
        press(group, "action_view_members")
        press(group, "action_view_cycles")
        press(group, "action_new_cycle")
        cycle = group.current_cycle_id
        cycle.date_start = START
        press(cycle, "action_start")
        press(cycle, "action_view_meetings")
        press(cycle, "action_view_loans")
        press(cycle, "action_open_meeting")
        cycle.invalidate_recordset()
        press(cycle.open_meeting_id, "action_cancel", "nobody came")

        first = cycle._open_meetings("2026-01-12")
        first.line_ids.write({"shares": 5})
        members = cycle.membership_ids.sorted("member_number")
        request, dropped = (
            self.env["savings.loan"]
            .with_user(self.agent)
            .create([{"membership_id": members[n].id, "amount": 900} for n in (0, 1)])
        )
        press(request, "action_approve")
        press(dropped, "action_cancel")
        press(first, "action_take_expected")
        press(first, "action_validate")

        group.member_ids = [(0, 0, {"full_name": "Neema"})]
        second = cycle._open_meetings("2026-01-19")
        press(first.line_ids[2], "action_reverse", "was four")
        press(cycle.membership_ids.filtered("is_mid_cycle"), "action_buy_in", 2)
        press(members[3], "action_leave", "moved", "agreed")
        second.line_ids.filtered(
            lambda line: line.membership_id == members[4]
        ).loan_given = 500
        self._close_meeting(second)
        third = cycle._open_meetings("2026-01-26")
        press(
            cycle.loan_ids.filtered(lambda loan: loan.amount == 500),
            "action_write_off",
            "let go",
        )
        self._close_meeting(third)
        with self.assertRaises(UserError):
            press(members[0].member_id, "action_archive")

        press(cycle, "action_share_out")
        press(cycle.share_out_ids, "action_cancel")
        press(cycle, "action_share_out")
        share_out = cycle.share_out_ids.filtered(lambda s: s.state == "draft")
        share_out.line_ids.filtered("debt").decision = "net"
        press(share_out, "action_recompute")
        press(share_out, "action_confirm")
        press(share_out.line_ids[0], "action_sign")
        press(share_out, "action_sign_all")
        press(share_out, "action_close")
        press(group, "action_dissolve", "done")
        self.env.flush_all()
        self.assertEqual(self._ledger(), before)

        buttons = {
            (name, attribute)
            for name in BOOKS
            for cls in type(self.env[name]).__mro__
            if getattr(cls, "_module", "") == "savings_group" or name in str(cls)
            for attribute in vars(cls)
            if attribute.startswith("action_")
        }
        buttons = {
            (name, button) for name, button in buttons if button not in CORE_BUTTONS
        }
        self.assertFalse(buttons - pressed, "buttons that this test does not press")

    def test_r50_books_do_not_know_the_ledger(self):
        """No file of the books names a model of accounting."""
        folder = Path(__file__).parent.parent / "models"
        allowed = {
            "savings_support.py",
            "savings_held_fund.py",
            "savings_held_handover.py",
            "res_company.py",
            "res_config_settings.py",
            "remediation_case.py",  # what the organisation's support cost
        }
        for path in folder.rglob("*.py"):
            if path.name in allowed:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    self.assertFalse(node.value.startswith("account."), path.name)

    def test_support_is_a_bill_with_the_grant(self):
        support = (
            self.env["savings.support"]
            .with_user(self.manager)
            .create({"group_id": self.group.id, "kind": "kit", "amount": 40})
        )
        with self.assertRaises(AccessError):
            support.action_draft_bill()
        mine = support.with_user(self.finance)
        with self.assertRaisesRegex(UserError, "Choose the supplier"):
            mine.action_draft_bill()
        mine.partner_id = self.partner_a
        with self.assertRaisesRegex(UserError, "Choose the grant"):
            mine.action_draft_bill()
        mine.analytic_distribution = {str(self.grant.id): 100}
        mine.action_draft_bill()
        self.assertEqual(support.state, "billed")
        bill = support.sudo().move_id
        line = bill.invoice_line_ids
        self.assertEqual(line.analytic_distribution, {str(self.grant.id): 100})
        self.assertEqual((bill.amount_total, bill.partner_id), (40, self.partner_a))
        with self.assertRaisesRegex(UserError, "drafted before"):
            mine.action_draft_bill()
        with self.assertRaisesRegex(UserError, "Bill Drafted"):
            mine.amount = 50
        bill.action_post()
        self.assertEqual(support.state, "posted")
        texts = " ".join(
            str(value)
            for value in (
                bill.ref,
                bill.narration,
                line.name,
                bill.message_ids.mapped("body"),
                bill.line_ids.analytic_line_ids.mapped("name"),
            )
        )
        for forbidden in ("Furaha", "CR-", "M-0", "caregiver"):
            self.assertNotIn(forbidden, texts)
        self.assertIn(self.group.name, line.name)

    def test_funds_held_age_until_handed_over(self):
        journal = self.company_data["default_journal_cash"]
        held = (
            self.env["savings.held.fund"]
            .with_user(self.finance)
            .create(
                {
                    "group_id": self.group.id,
                    "amount": 100,
                    "receipt": "R-17",
                    "reason": "Box under repair",
                    "journal_id": journal.id,
                    "received_on": "2026-01-10",
                }
            )
        )
        handover = self.env["savings.held.handover"].with_user(self.finance)
        early = handover.create({"held_id": held.id, "amount": 60, "receipt": "H-1"})
        with self.assertRaisesRegex(UserError, "Book the receipt"):
            early.action_book()
        held.action_book()
        self.assertEqual((held.state, held.balance), ("draft", 0), "nothing is posted")
        with self.assertRaisesRegex(UserError, "post it first"):
            early.action_book()
        held.move_id.sudo().action_post()
        self.assertEqual((held.state, held.balance), ("held", 100))
        self.assertTrue(held.is_overdue)
        self.assertIn(held, held.search([("is_overdue", "=", True)]))
        self.assertEqual(str(held.due_on), "2026-02-09")
        early.action_book()
        over = handover.create({"held_id": held.id, "amount": 50, "receipt": "H-2"})
        with self.assertRaisesRegex(UserError, "more than is still held"):
            over.action_book()
        over.amount = 40
        over.action_book()
        self.assertEqual((held.state, held.balance), ("held", 100))
        moves = held.move_id | held.handover_ids.move_id
        moves.sudo().filtered(lambda move: move.state == "draft").action_post()
        self.assertEqual((held.state, held.balance), ("handed_over", 0))
        self.assertFalse(held.is_overdue)
        account = self.env.company.savings_held_account_id
        lines = moves.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual(sum(lines.mapped("balance")), 0)
        with self.assertRaises(UserError):
            held.amount = 1

    def test_r68_held_money_follows_the_posted_ledger(self):
        """Enumerated: what becomes of the entry, and what is held then; with the
        group's partner, in the currency of the box."""
        company = self.env.company
        box = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", company.currency_id.id)], limit=1)
        )
        box.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": box.id,
                "company_id": company.id,
                "name": "2026-01-01",
                "rate": 4,
            }
        )
        group = self.group.sudo().create({"label": "Twende", "currency_id": box.id})
        held = (
            self.env["savings.held.fund"]
            .with_user(self.finance)
            .create(
                {
                    "group_id": group.id,
                    "amount": 100,
                    "receipt": "R-18",
                    "reason": "Box under repair",
                    "journal_id": self.company_data["default_journal_cash"].id,
                    "received_on": "2026-01-10",
                }
            )
        )
        self.assertEqual(held.currency_id, box)
        held.action_book()
        move = held.move_id.sudo()
        self.assertEqual(move.partner_id, group.sudo().partner_id)
        self.assertEqual(move.line_ids.partner_id, group.sudo().partner_id)
        self.assertEqual(move.line_ids.currency_id, box)
        self.assertEqual(sorted(move.line_ids.mapped("amount_currency")), [-100, 100])
        self.assertEqual(sorted(move.line_ids.mapped("balance")), [-25, 25])
        for step, state, balance in (
            (move.action_post, "held", 100),
            (move.button_draft, "draft", 0),
            (move.button_cancel, "draft", 0),
            (held.action_book, "draft", 0),
            (lambda: held.move_id.sudo().action_post(), "held", 100),
        ):
            step()
            self.assertEqual((held.state, held.balance), (state, balance))
        back = held.move_id.sudo()._reverse_moves(cancel=True)
        self.assertEqual(back.state, "posted")
        self.assertEqual((held.state, held.balance), ("draft", 0))

    @mute_logger(*LOGGERS)
    def test_who_sees_the_organisations_money(self):
        support = (
            self.env["savings.support"]
            .with_user(self.manager)
            .create({"group_id": self.group.id, "amount": 40})
        )
        with self.assertRaises(AccessError):
            support.with_user(self.agent).read(["amount"])
        with self.assertRaises(AccessError):
            self.env["savings.held.fund"].with_user(self.agent).search([])
        with self.assertRaises(AccessError):
            self.env["savings.held.fund"].with_user(self.manager).create({})
        with self.assertRaises(AccessError):
            support.with_user(self.finance).unlink()
        with self.assertRaises(AccessError):
            support.with_user(self.finance).write({"state": "posted"})
