import base64

from odoo import fields
from odoo.fields import Command

from odoo.addons.child_remediation.tests.common import RemediationCommon

PAPER = base64.b64encode(b"%PDF-1.4 signed by the factory and the purchaser")
#: Until when MMJ's and everybody else's school year lasts.
SCHOOL_ENDS = "6"


class AgreementCommon(RemediationCommon):
    """An agreement of a purchaser, a factory, an NGO and the family over a site."""

    @classmethod
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
        agreement.with_user(cls.coordinator).action_approve()
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
        child.with_user(cls.supervisor).action_approve()
        return child
