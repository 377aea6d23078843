import base64
from datetime import date

from odoo import fields
from odoo.fields import Command

from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.plans import keep_plans, kept_plan
from odoo.addons.remediation_base.tests.worlds import made_once

PAPER = base64.b64encode(b"%PDF-1.4 signed by the factory and the purchaser")
#: Until when MMJ's and everybody else's school year lasts.
SCHOOL_ENDS = "6"


class AgreementCommon(RemediationCommon):
    """An agreement of a purchaser, a factory, an NGO and the family over a site."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.usd.active = True
        cls.purchaser, cls.factory, cls.ngo = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": True}
                for name in ("Purchaser", "Factory", "Helpers")
            ]
        )

    @classmethod
    def _people(cls):
        return super()._people() | {
            "coordinator_2": "group_coordinator",
            "accountant": "account.group_account_invoice",
        }

    @classmethod
    def _party(cls, role, partner, share, **vals):
        return Command.create(
            {
                "role": role,
                "partner_id": partner and partner.id,
                "share": share,
                **vals,
            }
        )

    @classmethod
    def _parties(cls):
        return [
            cls._party("purchaser", cls.purchaser, 60.0),
            cls._party("operator", cls.factory, 33.33),
            cls._party("ngo", cls.ngo, 6.67),
            cls._party("family", False, 0.0),
        ]

    @classmethod
    def _agreement_values(cls, **vals):
        return {
            "date_start": fields.Date.to_date("2026-09-01"),
            "end_rule": "working_age",
            "school_ends": SCHOOL_ENDS,
            "currency_id": cls.usd.id,
            "signed_on": cls.today,
            "paper": PAPER,
            "paper_name": "agreement.pdf",
            "party_ids": cls._parties(),
            **vals,
        }

    @classmethod
    def _new_agreement(cls, user=None, **vals):
        return (
            cls.env["remediation.agreement"]
            .with_user(user or cls.supervisor)
            .create(cls._agreement_values(**vals))
        )

    @classmethod
    def _approved_agreement(cls, **vals):
        agreement = cls._new_agreement(**vals)
        agreement.action_submit()
        cls._seen(agreement, cls.coordinator).action_approve()
        return agreement

    @classmethod
    def _new_child(cls, agreement, case=None, **vals):
        case = case or cls._new_case()
        return (
            cls.env["remediation.agreement.child"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "agreement_id": agreement.id,
                    "date_start": agreement.date_start,
                    "cost_ids": [
                        Command.create(
                            {
                                "kind": "stipend",
                                "amount": 60.0,
                                "every": "month",
                                "date_from": agreement.date_start,
                            }
                        )
                    ],
                    **vals,
                }
            )
        )

    @classmethod
    def _approved_child(cls, agreement, case=None, **vals):
        child = cls._new_child(agreement, case, **vals)
        child.action_submit()
        cls._seen(child, cls.supervisor).action_approve()
        return child


class BillsCommon(AgreementCommon):
    """A supplier, the accounts and two grants; what was given and its bills."""

    @classmethod
    def setUpClass(cls):
        keep_plans("Payers")
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        account = cls.env["account.account"]
        cls.expense = account.create(
            {"code": "632901", "name": "Support", "account_type": "expense"}
        )
        payable = account.create(
            {
                "code": "401901",
                "name": "Payable",
                "account_type": "liability_payable",
                "reconcile": True,
            }
        )
        cls.env["account.journal"].create(
            {
                "name": "Bills",
                "code": "BLL9",
                "type": "purchase",
                "default_account_id": cls.expense.id,
                "company_id": cls.company.id,
            }
        )
        cls.school = cls.env["res.partner"].create({"name": "A school"})
        cls.school.with_company(cls.company).property_account_payable_id = payable.id
        cls.company.agreement_expense_account_id = cls.expense
        cls.stock = account.create(
            {"code": "311901", "name": "Kits", "account_type": "asset_current"}
        )
        cls.company.agreement_stock_account_id = cls.stock
        cls.env["account.journal"].create(
            {
                "name": "Miscellaneous",
                "code": "MSC8",
                "type": "general",
                "company_id": cls.company.id,
            }
        )
        plan = kept_plan(cls.env, "Payers")
        cls.grant_p, cls.grant_f = cls.env["account.analytic.account"].create(
            [
                {"name": name, "plan_id": plan.id, "company_id": cls.company.id}
                for name in ("Purchaser", "Factory")
            ]
        )
        cls.day = date(2026, 10, 12)
        cls.agreement = cls._approved_agreement(
            party_ids=[
                cls._party(
                    "purchaser",
                    cls.purchaser,
                    66.67,
                    analytic_account_id=cls.grant_p.id,
                ),
                cls._party(
                    "operator", cls.factory, 33.33, analytic_account_id=cls.grant_f.id
                ),
            ]
        )

    def _case(self):
        case = self._new_case()
        self._approved_child(self.agreement, case)
        return case

    def _give(self, case, cost, **vals):
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
                "date": self.day,
                "cost": cost,
                "currency_id": self.company.currency_id.id,
                "provider_id": self.school.id,
                **vals,
            }
        )

    def _draft(self, user=None, month=None):
        wizard = (
            self.env["remediation.support.bill"]
            .with_user(user or self.accountant)
            .create({"month": month or self.day, "account_id": self.expense.id})
        )
        action = wizard.action_draft()
        return self.env["account.move"].search(action["domain"])
