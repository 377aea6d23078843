from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_referral.tests.test_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestWhoHolds(PortalCommon):
    """Every door by which a case gets a holder, for every reason against this one."""

    def _reasons(self, manager):
        """``{reason: what makes it true of this case manager}``."""
        past = self.today - timedelta(days=1)
        return {
            "no code of conduct": lambda: manager.write({"code_of_conduct_on": False}),
            "training lapsed": lambda: manager.training_ids.write(
                {"valid_until": past}
            ),
            "no training": lambda: manager.training_ids.unlink(),
            "check lapsed": lambda: manager.vetting_ids._unprotected().write(
                {"expiry_date": past}
            ),
            "check not clear": lambda: manager.vetting_ids._unprotected().write(
                {"result": "adverse"}
            ),
            "trainee": lambda: manager._unprotected().write({"level": "trainee"}),
            "junior alone": lambda: manager._unprotected().write(
                {"level": "junior", "mentor_id": False, "mentor_waiver_until": False}
            ),
            "no right to case work": lambda: manager.user_id.write(
                {
                    "group_ids": [
                        Command.set(self.env.ref("base.group_portal").ids)
                        if manager.user_id.share
                        else Command.set(self.env.ref("base.group_user").ids)
                    ]
                }
            ),
            "archived login": lambda: manager.user_id.write({"active": False}),
            "archived profile": lambda: manager._unprotected().write({"active": False}),
        }

    def _offer(self, case, kind):
        vals = {
            "case_id": case.id,
            "referral_type": kind,
            "to_case_manager_id": self.manager_portal.id,
            "data_set": "minimum",
        }
        model = self.env["remediation.referral"].with_user(self.supervisor)
        return model.create(vals)

    def _doors(self):
        """``{door: (prepared before the reason, what is done after it)}``; each leaves
        the case that it is about."""
        manager = self.manager_portal

        def offered(kind):
            def prepare():
                case = self._new_case()
                if kind == "transfer":
                    self._consent(case, "services", "share_with_org")
                offer = self._offer(case, kind)
                offer.action_send()
                return case, self._received(offer, self.portal_manager)

            return prepare

        def closed():
            case = self._new_case(manager)
            case._unprotected().write(
                {"closed_on": self.env.cr.now(), "closure_reason": "goals_met"}
            )
            return case, case

        def fresh():
            case = self._new_case()
            return case, case

        supervisor = self.supervisor
        return {
            "assign": (
                fresh,
                lambda case: case.with_user(supervisor).action_assign(manager.id),
            ),
            "assign by override": (
                fresh,
                lambda case: case.with_user(supervisor).action_assign(
                    manager.id, override_reason="Nobody else is near the child."
                ),
            ),
            "reopen": (
                closed,
                lambda case: case.with_user(supervisor).action_reopen("Works again."),
            ),
            "offer an assignment": (
                fresh,
                lambda case: self._offer(case, "assignment").action_send(),
            ),
            "accept an assignment": (
                offered("assignment"),
                lambda package: package.portal_accept(),
            ),
            "accept a transfer": (
                offered("transfer"),
                lambda package: package.portal_accept(),
            ),
        }

    def test_r11_r12_no_door_gives_a_case_to_who_may_not_hold_one(self):
        for door, (prepare, act) in self._doors().items():
            with self.subTest(door=door, reason="none"):
                case, subject = prepare()
                act(subject)
                if door != "offer an assignment":
                    self.assertEqual(case.case_manager_id, self.manager_portal)
            for reason, make in self._reasons(self.manager_portal).items():
                with self.subTest(door=door, reason=reason):
                    savepoint = self.env.cr.savepoint()
                    case, subject = prepare()
                    make()
                    self.env.flush_all()
                    self.env.invalidate_all()
                    refused = False
                    try:
                        with self.env.cr.savepoint():
                            act(subject)
                            self.env.flush_all()
                    except (UserError, AccessError):
                        refused = True
                    self.env.invalidate_all()
                    held = case.case_manager_id == self.manager_portal
                    if door == "offer an assignment":
                        self.assertTrue(refused, "an offer that cannot be taken")
                    elif not refused:
                        self.assertFalse(held)
                        self.assertTrue(case.user_id, "somebody answers for the case")
                    else:
                        self.assertFalse(held and not case.closed_on)
                    savepoint.rollback()
                    self.env.invalidate_all()
                    # The rights of a login are remembered beside the transaction.
                    self.env.registry.clear_cache()

    def test_r11_r12_who_may_not_hold_is_told_who_registers(self):
        manager, worker = self.manager, self.manager.user_id
        for reason, make in self._reasons(manager).items():
            if reason.startswith("archived") or reason == "no right to case work":
                continue  # they reach no form
            with self.subTest(reason=reason):
                savepoint = self.env.cr.savepoint()
                self.assertEqual(self._register(worker).user_id, worker)
                make()
                self.env.flush_all()
                with self.assertRaisesRegex(UserError, "Ask your supervisor"):
                    self._register(worker)
                savepoint.rollback()
                self.env.invalidate_all()

    def _register(self, user):
        children = self.env["remediation.beneficiary"].with_user(user)
        child = children.create(
            {"first_name": "Furaha", "sex": "female", "company_id": self.company.id}
        )
        cases = self.env["remediation.case"].with_user(user)
        return cases.create({"beneficiary_id": child.id}).sudo()
