from collections import defaultdict
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.case_agreement.tests.common import AgreementCommon
from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.remediation_base.tools.money import Money

KINDS = ("bill", "fees", "stock")


@tagged("post_install", "-at_install")
class TestHistory(AgreementCommon, CashCommon):
    """Whatever is given, billed, taken from the stock, paid out and taken back: by
    grant and by month it is what the ledger shows, and no entry names a child."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls.env["account.account"].create(
            {"code": "658901", "name": "Support", "account_type": "expense"}
        )
        cls.stock = cls.env["account.account"].create(
            {"code": "311901", "name": "Kits", "account_type": "asset_current"}
        )
        cls.company.write(
            {
                "agreement_expense_account_id": cls.support.id,
                "agreement_stock_account_id": cls.stock.id,
            }
        )
        for kind, code in (("purchase", "BIL9"), ("general", "MSC8")):
            cls.env["account.journal"].create(
                {"name": kind, "code": code, "type": kind}
            )
        cls.school = cls.env["res.partner"].create({"name": "A school"})
        cls.school.with_company(
            cls.company
        ).property_account_payable_id = cls.payable_account
        cls.institution = cls.env["remediation.institution"].create(
            {"name": "School", "partner_id": cls.school.id}
        )
        cls.agreement = cls._approved_agreement(
            date_start=cls.today - timedelta(days=100),
            end_rule="date",
            date_end=cls.today + timedelta(days=300),
            party_ids=[
                cls._party(
                    "purchaser",
                    cls.purchaser,
                    66.67,
                    analytic_account_id=cls.analytic_a.id,
                ),
                cls._party(
                    "operator",
                    cls.factory,
                    33.33,
                    analytic_account_id=cls.analytic_b.id,
                ),
            ],
        )
        cls.child = cls._approved_child(cls.agreement)
        cls.scheme.grant_ids |= cls.grant_b
        for _number in range(2):
            cls._new_entitlement(shares=[(cls.grant, 33.33), (cls.grant_b, 66.67)])
        cls.plan = cls._to(cls._new_plans(cls._new_cycle())[:1], "instructed")
        first = cls.today.replace(day=1)
        cls.days = (first - timedelta(days=10), first)

    # -- what happens -------------------------------------------------------------
    def _give(self, kind, units, day):
        case, money = self.child.case_id, self.company.currency_id
        amount = Money(units, money).amount
        if kind == "fees":
            return self.env["remediation.education.enrolment"].create(
                {
                    "case_id": case.id,
                    "institution_id": self.institution.id,
                    "date_start": day,
                    "fees": amount,
                    "currency_id": money.id,
                }
            )
        action = case.plan_action_ids[:1] or case.plan_action_ids.create(
            {
                "case_id": case.id,
                "domain": "health",
                "is_urgent": True,
                "description": "Care",
            }
        )
        return self.env["remediation.service.delivery"].create(
            {
                "plan_action_id": action.id,
                "date": day,
                "cost": amount,
                "currency_id": money.id,
                "provider_id": self.school.id,
                "is_from_stock": kind == "stock",
            }
        )

    def _bill(self, day):
        wizard = self.env["remediation.support.bill"].with_user(self.accountant)
        wizard = wizard.create({"month": day, "account_id": self.support.id})
        action = wizard.action_draft()
        self.env["account.move"].search(action["domain"]).action_post()

    # -- what it comes to -----------------------------------------------------------
    def _expected(self, given_things, taken_back):
        """``{(analytic account id, month): units}`` from the records of the work."""
        money = self.company.currency_id
        sums = defaultdict(int)

        def add(one, day, sign):
            _day, _label, amount = one._bill_parts()
            shares = one.case_id._analytic_shares(one._bill_parts()[0])
            parts = Money.of(amount, money).split(list(shares.values()))
            for analytic, part in zip(shares, parts, strict=True):
                sums[analytic, day.replace(day=1)] += sign * part.units

        for one, day in given_things:
            add(one, day, 1)
        for one in taken_back:
            add(one, self.days[-1], -1)
        for split in self.plan.line_ids.split_ids:
            for analytic in (self.analytic_a, self.analytic_b):
                if str(analytic.id) in split.analytic_key.split(","):
                    units = Money.of(split.company_posted, money).units
                    sums[analytic.id, self.today.replace(day=1)] += units
        return {key: units for key, units in sums.items() if units}

    def _ledger(self):
        """The same from the posted entries of both expense accounts."""
        money = self.company.currency_id
        sums = defaultdict(int)
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "in", (self.support | self.expense_account).ids),
                ("parent_state", "=", "posted"),
            ]
        )
        for line in lines:
            for keys, share in (line.analytic_distribution or {}).items():
                for analytic in (self.analytic_a, self.analytic_b):
                    if str(analytic.id) in keys.split(","):
                        amount = line.balance * share / 100
                        key = (analytic.id, line.date.replace(day=1))
                        sums[key] += Money.of(amount, money).units
        return {key: units for key, units in sums.items() if units}

    def _no_names(self):
        case = self.child.case_id
        texts = [
            text
            for entry in self.env["account.move"].search([])
            for text in (
                entry.ref,
                entry.narration,
                *entry.line_ids.mapped("name"),
                *entry.line_ids.mapped("ref"),
            )
            if text
        ]
        for word in (case.name, "Mama Secret", "Amani", "Hidden"):
            self.assertFalse([text for text in texts if word in text], word)

    def test_what_was_given_and_paid_is_the_ledger_by_grant_and_month(self):
        """Property: deliveries, fees, things of the stock and payments are the ledger,
        by grant and month, before and after something is taken back."""

        @settings(max_examples=6, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(
                    st.sampled_from(KINDS),
                    st.integers(1, 9_999_999),
                    st.booleans(),
                    st.booleans(),
                ),
                min_size=1,
                max_size=8,
            ),
            st.lists(st.sampled_from((0, 12.34, 30)), min_size=2, max_size=2),
        )
        def check(rows, amounts):
            savepoint = self.env.cr.savepoint()
            try:
                things, back = [], self.env["remediation.service.delivery"]
                for kind, units, second, taken in rows:
                    day = self.days[second]
                    one = self._give(kind, units, day)
                    things.append((one, day))
                    if taken and kind != "fees":
                        back |= one
                for day in sorted({day for _one, day in things}):
                    self._bill(day)
                self._report(
                    self.plan,
                    [
                        {"payment": line.name, "amount": amount}
                        for line, amount in zip(
                            self.plan.line_ids, amounts, strict=True
                        )
                    ],
                )
                self.assertEqual(self._ledger(), self._expected(things, []))
                for one in back:
                    one.with_user(one.case_id.user_id).action_cancel("Twice")
                if back:
                    self._bill(self.days[-1])
                self.assertEqual(self._ledger(), self._expected(things, back))
                self._no_names()
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        check()
