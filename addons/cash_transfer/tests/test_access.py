from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CashCommon

CASH = ("officer", "approver", "releaser", "reconciler")
SUPERVISORS = ("supervisor", "supervisor_2", "supervisor_other", "coordinator")
CASE_STAFF = ("worker", "worker_2", "worker_other", *SUPERVISORS)
PORTAL_STAFF = ("portal_manager", "portal_manager_other", "portal_supervisor")
OWNED = ("payee", "payment.method", "entitlement", "entitlement.funding", "cycle.line")
OWNED += ("verification.answer",)
#: model → who reads a row of it; nobody else, and nobody deletes but where named.
READERS = {
    "payee": {
        "worker",
        "supervisor",
        "supervisor_2",
        "coordinator",
        "auditor",
        "data_protection",
        "safeguarding",
        *CASH,
    },
    "payment.method": {
        "worker",
        "supervisor",
        "supervisor_2",
        "coordinator",
        "auditor",
        "data_protection",
        *CASH,
    },
    "entitlement": {
        "worker",
        "supervisor",
        "supervisor_2",
        "coordinator",
        "auditor",
        "data_protection",
        "safeguarding",
        *CASH,
    },
    "entitlement.funding": {
        "worker",
        "supervisor",
        "supervisor_2",
        "coordinator",
        "auditor",
        "data_protection",
        *CASH,
    },
    "cycle.line": {
        "worker",
        "supervisor",
        "supervisor_2",
        "coordinator",
        "auditor",
        "data_protection",
        "safeguarding",
        *CASH,
    },
    "payment.plan": {"auditor", *CASH},
    "payment.line": {"auditor", *CASH},
    "payment.split": {"auditor", *CASH},
    "approval": {"auditor", *CASH},
    "movement": {"auditor", *CASH},
    "dispute": {"auditor", *CASH},
    "reconciliation": {"auditor", *CASH},
    "reconciliation.row": {"auditor", *CASH},
    "worklist": {"auditor", *CASH},
    "change": {"auditor", "admin_like", *CASH},
    "ledger.check": {"auditor", *CASH},
    "verification.answer": {
        "worker",
        "supervisor",
        "supervisor_2",
        "coordinator",
        "auditor",
        "data_protection",
        "officer",
        "reconciler",
    },
    "cycle": {"auditor", *SUPERVISORS, *CASH},
    "verification": {"auditor", *SUPERVISORS, *CASH},
    "scheme": {"auditor", *CASE_STAFF, *PORTAL_STAFF, *CASH},
    "purpose": {"auditor", *CASE_STAFF, *PORTAL_STAFF, *CASH},
    "provider": {"auditor", *CASE_STAFF, *PORTAL_STAFF, *CASH},
    "provider.column": {"auditor", *CASH},
    "report.profile": {"auditor", *CASH},
    "report.column": {"auditor", *CASH},
    "report.word": {"auditor", *CASH},
    "grant": {"auditor", *CASE_STAFF, *CASH},
    "grant.exchange": {"auditor", "releaser"},
    "school.year": {"auditor", *CASE_STAFF, *CASH},
    "school.holiday": {"auditor", *CASE_STAFF, *CASH},
    "approval.rule": {"auditor", "admin_like", *CASH},
    "duty.pair": {"auditor", "admin_like", *CASH},
    "deputy": {"auditor", "admin_like", *CASH},
}
#: model → who writes and makes rows of it.
WRITERS = {
    "payment.plan": {"officer"},
    "reconciliation": {"reconciler"},
    "cycle": {"officer"},
    "verification": {"reconciler"},
    "scheme": {"officer"},
    "purpose": {"officer"},
    "provider": {"releaser"},
    "provider.column": {"releaser"},
    "report.profile": {"releaser", "reconciler"},
    "report.column": {"releaser", "reconciler"},
    "report.word": {"releaser", "reconciler"},
    "grant": {"releaser"},
    "grant.exchange": {"releaser"},
    "school.year": {"officer"},
    "school.holiday": {"officer"},
    "approval.rule": {"admin_like"},
    "duty.pair": {"admin_like"},
    "deputy": {"admin_like"},
}
#: Who writes these may delete them; of no other model does anybody.
DELETED = {
    "provider.column",
    "report.column",
    "report.word",
    "school.year",
    "school.holiday",
    "approval.rule",
    "duty.pair",
    "deputy",
}
PEOPLE = (
    "worker",
    "worker_2",
    "worker_other",
    "supervisor",
    "supervisor_2",
    "supervisor_other",
    "coordinator",
    "monitor",
    "auditor",
    "safeguarding",
    "data_protection",
    "plain_user",
    "admin_like",
    "portal_manager",
    "portal_manager_other",
    "portal_supervisor",
    "portal_reporter",
    "portal_provider",
    "portal_observer",
    "worker_company_b",
    "coordinator_company_b",
    *CASH,
)


