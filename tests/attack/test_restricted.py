"""What opens by a duty alone, found by itself: every model of a survivor's file that
no rung of case work reads, tried by every role and every door; what a duty reads of it
leaves a row in the log, and nothing of it is in what people are told."""

from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.case_survivor.tests.common import DUTIES
from odoo.addons.case_survivor_cash.tests.common import RecoveryCommon

MARK = "zqzrestricted"
#: They stand here so that none is lost: the test finds them by their rights.
RESTRICTED = {
    "remediation.person.of.interest",
    "remediation.person.of.interest.role",
    "remediation.money.account",
    "remediation.money.transfer",
    "remediation.survivor.debt",
    "remediation.survivor.wage",
    "remediation.legal.matter",
    "remediation.legal.date",
    "remediation.recovery",
}
#: Money by code is finance's own work.
CASH = "cash_transfer.group_cash_"
LOGGERS = (
    "odoo.addons.remediation_base.models.remediation_access_logged",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.models",
)
ROLES = (
    *("worker", "worker_2", "worker_other", "supervisor", "coordinator"),
    *("monitor", "auditor", "safeguarding", "data_protection", "admin_like"),
    *("plain_user", "portal_manager", "portal_supervisor", "portal_reporter"),
    *("portal_provider", "portal_observer", "worker_company_b"),
    *("officer", "approver", "releaser", "reconciler"),
)
#: Where something could be told to somebody.
TOLD = ("mail.message", "mail.activity", "mail.mail", "mail.notification", "bus.bus")


