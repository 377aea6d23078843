from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CashCommon

CASH = ("officer", "approver", "releaser", "reconciler")
OWNED = ("payee", "payment.method", "entitlement", "entitlement.funding", "cycle.line")
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
    "reconciliation.row": {"auditor", "officer", "releaser", "reconciler"},
    "worklist": {"auditor", *CASH},
    "change": {"auditor", "admin_like", *CASH},
    "ledger.check": {"auditor", *CASH},
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
        self.env.flush_all()
        return {
            name: self.env[f"cash.transfer.{name}"].search([], limit=1)
            for name in READERS
        }

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
                    self.assertFalse(
                        name != "entitlement.funding" and mine.has_access("unlink"),
                        "unlink",
                    )
                    if name in OWNED:
                        continue
                    writes = mine.has_access("write")
                    self.assertEqual(
                        writes,
                        (name, login)
                        in (
                            ("payment.plan", "officer"),
                            ("reconciliation", "reconciler"),
                        ),
                        "write",
                    )
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
            if name == "worklist":
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
