from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestAccreditation(ReferralCommon):
    def _application(self, partner=None, **vals):
        partner = partner or self.env["res.partner"].create(
            {"name": "New House", "is_company": True}
        )
        return (
            self.env["referral.accreditation"]
            .with_user(self.coordinator)
            .create(
                {
                    "partner_id": partner.id,
                    "kind": "both",
                    "service_type_ids": [Command.set(self.health.ids)],
                    "area_ids": [Command.set(self.city.ids)],
                    "capacity": 10,
                    "visit_on": self.today,
                    "visit_by_id": self.coordinator.id,
                    "agreement_signed_on": self.today - timedelta(days=1),
                    "valid_until": self.today + timedelta(days=365),
                    "document_ids": [
                        Command.create(
                            {"document_type": kind, "file": b"UERG", "checked": True}
                        )
                        for kind in (
                            "registration",
                            "safeguarding_policy",
                            "code_of_conduct",
                        )
                    ],
                    **vals,
                }
            )
        )

    def test_two_other_people_decide(self):
        application = self._application()
        application.action_submit()
        with self.assertRaises(UserError):
            self._seen(application).action_approve()
        second = application.with_user(self.coordinator_2)
        self._seen(second).action_approve()
        self.assertEqual(application.state, "approved_once")
        with self.assertRaises(UserError):
            self._seen(second).action_approve()
        self._seen(application, self.coordinator_3).action_approve()
        self.assertEqual(application.state, "accredited")
        self.assertEqual(application.partner_id.accreditation_id, application)

    def test_how_full_a_partner_is_does_not_depend_on_the_reader(self):
        school = self.accreditations.filtered(lambda a: a.partner_id == self.school)
        cases = [
            self._new_case(self.manager, area_id=self.city.id),
            self._new_case(self.manager_2, area_id=self.city.id),
        ]
        for case in cases:
            self._consent(case, organisation=self.school)
            self._referral(case).action_send()
        own = school.with_user(self.worker)
        self.assertEqual(own.open_referral_count, 2)
        action = own.action_open_referrals()
        found = self.env[action["res_model"]].with_user(self.worker)
        self.assertEqual(found.search(action["domain"]).case_id, cases[0])

    def test_its_people_are_opened_and_invited(self):
        house = self.accreditations.filtered(
            lambda a: a.partner_id == self.partner_org
        ).with_user(self.coordinator)
        action = house.action_open_managers()
        people = self.env[action["res_model"]].with_user(self.coordinator)
        managers = people.search(action["domain"])
        self.assertEqual(managers.organisation_id, self.partner_org)
        self.assertEqual(house.manager_count, len(managers))
        action = house.action_open_invite()
        invite = self.env[action["res_model"]].with_user(self.coordinator)
        form = Form(invite.with_context(**action["context"]))
        self.assertEqual(form.organisation_id, self.partner_org)

    def test_a_serious_finding_is_followed_up_before_a_decision(self):
        application = self._application()
        values = {
            "accreditation_id": application.id,
            "topic": "safeguarding",
            "severity": "serious",
            "finding": "No code of conduct on the wall",
            "improvement": "Sign and show it",
            "owner_id": application.partner_id.id,
            "date_due": self.today,
            "follow_up_on": self.today,
        }
        findings = self.env["referral.accreditation.finding"]
        with self.assertRaises(AccessError):
            findings.with_user(self.supervisor).create(values)
        with self.assertRaises(ValidationError):
            findings.with_user(self.coordinator).create(
                dict(values, follow_up_on=self.today - timedelta(days=1))
            )
        finding = findings.with_user(self.coordinator).create(values)
        with self.assertRaisesRegex(UserError, "serious findings"):
            application.action_submit()
        findings._remind_follow_up()
        findings._remind_follow_up()
        self.assertEqual(len(application.activity_ids), 1)
        with self.assertRaises(AccessError):
            finding.state = "met"
        with self.assertRaises(UserError):
            finding.action_met(" ")
        finding.action_not_met("Still not there")
        with self.assertRaises(UserError):
            finding.action_met("Seen")
        with self.assertRaises(UserError):
            finding.improvement = "Other"
        with self.assertRaisesRegex(UserError, "serious findings"):
            application.action_submit()
        again = findings.with_user(self.coordinator).create(
            dict(values, owner_id=self.coordinator.partner_id.id)
        )
        with self.assertRaises(AccessError):
            again.action_met("Seen")
        again.with_user(self.coordinator_2).action_met("Seen")
        application.action_submit()
        self.assertEqual(application.state, "submitted")

    def test_the_partner_reads_its_own_findings_on_the_portal(self):
        for accreditation in self.accreditations[:2]:
            self.env["referral.accreditation.finding"].create(
                {
                    "accreditation_id": accreditation.id,
                    "topic": "staff",
                    "severity": "minor",
                    "finding": "No plan",
                    "improvement": f"Plan of {accreditation.partner_id.name}",
                    "owner_id": accreditation.partner_id.id,
                    "date_due": self.today,
                    "follow_up_on": self.today,
                }
            )
        numbers = (
            self.env["res.users"]
            .with_user(self.portal_supervisor)
            .portal_organisation_numbers()
        )
        self.assertEqual(
            [finding["improvement"] for finding in numbers["findings"]],
            ["Plan of Partner House"],
        )

    def test_incomplete_application_says_what_is_missing(self):
        application = self._application(visit_on=False, capacity=0)
        application.document_ids[0].checked = False
        with self.assertRaisesRegex(UserError, "visit"):
            application.action_submit()
        self.assertIn("capacity", application.missing)
        self.assertIn("Registration", application.missing)

    def test_nobody_but_coordinators_decides_and_states_are_closed(self):
        application = self._application()
        for user in (self.supervisor, self.worker, self.plain_user):
            with self.assertRaises(AccessError):
                application.with_user(user).action_submit()
            with self.assertRaises(AccessError):
                application.with_user(user).action_suspend("x")
        with self.assertRaises(AccessError):
            application.write({"state": "accredited"})
        accredited = self.accreditations[0].with_user(self.coordinator)
        with self.assertRaises(UserError):
            accredited.write({"valid_until": self.today + timedelta(days=900)})
        with self.assertRaises(AccessError):
            accredited.unlink()

    def _accredited(self, partner=None, **vals):
        application = self._application(partner, **vals)
        application.action_submit()
        self._seen(application, self.coordinator_2).action_approve()
        self._seen(application, self.coordinator_3).action_approve()
        return application

    def test_r11_suspension_ends_referrals_and_custody_at_once(self):
        accreditation = self._accredited(self.partner_org, kind="case_management")
        case = self._new_case(self.manager_portal)
        accreditation.with_user(self.coordinator).action_suspend("Serious report")
        self.assertEqual(case.user_id, self.supervisor)
        self.assertEqual(self.manager_portal.level, "suspended")
        self.assertFalse(self.partner_org.accreditation_id)
        with self.assertRaises(UserError):
            accreditation.with_user(self.coordinator).action_lift()
        accreditation.with_user(self.coordinator_2).action_lift()
        self.assertEqual(accreditation.state, "accredited")

    def test_a_suspension_is_not_lifted_over_what_is_missing(self):
        """A paper that ended meanwhile, an agreement, a serious finding."""
        accreditation = self._accredited(
            agreement_valid_until=self.today + timedelta(days=9)
        )
        accreditation.with_user(self.coordinator).action_suspend("Serious report")
        lift = accreditation.with_user(self.coordinator_2).action_lift
        ended = self.today - timedelta(days=1)
        for name, write in {
            "agreement": lambda: accreditation._unprotected().write(
                {"agreement_valid_until": ended, "agreement_signed_on": False}
            ),
            "Registration": lambda: (
                accreditation.document_ids[0]._unprotected().write({"checked": False})
            ),
            "serious findings": lambda: self.env[
                "referral.accreditation.finding"
            ].create(
                {
                    "accreditation_id": accreditation.id,
                    "topic": "safeguarding",
                    "severity": "serious",
                    "finding": "A guard hits the children",
                    "improvement": "The guard goes",
                    "owner_id": accreditation.partner_id.id,
                    "date_due": self.today,
                    "follow_up_on": self.today,
                }
            ),
        }.items():
            with self.subTest(name):
                savepoint = self.cr.savepoint()
                write()
                with self.assertRaisesRegex(UserError, name):
                    lift()
                self.assertEqual(accreditation.state, "suspended")
                savepoint.rollback()
                self.env.invalidate_all()
        lift()
        self.assertEqual(accreditation.state, "accredited")

    def test_what_settles_a_serious_finding_and_what_does_not(self):
        """Found not met: only a serious one on the same topic, entered after it and
        found met, settles it. A minor one, an older one, another topic do not."""
        findings = self.env["referral.accreditation.finding"]
        partner = self._application().partner_id

        def found(state, severity="serious", topic="safeguarding"):
            finding = findings.create(
                {
                    "accreditation_id": application.id,
                    "topic": topic,
                    "severity": severity,
                    "finding": "Found",
                    "improvement": "Done about it",
                    "owner_id": partner.id,
                    "date_due": self.today,
                    "follow_up_on": self.today,
                }
            )
            finding._unprotected().write({"state": state})

        for name, lines, settled in (
            ("met", [("met",)], True),
            ("open", [("open",)], False),
            ("not met", [("not_met",)], False),
            ("open after one that was met", [("met",), ("open",)], False),
            ("open before one that was met", [("open",), ("met",)], False),
            ("not met, then met", [("not_met",), ("met",)], True),
            ("met, then not met", [("met",), ("not_met",)], False),
            ("a minor one met", [("not_met",), ("met", "minor")], False),
            (
                "another topic met",
                [("not_met",), ("met", "serious", "staff")],
                False,
            ),
            ("minor alone", [("open", "minor")], True),
        ):
            with self.subTest(name):
                savepoint = self.cr.savepoint()
                application = self._application(partner)
                for line in lines:
                    found(*line)
                if settled:
                    application.action_submit()
                else:
                    with self.assertRaisesRegex(UserError, "serious findings"):
                        application.action_submit()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_has_not_come_yet_is_no_visit_and_no_agreement(self):
        tomorrow = self.today + timedelta(days=1)
        for field, word in (
            ("visit_on", "visit"),
            ("agreement_signed_on", "agreement"),
        ):
            with self.subTest(field), self.assertRaisesRegex(UserError, word):
                self._application(**{field: tomorrow}).action_submit()

    def test_suspended_school_loses_its_referrals(self):
        case = self._new_case()
        self._consent(case)
        referral = self._referral(case)
        referral.action_send()
        self.school.accreditation_id.with_user(self.coordinator).action_suspend("x")
        self.assertEqual(referral.state, "revoked")
        self.assertFalse(self._received(referral, self.school_user))
        with self.assertRaisesRegex(UserError, "no accreditation"):
            self._referral(case).action_send()

    def test_expiry_warns_once_per_step_and_ends(self):
        accreditation = self.accreditations[2]
        accreditation._unprotected().write(
            {"valid_until": self.today + timedelta(days=45)}
        )
        cron = self.env["referral.accreditation"]
        cron._cron_expire()
        cron._cron_expire()
        self.assertEqual(len(accreditation.activity_ids), 1)
        accreditation._unprotected().write(
            {"valid_until": self.today + timedelta(days=20)}
        )
        cron._cron_expire()
        self.assertEqual(len(accreditation.activity_ids), 2)
        accreditation._unprotected().write(
            {"valid_until": self.today - timedelta(days=1)}
        )
        cron._cron_expire()
        self.assertEqual(accreditation.state, "expired")

    def test_renewal_takes_the_place_of_the_former(self):
        accreditation = self.accreditations[0]
        renewal = self._application(self.partner_org, kind="case_management")
        renewal.action_submit()
        self._seen(renewal, self.coordinator_2).action_approve()
        self._seen(renewal, self.coordinator_3).action_approve()
        self.assertEqual(accreditation.state, "expired")
        self.assertEqual(self.partner_org.accreditation_id, renewal)

    def test_invitation_gives_one_portal_role_and_no_right_to_cases(self):
        invite = (
            self.env["referral.invite"]
            .with_user(self.coordinator)
            .create(
                {
                    "organisation_id": self.partner_org.id,
                    "name": "New Worker",
                    "email": "new.worker@example.org",
                    "role": "case_manager",
                    "team_id": self.team.id,
                }
            )
        )
        invite.action_invite()
        user = self.env["res.users"].search([("login", "=", "new.worker@example.org")])
        self.assertTrue(user.share)
        self.assertEqual(user._remediation_portal_roles(), {"case_manager"})
        self.assertEqual(user.partner_id.commercial_partner_id, self.partner_org)
        manager = self.env["remediation.case.manager"].search(
            [("user_id", "=", user.id)]
        )
        self.assertEqual(manager.level, "applicant")
        self.assertTrue(manager._problems_to_hold())
        invite.email = self.worker.login + "@example.org"
        self.worker.login = invite.email
        with self.assertRaises(UserError):
            invite.action_invite()
        with self.assertRaises(AccessError):
            self.env["referral.invite"].with_user(self.supervisor).create(
                {
                    "organisation_id": self.partner_org.id,
                    "name": "X",
                    "email": "x@example.org",
                }
            )
