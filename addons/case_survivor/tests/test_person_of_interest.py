import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import POI, SurvivorCommon


@tagged("post_install", "-at_install")
class TestPersonOfInterest(SurvivorCommon, HttpCase):
    def _role(self, case, person, **vals):
        return (
            self.env["remediation.person.of.interest.role"]
            .with_user(self.trace_worker)
            .create(
                {
                    "case_id": case.id,
                    "person_id": person.id,
                    "role": "recruiter",
                    **vals,
                }
            )
        )

    def test_no_rung_of_case_work_brings_the_duty(self):
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.safeguarding,
            self.data_protection,
            self.auditor,
            self.monitor,
            self.admin_like,
        ):
            self.assertFalse(user.has_group(POI), user.login)
            for name in ("", ".role"):
                model = self.env[f"remediation.person.of.interest{name}"]
                self.assertFalse(model.with_user(user).has_access("read"), user.login)

    def test_the_label_is_a_code(self):
        person = self._person()
        role = self._role(self._new_case(self.manager_trace), person, known_as="Tonton")
        for record in (person, role):
            for word in ("Bosco", "Tonton"):
                self.assertNotIn(word, record.display_name)

    def test_a_portal_user_cannot_be_given_the_duty(self):
        with self.assertRaises(ValidationError):
            self.portal_manager.write(
                {"group_ids": [Command.link(self.env.ref(POI).id)]}
            )

    def test_giving_the_duty_tells_the_safeguarding_officer(self):
        alerts = self.env["remediation.grant.alert"]
        self.worker.write({"group_ids": [Command.link(self.env.ref(POI).id)]})
        found = alerts.search([("user_id", "=", self.worker.id)])
        self.assertIn(self.env.ref(POI), found.group_id)

    def test_r29_every_look_is_logged(self):
        person = self._person()
        self.env.flush_all()
        self.env.invalidate_all()
        person.with_user(self.tracer).read(["full_name"])
        self.env.cr.precommit.run()
        log = self.env["remediation.access.log"].search(
            [("model", "=", person._name), ("res_id", "=", person.id)]
        )
        self.assertIn(self.tracer, log.user_id)

    def test_the_duty_writes_in_the_cases_it_holds_alone(self):
        person = self._person()
        own, foreign = self._new_case(self.manager_trace), self._new_case()
        role = self._role(own, person)
        self.assertIn(role.id, role.with_user(self.tracer).search([]).ids)
        with self.assertRaises(AccessError):
            role.with_user(self.tracer).write({"role": "creditor"})
        with self.assertRaises(AccessError):
            self._role(foreign, person)

    @mute_logger("odoo.addons.remediation_base.models.remediation_access_logged")
    def test_no_export_gives_them(self):
        person = self._person()
        role = self._role(self._new_case(self.manager_trace), person)
        for record in (person, role.with_user(self.tracer)):
            with self.assertRaises(UserError):
                record.export_data(["display_name", "id"])

    def test_r56_they_are_not_in_the_file_that_a_survivor_is_given(self):
        case = self._new_case(self.manager_trace)
        person = self._person(aliases="Tonton Bosco")
        self._role(case, person, known_as="Zebra", note="Lives by the harbour")
        request = (
            self.env["remediation.subject.request"]
            .with_user(self.data_protection)
            .create(
                {
                    "beneficiary_id": case.beneficiary_id.id,
                    "identity_checked": True,
                    "requested_by": "Herself",
                }
            )
        )
        request.action_build_file()
        text = base64.b64decode(request.file).decode()
        self.assertIn(case.name, text)
        for word in ("Bosco", "Zebra", "harbour", person.name):
            self.assertNotIn(word, text)

    def test_r56_who_is_in_no_file_any_more_is_forgotten(self):
        gone, stays = self._person(phone="+243 990"), self._person()
        erased = self._new_case(self.manager_trace)
        for person, cases in (
            (gone, erased),
            (stays, erased | self._new_case(self.manager_trace)),
        ):
            for case in cases:
                self._make(
                    "person.of.interest.role",
                    case,
                    person_id=person.id,
                    role="recruiter",
                    known_as="Uncle",
                )
        erased.beneficiary_id._unprotected().pseudonymised_on = self.today
        self.env["remediation.person.of.interest"]._cron_forget()
        self.assertTrue(gone.forgotten_on)
        self.assertFalse(gone.full_name or gone.phone or gone.match_keys)
        self.assertFalse(gone.role_ids.known_as)
        self.assertTrue(stays.full_name)
        self.assertFalse(stays.forgotten_on)

    def test_a_member_of_the_family_shows_nothing_of_it(self):
        """A person of interest who is also a household member."""
        case = self._new_case(self.manager_trace)
        member = self._caregiver(case)
        self._person(self.trace_worker, household_member_id=member.id)
        links = [
            name
            for name, field in member._fields.items()
            if field.comodel_name and "person.of.interest" in field.comodel_name
        ]
        self.assertEqual(links, [])

    def test_two_survivors_who_name_one_recruiter_differently(self):
        first = self._person()
        other = self._person(full_name="Bosko Ilunga", aliases="Tonton Leopard")
        stranger = self._person(full_name="Ruth Mwamba")
        self.assertEqual(first.alike_ids, other)
        self.assertFalse(stranger.alike_ids)
        role = self._role(self._new_case(self.manager_trace), other)
        with self.assertRaisesRegex(UserError, "same as"):
            other.action_merge()
        other.same_as_id = first
        other.action_merge()
        self.assertEqual(role.person_id, first)
        self.assertIn("Tonton Leopard", first.aliases)
        self.assertFalse(other.active)
        with self.assertRaises(UserError):
            other.action_merge()

    def test_somebody_of_whom_nothing_is_known_is_refused(self):
        with self.assertRaises(ValidationError):
            self._person(full_name=False)
        with self.assertRaises(ValidationError):
            self.env["remediation.person.of.interest"].with_user(self.tracer).create({})
        self.assertTrue(self._person(full_name=False, description="A scar").name)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_json2_refuses_everybody_without_the_duty(self):
        person = self._person()
        role = self._role(self._new_case(self.manager_trace), person)
        self.env.flush_all()
        for user in (self.supervisor, self.coordinator, self.portal_manager):
            key = (
                self.env["res.users.apikeys"]
                .with_user(user)
                .sudo()  # sudo: a key of the test's own user
                ._generate("rpc", "poi", None)
            )
            for record in (person, role):
                for method, body in (
                    ("read", {"ids": record.ids, "fields": ["display_name"]}),
                    ("search_read", {"domain": [], "fields": ["display_name"]}),
                    ("write", {"ids": record.ids, "vals": {"company_id": 1}}),
                    ("unlink", {"ids": record.ids}),
                ):
                    answer = self.url_open(
                        f"/json/2/{record._name}/{method}",
                        json=body,
                        headers={"Authorization": f"bearer {key}"},
                    )
                    self.assertGreaterEqual(answer.status_code, 400, method)
                    self.assertNotIn("Bosco", answer.text)
