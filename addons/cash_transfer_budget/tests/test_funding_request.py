from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import DUTIES, CashCommon

READERS = {*DUTIES, "auditor"}
PEOPLE = READERS | {"worker", "supervisor", "coordinator", "plain_user", "admin_like"}
PEOPLE |= {"portal_manager", "portal_supervisor", "portal_provider", "data_protection"}


@tagged("post_install", "-at_install")
class TestFundingRequest(CashCommon):
    """The treasurer is asked for the next cycles: made from the forecast, approved by
    a second person, closed and printed."""

    def _request(self, user=None, **vals):
        for _number in range(2):
            self._new_entitlement()
        request = (
            self.env["cash.funding.request"]
            .with_user(user or self.officer)
            .with_company(self.company)
            .create({"date_from": self.period, "cycles": 3, **vals})
        )
        request.action_fill()
        return request

    def test_a_request_is_what_the_forecast_says(self):
        self.provider.fee_fixed = 0.5
        request = self._request()
        self.assertEqual(request.line_ids.mapped("due"), [61, 61, 61])
        self.assertEqual(request.line_ids.mapped("amount"), [61, 61, 61])
        self.assertEqual(request.line_ids.grant_id, self.grant)
        self.assertEqual(request.line_ids.provider_id, self.provider)
        self.assertEqual(request._get_totals(), [(self.usd, 183)])
        request.line_ids[0].amount = 50
        self.assertEqual(request._get_totals(), [(self.usd, 172)])
        request.action_fill()
        self.assertEqual(request._get_totals(), [(self.usd, 183)])

    def test_r37_who_asks_does_not_approve(self):
        both = self._new_user(
            "asks_and_approves",
            "cash_transfer.group_cash_officer,cash_transfer.group_cash_approver",
            self.company,
        )
        request = self._request(both)
        request.action_ask()
        with self.assertRaises(AccessError):
            self._seen(request).action_approve()
        with self.assertRaises(AccessError):
            self._seen(request, self.officer).action_approve()
        with self.assertRaises(UserError):
            request.with_user(self.releaser).action_funded()
        with self.assertRaisesRegex(UserError, "sign what the page shows"):
            request.with_user(self.approver).action_approve()
        self._seen(request, self.approver).action_approve()
        self.assertEqual(request.approved_by_id, self.approver)
        with self.assertRaises(AccessError):
            request.with_user(self.approver).action_funded()
        request.with_user(self.releaser).action_funded()
        self.assertEqual(
            (request.state, request.funded_by_id.id), ("funded", self.releaser.id)
        )

    def test_r62_what_is_asked_is_closed(self):
        request = self._request()
        request.action_ask()
        line = request.line_ids[0]
        for change in (
            lambda: line.write({"amount": 1}),
            lambda: line.unlink(),
            lambda: request.write({"cycles": 1}),
            lambda: request.write({"line_ids": [Command.clear()]}),
            lambda: request.action_fill(),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                change()
        for name, value in (("due", 1), ("held", 1)):
            with self.assertRaises(UserError), self.cr.savepoint():
                line.write({name: value})
        request.with_user(self.approver).action_decline("Two months suffice")
        self.assertEqual(
            (request.state, request.decline_reason), ("draft", "Two months suffice")
        )
        self.assertFalse(request.asked_by_id)
        line.amount = 1

    def test_an_empty_request_is_not_asked(self):
        request = self._request()
        request.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "fill the request first"):
            request.action_ask()
        with self.assertRaises(ValidationError):
            request.date_from = self.period.replace(day=2)

    def test_the_paper_says_who_and_how_much_and_no_name(self):
        request = self._request()
        request.action_ask()
        self._seen(request, self.approver).action_approve()
        html = (
            self.env["ir.actions.report"]
            .with_user(self.officer)
            ._render_qweb_html(
                "cash_transfer_budget.report_funding_request", request.ids
            )[0]
            .decode()
        )
        for text in (request.name, self.officer.name, self.approver.name, "180.00"):
            self.assertIn(text, html)
        for name in self.names:
            self.assertNotIn(name, html)

    def test_who_reads_and_who_asks(self):
        request = self._request().with_env(self.env)
        self.env.flush_all()
        writers = {"officer", "approver", "releaser"}
        for login in PEOPLE:
            for record in (request, request.line_ids[0]):
                mine = record.with_user(getattr(self, login))
                self.assertEqual(mine.has_access("read"), login in READERS, login)
                wanted = {"officer"} if record != request else writers
                self.assertEqual(mine.has_access("write"), login in wanted, login)
                for operation in ("create", "unlink"):
                    self.assertEqual(
                        mine.browse().has_access(operation), login == "officer", login
                    )
        foreign = self._new_user(
            "foreign_request", "cash_transfer.group_cash_officer", self.company_b
        )
        self.assertFalse(request.with_user(foreign).has_access("read"))
        with self.assertRaises(AccessError):
            request.with_user(foreign).action_ask()