@tagged("post_install", "-at_install")
class TestAccess(CashCommon):
    """Who reads, searches, writes, creates and deletes what, one by one (R26–R27)."""

    def _records(self):
        self.provider.settlement_days = 0
        self.grant.budget = 999_999
        plan = self._paid_plan(2)
        self._report(
            plan,
            [
                {"payment": plan.line_ids[0].name, "amount": 31},
                {"payment": "P-777777", "amount": 1},
            ],
        )
        self.env["cash.transfer.ledger.check"]._store(
            self.provider, plan, [(plan, self.provider, "money", self.usd, 1.0, 2.0)]
        )
        self._make_the_others(plan)
        self.env.flush_all()
        return {
            name: self._one_of(self.env[f"cash.transfer.{name}"]) for name in READERS
        }

    def _one_of(self, model):
        """A record of the company, the latest."""
        domain = []
        if "company_id" in model._fields and model._fields["company_id"].store:
            domain = [("company_id", "=", self.company.id)]
        return model.search(domain, limit=1, order="id desc")

    def _make_the_others(self, plan):
        """A row of each model that a payment does not bring with it."""
        env, company = self.env, {"company_id": self.company.id}
        env["cash.transfer.purpose"].create({"name": "Own", "code": "own", **company})
        env["cash.transfer.report.word"].create(
            {
                "profile_id": self.report_profile.id,
                "word": "Sent home",
                "meaning": "failed",
                "failure_reason": "other",
            }
        )
        env["cash.transfer.grant.exchange"].with_user(self.releaser).create(
            {
                "from_grant_id": self.grant.id,
                "to_grant_id": self.grant_b.id,
                "date": fields.Date.add(self.period, months=1),
                "reason": "It ends",
            }
        )
        env["cash.transfer.school.year"].with_user(self.officer).create(
            {
                "name": "This Year",
                "date_start": self.period,
                "date_end": fields.Date.add(self.period, months=9),
                "holiday_ids": [
                    fields.Command.create(
                        {
                            "name": "Holidays",
                            "date_from": self.period,
                            "date_to": self.period,
                        }
                    )
                ],
            }
        )
        env["cash.transfer.approval.rule"].create({"name": "Board", **company})
        env["cash.transfer.deputy"].create(
            {
                "user_id": self.officer.id,
                "deputy_id": self.officer_2.id,
                "duty": "prepare",
                "date_from": self.today,
                "date_to": self.today,
                **company,
            }
        )
        verification = env["cash.transfer.verification"].with_user(self.reconciler)
        verification.create({"plan_id": plan.id, "margin": 20}).action_draw()

    def test_every_model_has_a_row(self):
        """A new model without a row fails here."""
        models = {
            name.removeprefix("cash.transfer.")
            for name, model in self.env.registry.items()
            if name.startswith("cash.transfer.")
            and not (model._abstract or model._transient)
        }
        self.assertEqual(models, set(READERS))

    def test_read_search_write_create_unlink_one_by_one(self):
        for name, record in self._records().items():
            self.assertTrue(record, name)
            for login in PEOPLE:
                mine = record.with_user(getattr(self, login))
                may = login in READERS[name]
                with self.subTest(model=name, user=login):
                    self.assertEqual(mine.has_access("read"), may, "read")
                    if mine.browse().has_access("read"):
                        self.assertEqual(
                            bool(mine.search([("id", "=", record.id)])), may, "search"
                        )
                    else:
                        with self.assertRaises(AccessError):
                            mine.search([])
                    writes = login in WRITERS.get(name, ())
                    if name != "entitlement.funding":
                        self.assertEqual(
                            mine.has_access("unlink"),
                            writes and name in DELETED,
                            "unlink",
                        )
                    if name in OWNED:
                        continue
                    self.assertEqual(mine.has_access("write"), writes, "write")
                    self.assertEqual(mine.browse().has_access("create"), writes)

    def test_former_holder_and_other_company_see_nothing(self):
        entitlement = self._new_entitlement()
        self.assertTrue(entitlement.with_user(self.worker).has_access("read"))
        entitlement.case_id.with_user(self.supervisor).action_assign(
            self.manager_2.id, reason="Leave"
        )
        self.env.flush_all()
        for record in (
            entitlement,
            entitlement.payee_id,
            entitlement.payee_id.method_ids,
            entitlement.funding_ids,
        ):
            self.assertFalse(record.with_user(self.worker).has_access("read"))
            self.assertTrue(record.with_user(self.worker_2).has_access("read"))
        foreign = self._new_user(
            "foreign_officer", "cash_transfer.group_cash_officer", self.company_b
        )
        self.assertFalse(entitlement.with_user(foreign).has_access("read"))
        self.assertFalse(self.scheme.with_user(foreign).has_access("read"))

    def test_protected_fields_of_every_model(self):
        """create and write refuse each protected field for everybody."""
        for name, record in self._records().items():
            if not hasattr(record, "_get_protected_fields"):
                continue
            for field in sorted(record._get_protected_fields()):
                if record._fields[field].type in ("one2many", "many2many"):
                    continue
                with self.subTest(model=name, field=field):
                    with self.assertRaises(AccessError):
                        record.write({field: record[field]})
                    with self.assertRaises(AccessError):
                        record.create({field: False})

    def test_labels_carry_codes_not_names(self):
        for record in self._records().values():
            if "display_name" in record._fields:
                for secret in ("Mama Secret", "Amani", "Hidden", "Zq", "+243"):
                    self.assertNotIn(secret, record.display_name or "")

    def test_a_button_asks_for_what_its_step_needs(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        day = self.today + timedelta(days=1)
        self._report(plan, [{"payment": line.name, "amount": 30, "date": day}])
        mine = line.with_user(self.reconciler)
        window = mine.action_delivered()
        self.assertEqual(window["res_model"], "remediation.step.window")
        windows = mine.env["remediation.step.window"].with_context(**window["context"])
        form = Form(windows)
        form.text_1 = "Wrong clock"
        form.date_1 = self.today
        form.save().action_apply()
        self.assertEqual((line.status, line.delivered_on), ("delivered", self.today))