@tagged("post_install", "-at_install")
class TestRestricted(RecoveryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.told_before = {name: cls.env[name].search([]).ids for name in TOLD}
        person = cls._person(
            full_name=MARK, aliases=MARK, phone=MARK, company_id=cls.company.id
        )
        role = cls._make(
            "person.of.interest.role",
            cls.case,
            person_id=person.id,
            role="recruiter",
            known_as=MARK,
        )
        account = cls._make(
            "money.account", cls.case, kind="bank", provider=MARK, note=MARK
        )
        transfer = cls._make(
            "money.transfer",
            cls.case,
            direction="for_exploiter",
            amount=40.0,
            note=MARK,
        )
        debt = cls._make(
            "survivor.debt", cls.case, purpose="travel", amount=900.0, terms=MARK
        )
        wage = cls._make("survivor.wage", cls.case, claimed=300.0, note=MARK)
        matter = cls._awarded(summary=MARK, reference=MARK)
        date = (
            cls.env["remediation.legal.date"]
            .with_user(cls.trace_worker)
            .create(
                {
                    "matter_id": matter.id,
                    "kind": "appeal",
                    "date": "2031-03-01 09:00:00",
                    "place": MARK,
                    "note": MARK,
                }
            )
        )
        recovery = cls._recovery(matter, 10.0, proof=MARK)
        cls.stay = cls._make(
            "shelter.stay",
            cls.case,
            kind="shelter",
            date_from=cls.today,
            address=MARK,
        )
        cls.rows = {
            record._name: record.with_env(cls.env)
            for record in (
                *(person, role, account, transfer, debt, wage),
                *(matter, date, recovery),
            )
        }
        cls.env.flush_all()

    def _found(self):
        """The stored models of the product that the duties of survivors read, and no
        group but theirs and those of cash."""
        duties = {self.env.ref(name) for name in DUTIES.split(",")}
        cash = {
            self.env.ref(f"{CASH}{duty}")
            for duty in ("officer", "approver", "releaser", "reconciler")
        }
        readers = {}
        for right in self.env["ir.model.access"].search([("perm_read", "=", True)]):
            model = right.model_id.model
            readers.setdefault(model, set()).add(right.group_id)
        return {
            name
            for name, groups in readers.items()
            if name in self.env
            and not self.env[name]._transient
            and groups & duties
            and groups <= duties | cash
        }

    def _doors(self, model, ids, name):
        """``(method, arguments, keywords)`` of every way to read one field."""
        whole = [("id", "in", ids)]
        text = [(name, "ilike", MARK)]
        return (
            ("read", [ids, [name]], {}),
            ("web_read", [ids, {name: {}}], {}),
            ("search_read", [whole, [name]], {}),
            ("web_search_read", [whole, {name: {}}], {}),
            ("name_search", [MARK], {}),
            ("search", [text], {}),
            ("search_count", [text], {}),
            ("search", [whole], {"order": name}),
            ("formatted_read_group", [whole, [name], ["__count"]], {}),
            ("web_read_group", [whole, [name]], {"aggregates": ["__count"]}),
            ("export_data", [ids, [name]], {}),
            ("copy", [ids], {}),
            ("get_metadata", [ids], {}),
        )

    @staticmethod
    def _field(model):
        """A text that was marked."""
        names = ("full_name", "known_as", "summary", "note", "terms", "proof")
        return next(name for name in names if name in model._fields)

    def test_each_is_known_by_its_rights(self):
        self.assertEqual(self._found(), RESTRICTED)
        self.assertEqual(RESTRICTED, self.rows.keys())

    @mute_logger(*LOGGERS)
    def test_no_other_role_reads_one_by_any_door(self):
        for role in ROLES[:5]:
            getattr(self, role).group_ids |= self.env.ref("base.group_allow_export")
        tried = 0
        for role in ROLES:
            user = getattr(self, role)
            for name, record in self.rows.items():
                model = self.env(user=user.id)[name]
                field = self._field(model)
                for method, args, kwargs in self._doors(model, record.ids, field):
                    tried += 1
                    with self.subTest(role=role, model=name, method=method):
                        answer = None
                        with suppress(UserError), self.env.cr.savepoint():
                            answer = call_kw(model, method, args, dict(kwargs))
                        self.assertFalse(answer, "it was told something")
        self.assertGreater(tried, 1000)

    @mute_logger(*LOGGERS)
    def test_no_case_leads_to_one(self):
        """Neither its lists, nor a search or a group through them, tells anything."""
        links = {
            name: field
            for name, field in self.env["remediation.case"]._fields.items()
            if field.type == "one2many" and field.comodel_name in RESTRICTED
        }
        self.assertGreater(len(links), 5)
        for user in (self.supervisor, self.coordinator, self.auditor, self.monitor):
            cases = self.env(user=user.id)["remediation.case"]
            for name, field in links.items():
                inner = f"{name}.{self._field(self.env[field.comodel_name])}"
                for method, args in (
                    ("read", [self.case.ids, [name]]),
                    ("web_read", [self.case.ids, {name: {"fields": {}}}]),
                    ("search", [[(name, "!=", False)]]),
                    ("search", [[(inner, "ilike", MARK)]]),
                    ("search_read", [[], [name]]),
                    ("export_data", [self.case.ids, [f"{name}/id"]]),
                    ("formatted_read_group", [[], [name], ["__count"]]),
                ):
                    with (
                        self.subTest(user=user.login, link=name, method=method),
                        self.assertRaises(UserError),
                        self.env.cr.savepoint(),
                    ):
                        call_kw(cases, method, args, {})

    @mute_logger(*LOGGERS)
    def test_no_message_activity_or_file_hangs_on_one(self):
        for role in ("supervisor", "coordinator", "admin_like", "portal_manager"):
            env = self.env(user=getattr(self, role).id)
            for name, record in self.rows.items():
                for model, values in (
                    ("mail.message", {"model": name, "res_id": record.id}),
                    (
                        "mail.activity",
                        {
                            "res_model_id": self.env["ir.model"]._get_id(name),
                            "res_id": record.id,
                        },
                    ),
                    (
                        "ir.attachment",
                        {"name": "x", "res_model": name, "res_id": record.id},
                    ),
                ):
                    with (
                        self.subTest(role=role, model=name, door=model),
                        self.assertRaises(UserError),
                        self.env.cr.savepoint(),
                    ):
                        env[model].create(values)

    def test_where_a_shelter_is_only_two_duties_read(self):
        for role in ROLES:
            if role == "safeguarding":
                continue
            stay = self.stay.with_user(getattr(self, role))
            for read in (
                lambda stay=stay: stay.read(["address"]),
                lambda stay=stay: stay.search([("address", "ilike", MARK)]),
                lambda stay=stay: stay.formatted_read_group(
                    [], ["address"], ["__count"]
                ),
                lambda stay=stay: stay.search([], order="address"),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    read()
        for user in (self.safeguarding, self.tracer):
            self.assertEqual(self.stay.with_user(user).address, MARK)

    def test_nobody_is_told_anything_of_it(self):
        deadline = self.env["remediation.deadline"].search(
            [("case_id", "=", self.case.id), ("kind", "=", "legal")]
        )
        self.assertTrue(deadline, "a day of the law is a deadline of the case")
        self.env["remediation.deadline"]._cron_watch()
        self.env.flush_all()
        self.env.cr.precommit.run()
        for name, before in self.told_before.items():
            for record in self.env[name].search([("id", "not in", before)]):
                self.assertNotIn(MARK, str(record.read()), name)
        for attachment in self.env["ir.attachment"].search(
            [("res_model", "in", list(RESTRICTED))]
        ):
            self.assertFalse(attachment)

    @mute_logger(*LOGGERS)
    def test_r73_every_look_of_a_duty_leaves_a_row(self):
        """At a person of interest and at each of the others, by each door that
        answers."""
        logs = self.env["remediation.access.log"]
        for name, record in self.rows.items():
            model = self.env(user=self.tracer.id)[name]
            field = self._field(model)
            for method, args, kwargs in self._doors(model, record.ids, field):
                if method in ("copy", "get_metadata", "export_data"):
                    continue
                self._begin_another_slot()
                self.env.invalidate_all()
                before = logs.search_count([("user_id", "=", self.tracer.id)])
                with suppress(UserError), self.env.cr.savepoint():
                    answer = call_kw(model, method, args, dict(kwargs))
                self.env.cr.precommit.run()
                after = logs.search_count([("user_id", "=", self.tracer.id)])
                with self.subTest(model=name, method=method, order=bool(kwargs)):
                    self.assertTrue(after > before or not answer)

    @classmethod
    def _begin_another_slot(cls):
        """What was read so far was read earlier: one look in ten minutes is one row."""
        cls.env.cr.flush()
        table = "remediation_access_log"
        cls.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cls.env.cr.execute(f"UPDATE {table} SET slot = slot - 1000")
        cls.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
