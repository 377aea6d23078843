import base64
import io

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestConcern(ReferralCommon):
    def _concern(self, user=None, **vals):
        return (
            self.env["remediation.concern"]
            .with_user(user or self.worker)
            .create({"work_observed": "Carrying bags", **vals})
        )

    def _accept(self, concern, user=None, **vals):
        wizard = (
            self.env["remediation.concern.accept"]
            .with_user(user or self.supervisor)
            .with_context(default_concern_id=concern.id)
            .create(
                {
                    "sex": "female",
                    "age_estimated": 11,
                    "team_id": self.team.id,
                    "risk_level": "medium",
                    **vals,
                }
            )
        )
        wizard.action_confirm()
        return concern.sudo().case_id

    def test_immediate_danger_pages_the_person_on_call_at_once_by_code(self):
        self.supervisor.email = "supervisor@example.org"
        mails = self.env["mail.mail"].search([])
        concern = self._concern(
            immediate_danger=True,
            team_id=self.team.id,
            child_nickname="Kasongo",
            location="West gate",
        )
        self.assertTrue(concern.sudo().paged_on)
        sent = self.env["mail.mail"].search([]) - mails
        self.assertEqual(len(sent), 1)
        self.assertIn("supervisor@example.org", sent.email_to)
        text = f"{sent.subject} {sent.body_html}"
        self.assertIn(concern.name, text)
        for secret in ("Kasongo", "West gate", "Carrying"):
            self.assertNotIn(secret, text)

    def test_triage_deadline_runs_from_receipt(self):
        concern = self._concern()
        concern.with_user(self.supervisor).action_triage("high")
        hours = (concern.triage_due - concern.received_at).total_seconds() / 3600
        self.assertEqual(hours, 24)
        self.assertEqual(concern.triaged_by_id, self.supervisor)

    def test_whoever_triages_alone_has_a_desk_with_its_places(self):
        user = new_test_user(self.env, "triages", groups="case_referral.group_intake")
        concern = self._concern(site_id=self.site.id)
        desk = self.env["remediation.desk"].with_user(user).get_desk()
        lines = desk["sections"][0]["lines"]
        line = next(line for line in lines if line["res_id"] == concern.id)
        self.assertEqual(line["detail"], self.site.display_name)

    def test_only_intake_decides(self):
        concern = self._concern()
        for method in (
            lambda c: c.action_triage("low"),
            lambda c: c.action_screen_out("adult"),
            lambda c: c.action_merge(c.id),
        ):
            with self.assertRaises(AccessError):
                method(concern)
        with self.assertRaises(AccessError):
            concern.write({"state": "accepted"})
        with self.assertRaises(AccessError):
            self._concern(state="accepted")

    def test_worker_never_reads_who_reported(self):
        concern = self._concern()
        concern.sudo().reporter_name = "A neighbour"
        for field in ("reporter_name", "reporter_phone", "reporter_user_id"):
            with self.assertRaises(AccessError):
                concern.read([field])
        other = self._concern(user=self.worker_2)
        with self.assertRaises(AccessError):
            other.with_user(self.worker).read(["name"])

    def test_r5_concern_on_an_open_case_attaches_to_it(self):
        case = self._new_case()
        concern = self._concern()
        made = self._accept(concern, beneficiary_id=case.beneficiary_id.id)
        self.assertEqual(made, case)
        self.assertTrue(concern.sudo().attached_to_open_case)
        self.assertEqual(concern.sudo().state, "accepted")

    def test_accepting_makes_one_case_with_the_concerns_receipt(self):
        concern = self._concern(site_id=self.site.id)
        case = self._accept(concern)
        self.assertEqual(case.received_at, concern.received_at)
        self.assertEqual(case.site_id, self.site)
        self.assertEqual(concern.sudo().holder_id, case.user_id)
        with self.assertRaises(UserError):
            self._accept(concern)

    def test_a_report_of_three_children_makes_three_cases(self):
        """One report, a case for each child; each holder reads what was seen, nobody
        but triage who reported."""
        concern = self._concern(
            children_count=3, channel="audit", site_id=self.site.id, child_age=13
        )
        concern.sudo().reporter_name = "The auditor"
        wizard = Form(
            self.env["remediation.concern.accept"]
            .with_user(self.supervisor)
            .with_context(default_concern_id=concern.id)
        )
        self.assertEqual(len(wizard.child_ids), 3)
        for number, sex in enumerate(("female", "male", "male")):
            with wizard.child_ids.edit(number) as row:
                row.first_name, row.sex = f"Child {number}", sex
        wizard.team_id, wizard.risk_level = self.team, "high"
        action = wizard.save().action_confirm()
        concerns = concern.sudo() | concern.sudo().part_ids
        cases = concerns.case_id
        self.assertEqual((len(concerns), len(cases)), (3, 3))
        self.assertEqual(len(cases.beneficiary_id), 3)
        [(_field, _operator, opened)] = action["domain"]
        self.assertEqual(set(opened), set(cases.ids))
        self.assertEqual(set(concerns.mapped("state")), {"accepted"})
        self.assertEqual(set(cases.mapped("received_at")), {concern.received_at})
        self.assertEqual(cases.site_id, self.site)
        self.assertEqual(set(cases.mapped("risk_level")), {"high"})
        self.assertEqual(set(concerns.mapped("work_observed")), {"Carrying bags"})
        self.assertFalse(any(concern.sudo().part_ids.mapped("reporter_name")))
        cases[2]._set_holder(self.manager_other, "lives nearby")
        part = concerns.filtered(lambda one: one.case_id == cases[2])
        seen = part.with_user(self.worker_other)
        self.assertEqual(seen.work_observed, "Carrying bags")
        for other in concerns - part:
            with self.assertRaises(AccessError):
                other.with_user(self.worker_other).read(["work_observed"])

    def test_rows_of_a_report_are_the_children_that_were_met(self):
        """A child known already keeps its open case (R5); the same one twice is said;
        nothing is made where one row is wrong."""
        known = self._new_case()
        concern = self._concern(children_count=2)
        rows = [
            {"beneficiary_id": known.beneficiary_id.id},
            {"first_name": "Second", "sex": "male"},
        ]
        cases = self.env["remediation.case"].search([])
        for wrong, message in (
            ([rows[0], rows[0]], "two rows"),
            ([rows[0], {"first_name": "No sex"}], "girl or a boy"),
        ):
            savepoint = self.env.cr.savepoint()
            with self.assertRaisesRegex(UserError, message):
                self._accept(concern, child_ids=[Command.create(row) for row in wrong])
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.assertEqual(concern.state, "new")
        self.assertEqual(self.env["remediation.case"].search([]), cases)
        self._accept(concern, child_ids=[Command.create(row) for row in rows])
        concerns = concern.sudo() | concern.sudo().part_ids
        self.assertEqual(concerns[0].case_id, known)
        self.assertEqual(len(self.env["remediation.case"].search([]) - cases), 1)

    def test_screening_out_needs_a_reason_and_can_be_reopened(self):
        concern = self._concern()
        boss = concern.with_user(self.supervisor)
        with self.assertRaises(UserError):
            boss.action_screen_out("no such")
        with self.assertRaises(UserError):
            boss.action_screen_out("insufficient_info")
        boss.action_screen_out("insufficient_info", "Called twice")
        self.assertEqual(boss.state, "screened_out")
        boss.action_reopen()
        self.assertEqual(boss.state, "new")

    def test_merge_keeps_the_link(self):
        first, second = self._concern(), self._concern()
        case = self._accept(first)
        second.with_user(self.supervisor).action_merge(first.id)
        self.assertEqual(second.state, "merged")
        self.assertEqual(second.sudo().case_id, case)
        self.assertEqual(second.duplicate_of_id, first)

    def test_r30_photo_loses_its_metadata(self):
        exif = Image.Exif()
        exif[0x010E] = "Amani at the mine"
        out = io.BytesIO()
        Image.new("RGB", (3000, 2000), "red").save(out, "JPEG", exif=exif)
        concern = self._concern(
            user=self.supervisor, photo=base64.b64encode(out.getvalue())
        )
        with Image.open(io.BytesIO(base64.b64decode(concern.photo))) as image:
            self.assertFalse(image.getexif())
            self.assertLessEqual(max(image.size), 1280)
        with self.assertRaises(UserError):
            self._concern(
                user=self.supervisor, photo=base64.b64encode(b"<svg onload=alert(1)>")
            )

    def test_late_triage_is_alerted_once(self):
        concern = self._concern()
        concern._unprotected().sudo().triage_due = self._plus(hours=-1)
        self.env["remediation.concern"]._cron_alert_overdue()
        first = concern.sudo().overdue_alerted_on
        self.assertTrue(first)
        paged = concern.sudo().paged_on
        self.env["remediation.concern"]._cron_alert_overdue()
        self.assertEqual(concern.sudo().paged_on, paged)
        # What is late is not said to be a danger.
        self.env.cr.precommit.run()
        lines = self.env["bus.bus"].search([("message", "like", concern.name)])
        self.assertTrue(lines)
        for line in lines:
            self.assertIn("Triage is late", line.message)

    def test_form_registers_with_the_least_rights(self):
        form = Form(self.env["remediation.concern"].with_user(self.worker))
        form.work_observed = "Two girls washing ore"
        form.site_id = self.site
        concern = form.save()
        self.assertEqual(concern.registered_by_id, self.worker)
        self.assertRegex(concern.display_name, r"^CN-\d+$")
