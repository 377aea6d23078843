from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.plans import keep_plans, kept_plan

LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestEnrolment(RemediationCommon):
    """The joint between a child's plan and a caregiver's group (R51)."""

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "agent": "savings_group.group_field_agent",
            "savings_manager": "savings_group.group_savings_manager",
            "finance": "account.group_account_invoice",
        }

    @classmethod
    def setUpClass(cls):
        keep_plans("Grants")
        super().setUpClass()
        cls.group = (
            cls.env["savings.group"]
            .with_user(cls.agent)
            .create(
                {
                    "label": "Tujenge",
                    "shares_min": 0,
                    "member_ids": [
                        Command.create({"full_name": f"Member {n}"}) for n in range(4)
                    ],
                }
            )
        )
        cls.group.action_new_cycle()
        cls.cycle = cls.group.current_cycle_id
        cls.cycle.date_start = "2026-01-05"
        cls.cycle.action_start()
        cls.case = cls._new_case()
        cls.plan = cls._active_plan(cls.case, actions=("savings_group",))
        cls.action = cls.plan.action_ids

    def _enrolment(self, **values):
        return (
            self.env["savings.enrolment"]
            .with_user(self.worker)
            .create(
                {
                    "action_id": self.action.id,
                    "caregiver_id": self._caregiver(self.case).id,
                    "group_id": self.group.id,
                    **values,
                }
            )
        )

    def _new_member(self):
        return self.group.member_ids.filtered(lambda m: m.full_name == "Mama Secret")

    def test_enrolment_from_the_plan(self):
        enrolment = self._enrolment()
        self.assertEqual(enrolment.status, "planned")
        enrolment.action_enrol()
        self.assertEqual(enrolment.status, "enrolled")
        self.assertEqual(self.action.state, "in_progress")
        shown = self.action.with_user(self.worker).savings_status
        self.assertEqual(shown, "Enrolled, attending 0 %")
        member = self._new_member()
        self.assertEqual(member.number, 5)
        self.assertEqual(member.membership_ids.cycle_id, self.cycle)
        with self.assertRaisesRegex(UserError, "enrolled already"):
            enrolment.action_enrol()

    def test_case_sees_attendance_drop_out_and_completed_cycle(self):
        enrolment = self._enrolment()
        enrolment.action_enrol()
        member = self._new_member().membership_ids
        for day, attendance in (("2026-01-12", "present"), ("2026-01-19", "absent")):
            meeting = self.cycle._open_meetings(day)
            line = meeting.line_ids.filtered(lambda x: x.membership_id == member)
            line.write({"attendance": attendance, "social_in": 0})
            meeting.action_take_expected()
            meeting.action_validate()
        self.env.invalidate_all()
        self.assertEqual(enrolment.attendance_rate, 0.5)
        meeting = self.cycle._open_meetings("2026-01-26")
        member.with_user(self.agent).action_leave("own_wish", "As she wishes")
        meeting.action_take_expected()
        meeting.action_validate()
        self.env.invalidate_all()
        self.assertEqual(enrolment.status, "dropped_out")
        self.assertFalse(enrolment.is_cycle_completed)

    def test_completed_cycle(self):
        enrolment = self._enrolment()
        enrolment.action_enrol()
        meeting = self.cycle._open_meetings("2026-01-12")
        meeting.line_ids.write({"shares": 1})
        meeting.action_take_expected()
        meeting.action_validate()
        self.cycle.action_share_out()
        share_out = self.cycle.share_out_ids
        share_out.action_confirm()
        share_out.action_sign_all()
        share_out.action_close()
        self.env.invalidate_all()
        self.assertTrue(enrolment.is_cycle_completed)
        self.assertIn(
            "has completed a cycle", self.action.with_user(self.worker).savings_status
        )
        self.assertEqual(enrolment.status, "enrolled")

    def test_start_a_group_where_there_is_none(self):
        area = self.env["remediation.area"].create({"name": "Manika"})
        self.case.household_id.area_id = area
        enrolment = self._enrolment(group_id=False)
        with self.assertRaisesRegex(UserError, "Choose a group"):
            enrolment.action_enrol()
        window = enrolment.with_user(self.worker).action_start_group()
        self.assertEqual(window["res_model"], "remediation.step.window")
        enrolment.with_user(self.worker).action_start_group("Umoja")
        group = enrolment.sudo().group_id
        self.assertEqual((group.label, group.area_id), ("Umoja", area))
        self.assertEqual(group.agent_id, self.agent, "a group like any other")
        self.assertEqual(group.create_uid, self.env.ref("base.user_root"))
        self.assertFalse(group.member_ids, "she is none of the first")
        with self.assertRaisesRegex(UserError, "others have joined"):
            enrolment.action_enrol()
        group.member_ids = [
            Command.create({"full_name": f"Neighbour {n}"}) for n in range(4)
        ]
        enrolment.action_enrol()
        self.assertEqual(enrolment.status, "enrolled")
        self.assertTrue(enrolment.is_near)

    def test_room_plan_and_adult(self):
        self.group.members_max = 4
        enrolment = self._enrolment()
        with self.assertRaisesRegex(UserError, "The group is full"):
            enrolment.action_enrol()
        self.group.members_max = 25
        self._caregiver(self.case).write({"age": 15})
        with self.assertRaisesRegex(UserError, "never a child"):
            enrolment.action_enrol()
        other = self._new_case()
        plan = self._new_plan(other, ("savings_group",))
        early = (
            self.env["savings.enrolment"]
            .with_user(self.worker)
            .create(
                {
                    "action_id": plan.action_ids.id,
                    "caregiver_id": self._caregiver(other).id,
                    "group_id": self.group.id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "not approved yet"):
            early.action_enrol()
        with self.assertRaisesRegex(UserError, "another child's family"):
            self._enrolment(caregiver_id=self._caregiver(other).id)

    def test_caregiver_who_is_a_member_already_is_linked(self):
        self.group.member_ids = [Command.create({"full_name": "mama secret"})]
        enrolment = self._enrolment()
        enrolment.action_enrol()
        self.assertEqual(self.group.member_count, 5)
        self.assertEqual(enrolment.status, "enrolled")

    @mute_logger(*LOGGERS)
    def test_r51_group_side_never_sees_the_link(self):
        enrolment = self._enrolment()
        enrolment.action_enrol()
        self.env.flush_all()
        for user in (self.agent, self.savings_manager, self.finance, self.plain_user):
            user.group_ids |= self.env.ref("base.group_allow_export")
            model = self.env["savings.enrolment"].with_user(user)
            for call in (
                lambda model=model: model.search([]),
                lambda model=model: model.search_count([]),
                lambda model=model: model.search_read([], ["status"]),
                lambda model=model: model._read_group([], [], ["__count"]),
                lambda model=model: model.browse(enrolment.id).read(["group_id"]),
                lambda model=model: model.browse(enrolment.id).web_read(
                    {"group_id": {}}
                ),
                lambda model=model: model.browse(enrolment.id).export_data(["status"]),
                lambda model=model: model.name_search("CR"),
                lambda model=model: model.create(
                    {
                        "action_id": self.action.id,
                        "caregiver_id": self._caregiver(self.case).id,
                    }
                ),
                lambda model=model: model.browse(enrolment.id).write(
                    {"group_id": False}
                ),
                lambda model=model: model.browse(enrolment.id).unlink(),
                lambda model=model: model.browse(enrolment.id).action_enrol(),
                lambda model=model: model.browse(enrolment.id).action_ask_support(
                    "kit", 5
                ),
            ):
                with self.assertRaises(AccessError, msg=user.login):
                    call()

    @mute_logger(*LOGGERS)
    def test_r51_no_interface_tells_the_member(self):
        enrolment = self._enrolment()
        enrolment.action_enrol()
        for user in (self.worker, self.supervisor, self.coordinator, self.monitor):
            record = enrolment.with_user(user)
            for field in ("member_id", "support_id"):
                self.assertNotIn(field, record.fields_get())
                with self.assertRaises(AccessError):
                    record.read([field])
                with self.assertRaises(AccessError):
                    record.search([(field, "!=", False)])

    def test_r51_no_field_of_the_books_leads_to_a_case(self):
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("savings.") or name == "savings.enrolment":
                continue
            if model._transient:
                continue
            for field in model._fields.values():
                target = field.comodel_name if field.relational else None
                self.assertFalse(
                    target
                    and (
                        target == "savings.enrolment"
                        or target.startswith("remediation.")
                        and target not in ("remediation.area", "remediation.site")
                    ),
                    f"{name}.{field.name} leads to {target}",
                )

    def test_r51_enrolled_member_looks_like_any_other(self):
        """Creator, last writer, joining, cycle, line and order are as for a member
        that the field agent enters himself."""
        self.group.with_user(self.agent)
        meeting = self.cycle._open_meetings("2026-01-12")
        ordinary = (
            self.env["savings.member"]
            .with_user(self.agent)
            .create({"group_id": self.group.id, "full_name": "Ordinary"})
        )
        self.env.flush_all()
        self._enrolment().action_enrol()
        self.env.flush_all()
        enrolled = self._new_member()
        self.assertEqual(enrolled.number, ordinary.number + 1)
        pairs = [
            (enrolled, ordinary),
            (enrolled.membership_ids, ordinary.membership_ids),
            (
                meeting.line_ids.filtered(
                    lambda x: x.membership_id.member_id == enrolled
                ),
                meeting.line_ids.filtered(
                    lambda x: x.membership_id.member_id == ordinary
                ),
            ),
        ]
        for mine, other in pairs:
            self.assertTrue(mine and other)
            for field in mine._fields.values():
                if (
                    field.name
                    in (
                        "id",
                        "number",
                        "member_number",
                        "full_name",
                        "display_name",
                        "member_id",
                        "membership_id",
                        "membership_ids",
                        "line_ids",
                        "create_date",
                        "write_date",
                    )
                    or not field.store
                ):
                    continue
                self.assertEqual(
                    mine.sudo()[field.name], other.sudo()[field.name], field
                )

    def test_r51_no_column_of_the_books_names_who_works_on_a_case(self):
        """Every column of every table of the books that leads to a user."""
        enrolment = self._enrolment()
        enrolment.action_enrol()
        enrolment.action_ask_support("kit", 12)
        meeting = self.cycle._open_meetings("2026-01-12")
        meeting.line_ids.write({"shares": 1})
        meeting.action_take_expected()
        meeting.action_validate()
        self.env.flush_all()
        workers = tuple(
            (self.worker | self.supervisor | self.supervisor_2 | self.worker_2).ids
        )
        self.env.cr.execute(
            """SELECT source.relname, a.attname FROM pg_constraint c
                 JOIN pg_class source ON source.oid = c.conrelid
                 JOIN pg_attribute a ON a.attrelid = c.conrelid
                      AND a.attnum = ANY (c.conkey)
                WHERE c.contype = 'f' AND c.confrelid = 'res_users'::regclass
                  AND source.relname LIKE 'savings%%'
                  AND source.relname <> 'savings_enrolment'"""
        )
        columns = self.env.cr.fetchall()
        self.assertGreater(len(columns), 20)
        for table, column in columns:
            if self.env["ir.model"].search_count(
                [("transient", "=", True), ("model", "=", table.replace("_", "."))]
            ):
                continue
            self.env.cr.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}" IN %s', [workers]
            )
            self.assertEqual(self.env.cr.fetchone()[0], 0, f"{table}.{column}")

    @mute_logger(*LOGGERS)
    def test_r51_no_role_separates_her_by_any_column_order_or_time(self):
        """As each role of savings and finance: every stored column of her rows is as
        those of a member whom the agent entered the same month."""
        ordinary = (
            self.env["savings.member"]
            .with_user(self.agent)
            .create({"group_id": self.group.id, "full_name": "Ordinary"})
        )
        enrolment = self._enrolment()
        enrolment.action_enrol()
        enrolment.action_ask_support("kit", 12)
        ordered = (
            self.env["savings.support"]
            .with_user(self.savings_manager)
            .create({"group_id": self.group.id, "kind": "kit", "amount": 12})
        )
        self.env.flush_all()
        asked = enrolment.sudo().support_id
        hers = self._new_member()
        own = {"id", "number", "member_number", "full_name", "display_name"}
        links = {"member_id", "membership_ids", "line_ids"}
        for user in (self.agent, self.savings_manager, self.finance):
            for mine, other in (
                (hers, ordinary),
                (hers.membership_ids, ordinary.membership_ids),
                (asked, ordered),
            ):
                mine, other = mine.with_user(user), other.with_user(user)
                if not mine.has_access("read"):
                    continue
                names = [
                    name
                    for name, field in mine._fields.items()
                    if mine._has_field_access(field, "read") and name not in own | links
                ]
                for one, two in zip(mine.read(names), other.read(names), strict=True):
                    one.pop("id"), two.pop("id")
                    self.assertEqual(one, two, f"{mine._name} by {user.login}")
                for name in ("create_date", "write_date", "create_uid", "write_uid"):
                    for ask in (
                        lambda m=mine, n=name: m.read([n]),
                        lambda m=mine, n=name: m.search([(n, "!=", False)]),
                        lambda m=mine, n=name: m.search([], order=n),
                        lambda m=mine, n=name: m.formatted_read_group([], [n]),
                    ):
                        with self.assertRaises(AccessError):
                            ask()
                with self.assertRaises(AccessError):
                    mine.get_metadata()

    @mute_logger(*LOGGERS)
    def test_r51_an_agent_does_not_search_other_groups(self):
        members = self.env["savings.member"].with_user(self.agent)
        domain = [("in_other_group", "=", True)]
        groups = self.env["savings.group"].with_user(self.agent)
        for ask in (
            lambda: members.search(domain),
            lambda: members.search_count(domain),
            lambda: members.search_read(domain, ["number"]),
            lambda: members.name_search("", domain),
            lambda: members.formatted_read_group(domain, [], ["__count"]),
            lambda: groups.search([("member_ids.in_other_group", "=", True)]),
        ):
            with self.assertRaises(AccessError):
                ask()

    def test_r51_nothing_in_the_chatter_of_the_group(self):
        before = self.group.message_ids
        self._enrolment().action_enrol()
        self.assertEqual(self.group.message_ids, before)
        self.assertFalse(self.group.message_partner_ids & self.worker.partner_id)

    @mute_logger(*LOGGERS)
    def test_r51_support_names_group_and_grant_only(self):
        enrolment = self._enrolment()
        with self.assertRaisesRegex(UserError, "Enrol the caregiver first"):
            enrolment.action_ask_support("kit", 12)
        enrolment.action_enrol()
        with self.assertRaises(UserError):
            enrolment.action_ask_support("seed_grant", 12)
        enrolment.action_ask_support("kit", 12)
        self.assertEqual(enrolment.support_state, "asked")
        support = self.env["savings.support"].search([("group_id", "=", self.group.id)])
        self.assertEqual(support.create_uid, self.env.ref("base.user_root"))
        self.assertEqual(support.kind, "kit")
        self.assertNotIn("remediation.case", str(support.read()))
        with self.assertRaises(AccessError):
            support.with_user(self.worker).read(["amount"])

    def test_the_cost_of_a_case_has_its_part_of_the_groups_support(self):
        """What was asked for her is the case's; of what the group was given she has a
        member's part. All parts together are what the ledger shows."""
        expense, payable = self.env["account.account"].create(
            [
                {"name": "Groups", "code": "632801", "account_type": "expense"},
                {
                    "name": "Payable",
                    "code": "401801",
                    "account_type": "liability_payable",
                    "reconcile": True,
                },
            ]
        )
        self.env["account.journal"].create(
            {
                "name": "Bills",
                "code": "BLL8",
                "type": "purchase",
                "default_account_id": expense.id,
                "company_id": self.company.id,
            }
        )
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        supplier.with_company(self.company).property_account_payable_id = payable.id
        grant = self.env["account.analytic.account"].create(
            {
                "name": "Grant",
                "plan_id": kept_plan(self.env, "Grants").id,
            }
        )
        enrolment = self._enrolment()
        enrolment.action_enrol()
        enrolment.action_ask_support("kit", 12)
        supports = self.env["savings.support"]
        supports.create(
            {"group_id": self.group.id, "kind": "training", "amount": 50.02}
        )
        supports = supports.search([("group_id", "=", self.group.id)])
        supports.write(
            {
                "partner_id": supplier.id,
                "account_id": expense.id,
                "analytic_distribution": {str(grant.id): 100},
            }
        )
        supports.with_user(self.finance).action_draft_bill()
        self.assertEqual(self.case.with_user(self.worker).cost_so_far, 0)
        supports.move_id.action_post()
        self.env.invalidate_all()
        # 50.02 for five members: two of them have a cent more, she is the last
        case = self.case.with_user(self.worker)
        self.assertEqual(case.cost_groups, 22.0)
        self.assertEqual(case.cost_so_far, 22.0)

    @mute_logger(*LOGGERS)
    def test_link_follows_the_holder_of_the_case(self):
        enrolment = self._enrolment()
        enrolment.action_enrol()
        for user in (
            self.worker_2,
            self.worker_other,
            self.worker_company_b,
            self.coordinator_company_b,
            self.supervisor_other,
            self.portal_manager,
            self.portal_provider,
            self.portal_reporter,
            self.admin_like,
            self.plain_user,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                enrolment.with_user(user).read(["status"])
            with self.assertRaises(AccessError, msg=user.login):
                enrolment.with_user(user).write({"group_id": False})
        for user in (self.worker, self.supervisor, self.coordinator, self.monitor):
            self.assertEqual(enrolment.with_user(user).status, "enrolled")
        for user in (self.worker, self.supervisor, self.coordinator):
            with self.assertRaises(AccessError):
                enrolment.with_user(user).unlink()
