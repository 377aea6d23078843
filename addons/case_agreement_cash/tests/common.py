from datetime import timedelta

from odoo.addons.case_agreement.tests.common import AgreementCommon
from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.remediation_base.tools.money import Money


class HistoryCommon(AgreementCommon, CashCommon):
    """A child under an agreement of two grants, which pay two families cash too."""

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
