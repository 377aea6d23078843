import runpy
from datetime import timedelta
from pathlib import Path

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon

#: Kinds that another app writes and tests.
OF_APPS = {"emergency", "no_consent", "stipend"}
WHY = "Nobody else is near"


@tagged("post_install", "-at_install")
class TestOverrides(RemediationCommon):
    """A rule that was passed by is a fact in one list, whatever door it was."""

    # Each makes one override and returns its case, who did it and for whom.
    def _caseload(self):
        case = self._new_case(self.manager_2)
        self.manager.write({"warn_caseload": 0, "max_caseload": 0})
        return self._given_to(case, self.manager)

    def _conflict(self):
        case = self._new_case(self.manager_2, related_manager_ids=self.manager.ids)
        return self._given_to(case, self.manager)

    def _withheld(self):
        case = self._new_case(self.manager_2)
        item = self.env.ref("child_remediation.disclosure_item_last_name")
        self._new_consent(
            case,
            withhold_item_ids=[Command.set(item.ids)],
            withhold_from_ids=[Command.set(self.partner_org.ids)],
        )
        return self._given_to(case, self.manager_portal)

    def _given_to(self, case, manager):
        with self.assertRaises(UserError), self.cr.savepoint():
            case.with_user(self.supervisor).action_assign(manager.id)
        case.with_user(self.supervisor).action_assign(manager.id, override_reason=WHY)
        return case, self.supervisor, manager.user_id.partner_id

    def _mentor(self):
        self.manager._unprotected().write({"level": "junior", "mentor_id": False})
        case = self._new_case(self.manager_2)
        with self.assertRaises(UserError), self.cr.savepoint():
            case.with_user(self.supervisor).action_assign(
                self.manager.id, override_reason=WHY
            )
        until = self.today + timedelta(days=30)
        self.manager.with_user(self.coordinator).action_waive_mentor(until, WHY)
        case.with_user(self.supervisor).action_assign(self.manager.id, WHY)
        return case, self.supervisor, self.worker.partner_id

    def _second_person(self):
        case = self._new_case()
        self._caregiver(case).is_employer_or_creditor = True
        consent = self._new_consent(case)
        self.assertFalse(case.override_ids)
        consent.with_user(self.supervisor).action_confirm()
        return case, self.supervisor, None

    def _not_agreed(self):
        return self._without(
            caregiver_agreed_on=False, caregiver_not_agreed_reason="absent"
        )

    def _not_heard(self):
        return self._without(
            child_assent="not_heard",
            child_assent_on=False,
            child_not_heard_reason="In hospital",
        )

    def _without(self, **vals):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case, **vals)
        plan.action_submit()
        plan.with_user(self.supervisor_2).best_interest_note = WHY
        self.assertFalse(case.override_ids)
        self._seen(plan, self.supervisor_2).action_approve()
        return case, self.supervisor_2, None

    def _no_safety(self):
        case = self._new_case(risk_level="high")
        case.with_user(self.worker).no_safety_action_reason = "   "
        self.assertFalse(case.override_ids)
        for _time in range(2):  # the same words again are no new fact
            case.with_user(self.worker).no_safety_action_reason = WHY
        return case, self.worker, None

    def _deadline(self):
        case = self._new_case()
        deadline = case.deadline_ids[:1].with_user(self.supervisor)
        deadline.action_move(fields.Datetime.now() + timedelta(days=40), WHY)
        return case, self.supervisor, None

    def _placement(self):
        case = self._new_case()
        decision = (
            self.env["remediation.best.interest.decision"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "trigger": "emergency_placement",
                    "decider": "organisation",
                    "authority_reached": "yes",
                }
            )
        )
        self.assertFalse(case.override_ids)
        decision.action_record_placement()
        return case, self.worker, None

    @whole
    def test_r13_every_kind_is_one_row_that_says_who_for_whom_and_why(self):
        kinds = self.env["remediation.override"]._fields["kind"].get_values(self.env)
        for kind in set(kinds) - OF_APPS:
            with self.subTest(kind), self.cr.savepoint() as savepoint:
                case, by, partner = getattr(self, f"_{kind}")()
                rows = case.override_ids.filtered(lambda row, k=kind: row.kind == k)
                self.assertEqual(len(rows), 1)
                self.assertEqual(rows.done_by_id, by)
                self.assertEqual(rows.partner_id, partner or rows.partner_id.browse())
                if kind not in ("second_person", "placement"):
                    self.assertEqual(rows.reason, WHY)
                self._assert_readers(rows)
                self._assert_closed(rows)
                savepoint.rollback()
                self.env.invalidate_all()

    def _assert_readers(self, row):
        for user in (self.supervisor, self.coordinator):
            read = row.with_user(user).read(["kind", "reason", "done_by_id"])
            self.assertEqual(read[0]["reason"], row.reason)
        listed = self.env["remediation.override"]
        for user in (self.auditor, self.data_protection):
            self.assertIn(row, listed.with_user(user).search([("kind", "=", row.kind)]))
            with self.assertRaises(AccessError):
                row.with_user(user).read(["reason"])  # a name may stand in it
        for user in (self.supervisor_other, self.coordinator_company_b):
            self.assertFalse(listed.with_user(user).search([("id", "=", row.id)]))
            with self.assertRaises(AccessError):
                row.with_user(user).read(["kind"])
        for user in (self.worker, self.monitor, self.portal_manager, self.safeguarding):
            with self.assertRaises(AccessError, msg=user.login):
                listed.with_user(user).search([])

    @mute_logger("odoo.sql_db")
    def _assert_closed(self, row):
        values = {"case_id": row.case_id.id, "kind": row.kind}
        for user in (self.supervisor, self.coordinator, self.admin_like):
            mine = row.with_user(user)
            with self.assertRaises(AccessError), self.cr.savepoint():
                mine.write({"reason": "Another"})
            with self.assertRaises(AccessError), self.cr.savepoint():
                mine.unlink()
            with self.assertRaises(AccessError), self.cr.savepoint():
                mine.create(values)
        for statement in ("UPDATE {} SET kind = 'x'", "DELETE FROM {}"):
            with self.assertRaises(psycopg2.Error), self.cr.savepoint():
                self.env.cr.execute(
                    statement.format("remediation_override") + " WHERE id = %s",
                    [row.id],
                )

    @whole
    def test_r13_what_passes_no_rule_by_is_no_override(self):
        case = self._new_case(self.manager_2)
        case.with_user(self.supervisor).action_assign(
            self.manager.id, override_reason="In any case"
        )
        self._active_plan(case)
        self._new_consent(case)
        self.assertFalse(case.override_ids)

    def test_r13_the_fact_is_kept_by_whatever_door_a_case_comes(self):
        """Registered, reopened: no door but the override of a supervisor knew it."""
        case = self._new_case()
        self.assertFalse(case.override_ids)
        case._unprotected().write(
            {"closed_on": self.env.cr.now(), "closure_reason": "goals_met"}
        )
        self.manager.write({"warn_caseload": 0, "max_caseload": 0})
        registered = self._new_case()
        self.assertEqual(registered.override_ids.mapped("kind"), ["caseload"])
        case.with_user(self.supervisor).action_reopen("The child works again.")
        self.assertEqual(
            case.holder_log_ids.sorted("id")[-1].holder_user_id, self.worker
        )
        self.assertEqual(case.override_ids.mapped("kind"), ["caseload"])

    @whole
    def test_r12_a_waiver_stands_with_each_case_that_a_junior_holds_by_it(self):
        self.manager._unprotected().write({"level": "junior"})
        held, closed = self._new_case(), self._new_case()
        closed._unprotected().write({"closed_on": self.env.cr.now()})
        until = self.today + timedelta(days=9)
        before = held.override_ids | closed.override_ids
        self.manager.with_user(self.coordinator).action_waive_mentor(until, WHY)
        rows = (held | closed).override_ids - before
        self.assertEqual(rows.case_id, held)
        self.assertEqual(rows.done_by_id, self.coordinator)
        # Nobody waives their own mentor.
        self.manager._unprotected().user_id = self.coordinator
        with self.assertRaises(AccessError):
            self.manager.with_user(self.coordinator).action_waive_mentor(until, WHY)

    def test_r13_the_list_is_filtered_by_the_fact(self):
        rows = self.env["remediation.override"]
        for kind in ("conflict", "second_person", "deadline"):
            case, _by, _partner = getattr(self, f"_{kind}")()
            rows |= case.override_ids
        found = rows.with_user(self.supervisor).formatted_read_group(
            [("id", "in", rows.ids)], ["kind"], ["__count"]
        )
        self.assertEqual(
            {group["kind"]: group["__count"] for group in found},
            {"conflict": 1, "second_person": 1, "deadline": 1},
        )
        self.assertEqual(
            rows[:1].with_user(self.supervisor).action_open_source()["res_model"],
            "remediation.case",
        )

    def test_r13_an_update_takes_over_what_the_log_of_holders_knew(self):
        """A database of 19.0.1.1 has three columns there and no list."""
        case = self._new_case()
        log = case.holder_log_ids
        self.assertFalse(case.override_ids)
        path = Path(__file__).parents[1] / "migrations/19.0.1.2.0/post-migration.py"
        migrate = runpy.run_path(str(path))["migrate"]
        migrate(self.cr, "19.0.1.1.0")
        self.assertFalse(case.override_ids, "there is nothing to take over")
        for name in ("over_caseload", "over_conflict", "over_withheld"):
            self.cr.execute(
                f"ALTER TABLE remediation_case_holder ADD COLUMN {name} boolean"
            )
        self.env.flush_all()
        self.cr.execute("ALTER TABLE remediation_case_holder DISABLE TRIGGER USER")
        self.cr.execute(
            "UPDATE remediation_case_holder SET over_caseload = true,"
            " over_conflict = false, over_withheld = true, reason = %s WHERE id = %s",
            [WHY, log.id],
        )
        migrate(self.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        rows = case.override_ids
        self.assertEqual(sorted(rows.mapped("kind")), ["caseload", "withheld"])
        self.assertEqual(rows.done_by_id, log.done_by_id)
        self.assertEqual(rows.partner_id, self.worker.partner_id)
        self.assertEqual(set(rows.mapped("reason")), {WHY})
        self.assertEqual(rows[0].date, log.date_from)
        self.assertEqual(rows.with_user(self.supervisor).team_id, case.team_id)
