from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SavingsCommon

BOOKS = (
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


@tagged("post_install", "-at_install")
class TestAccess(SavingsCommon):
    """Role × model × operation, one by one, with the former agent and others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        meeting = cls.cycle._open_meetings(cls._day(1))
        meeting.line_ids.write({"shares": 2})
        meeting.line_ids[0].loan_given = 500
        cls.env["savings.meeting.entry"].with_user(cls.agent).create(
            {
                "meeting_id": meeting.id,
                "kind": "income",
                "amount": 10,
                "explanation": "Sale of a stool",
            }
        )
        meeting.action_take_expected()
        meeting.action_validate()
        cls.cycle.action_share_out()
        cls.company_b = cls.env["res.company"].create({"name": "Other"})
        cls.manager_b = new_test_user(
            cls.env,
            "savings_manager_b",
            groups="savings_group.group_savings_manager",
            company_id=cls.company_b.id,
            company_ids=[Command.set(cls.company_b.ids)],
        )

    def _records(self, model):
        # sudo: the test looks at the records that the roles are refused.
        return self.env[model].sudo().search([("group_id", "=", self.group.id)])

    def _assert_refused(self, user, model, operations=("read", "write", "unlink")):
        record = self._records(model)[:1].with_user(user)
        self.assertTrue(record, model)
        for operation in operations:
            with self.assertRaises(
                AccessError, msg=f"{user.login} {operation} {model}"
            ):
                record.invalidate_recordset()
                if operation == "read":
                    record.read(["display_name"])
                elif operation == "write":
                    record.check_access("write")
                else:
                    record.check_access("unlink")
        if record.has_access("read"):
            return
        try:
            found = record.search([("id", "=", record.id)])
        except AccessError:
            found = record.browse()
        self.assertFalse(found, f"{user.login} finds {model}")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_refusals(self):
        for model in BOOKS:
            for user in (
                self.agent_other,
                self.manager_b,
                self.case_worker,
                self.finance,
                self.plain_user,
            ):
                self._assert_refused(user, model)

    def test_agent_and_manager_read_the_books(self):
        for model in BOOKS:
            for user in (self.agent, self.manager):
                records = self._records(model).with_user(user)
                self.assertTrue(records)
                records.read(["display_name"])
                self.assertEqual(
                    len(records.search([("id", "in", records.ids)])), len(records)
                )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_deletes(self):
        for model in BOOKS:
            if model == "savings.meeting.entry":
                continue
            for user in (self.agent, self.manager):
                with self.assertRaises(AccessError):
                    self._records(model)[:1].with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.group.with_user(self.manager).unlink()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_former_agent_sees_nothing(self):
        self.group.with_user(self.manager).agent_id = self.agent_other
        self.env.flush_all()
        for model in BOOKS:
            self._assert_refused(self.agent, model)
            self._records(model).with_user(self.agent_other).read(["display_name"])
        with self.assertRaises(AccessError):
            self.group.with_user(self.agent).read(["label"])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_create_for_a_group_of_another_agent(self):
        for model, vals in (
            ("savings.member", {"group_id": self.group.id, "full_name": "X"}),
            ("savings.cycle", {"group_id": self.group.id}),
            (
                "savings.loan",
                {"membership_id": self.members[0].id, "amount": 5},
            ),
        ):
            for user in (
                self.agent_other,
                self.case_worker,
                self.finance,
                self.plain_user,
                self.manager_b,
            ):
                with self.assertRaises(UserError, msg=f"{user.login} {model}"):
                    self.env[model].with_user(user).create(vals)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_case_worker_reads_the_register_of_groups_alone(self):
        group = self.group.with_user(self.case_worker)
        self.assertEqual(group.read(["label", "room"])[0]["label"], "Tujenge")
        for field in ("member_ids", "cycle_ids", "constitution", "current_cycle_id"):
            with self.assertRaises(AccessError):
                group.read([field])
        with self.assertRaises(AccessError):
            group.write({"label": "x"})
        with self.assertRaises(AccessError):
            group.search([("member_ids.full_name", "ilike", "Furaha")])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_worker_who_is_agent_too_writes_own_groups_alone(self):
        both = self._new_user(
            "both",
            "savings_group.group_field_agent,child_remediation.group_case_worker",
        )
        for vals in ({"label": "x"}, {"agent_id": both.id}):
            with self.assertRaises(AccessError):
                self.group.with_user(both).write(vals)
        with self.assertRaises(AccessError):
            self.group.with_user(both).unlink()
        with self.assertRaises(AccessError):
            self._new_group(agent=both, agent_id=self.agent.id)
        own = self._new_group(agent=both)
        own.label = "Own"
        self.assertEqual(own.label, "Own")

    def test_no_label_carries_a_name(self):
        for model in BOOKS:
            for name in self._records(model).mapped("display_name"):
                self.assertNotIn("Furaha", name or "")

    def test_every_record_is_written_by_the_system_user(self):
        root = self.env.ref("base.user_root")
        for model in (*BOOKS, "savings.group"):
            records = self.group if model == "savings.group" else self._records(model)
            # sudo: nobody reads who wrote what, or when
            self.assertEqual(records.sudo().create_uid, root, model)
