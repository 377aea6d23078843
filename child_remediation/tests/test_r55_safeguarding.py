from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestR55Safeguarding(RemediationCommon):
    """Reports about people: anybody files, the officer alone reads."""

    @classmethod
    def _people(cls):
        return {**super()._people(), "safeguarding_2": "group_safeguarding"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["remediation.safeguarding.report"]
        cls.officer_2 = cls.safeguarding_2

    def _file(self, user=None, **vals):
        user = user or self.portal_reporter
        reference = self.Report.with_user(user).file_report(
            {"description": "He asked the family for money.", **vals}
        )
        return self.Report.search([("name", "=", reference)])

    def test_r55_anybody_files_and_learns_the_reference_alone(self):
        everybody = (
            self.portal_reporter,
            self.portal_manager,
            self.portal_provider,
            self.portal_observer,
            self.worker,
            self.supervisor,
            self.plain_user,
            self.monitor,
            self.auditor,
            self.env.ref("base.public_user"),
        )
        references = set()
        for user in everybody:
            reference = self.Report.with_user(user).file_report(
                {"description": "Something happened."}
            )
            self.assertRegex(reference, r"^SG-[A-Z2-9]{8}$")
            references.add(reference)
        self.assertEqual(len(references), len(everybody))

    def test_r55_only_the_officer_reads(self):
        report = self._file()
        others = (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.monitor,
            self.auditor,
            self.data_protection,
            self.admin_like,
            self.plain_user,
            self.portal_reporter,
            self.portal_manager,
            self.portal_supervisor,
            self.portal_provider,
            self.portal_observer,
            self.env.ref("base.public_user"),
        )
        for user in others:
            seen = self.Report.with_user(user)
            with self.subTest(user=user.login):
                for operation in (
                    lambda s=seen: s.search([]),
                    lambda s=seen: s.search_count([]),
                    lambda s=seen: s._read_group([], ["state"], ["__count"]),
                    lambda s=seen: s.name_search("SG"),
                    lambda s=seen: s.browse(report.id).read(["name"]),
                    lambda s=seen: s.browse(report.id).write({"review_note": "x"}),
                    lambda s=seen: s.create([{"description": "x"}]),
                    lambda s=seen: s.browse(report.id).unlink(),
                    lambda s=seen: s.browse(report.id).action_review(),
                    lambda s=seen: s.browse(report.id).action_suspend_subject(),
                ):
                    with self.assertRaises(AccessError):
                        operation()
        seen = self.Report.with_user(self.safeguarding)
        self.assertIn(report, seen.search([]))
        for operation in (
            lambda: seen.create([{"description": "x"}]),
            lambda: seen.browse(report.id).unlink(),
            lambda: seen.browse(report.id).write({"description": "x"}),
            lambda: seen.browse(report.id).write({"state": "closed"}),
            lambda: seen.browse(report.id).write({"excluded_user_ids": [(5,)]}),
        ):
            with self.assertRaises(AccessError):
                operation()

    def test_r55_subject_and_line_see_nothing_even_as_officers(self):
        self.supervisor.group_ids |= self.env.ref(
            "child_remediation.group_safeguarding"
        )
        self.worker.group_ids |= self.env.ref("child_remediation.group_safeguarding")
        report = self._file(subject_user_id=self.worker.id)
        for user in (self.worker, self.supervisor):
            seen = self.Report.with_user(user)
            self.assertFalse(seen.search([]))
            self.assertEqual(seen.search_count([]), 0)
            self.assertFalse(seen._read_group([], ["state"], ["__count"]))
            self.assertFalse(seen.name_search("SG"))
            with self.assertRaises(AccessError):
                seen.browse(report.id).read(["name"])
        # The worker is an officer too: the alternate reads it (R77).
        self.assertFalse(self.Report.with_user(self.officer_2).search([]))
        self.assertTrue(self.Report.with_user(self.alternate).search([]))

    def test_r55_line_of_every_officer_does_not_orphan_a_report(self):
        group = self.env.ref("child_remediation.group_safeguarding")
        group.all_user_ids.group_ids -= group
        self.supervisor.group_ids |= group
        report = self._file(subject_user_id=self.worker.id)
        self.assertIn(report, self.Report.with_user(self.supervisor).search([]))
        report_2 = self._file(subject_user_id=self.supervisor.id)
        self.assertNotIn(report_2, self.Report.with_user(self.supervisor).search([]))

    def test_r55_row_names_no_creator_when_anonymous(self):
        report = self._file(
            is_anonymous=True, reporter_name="Mama", reporter_contact="+243"
        )
        self.assertFalse(report.reporter_user_id)
        self.assertFalse(report.reporter_name or report.reporter_contact)
        self.assertNotIn(self.portal_reporter, report.create_uid | report.write_uid)
        named = self._file()
        self.assertEqual(named.reporter_user_id, self.portal_reporter)

    def test_r55_whitelist_ignores_decisions(self):
        report = self._file(
            state="closed",
            outcome="unsubstantiated",
            name="SG-1",
            suspended_on=fields.Datetime.now(),
            excluded_user_ids=[(5,)],
            channel="complaint",
            subject_user_id=99999999,
        )
        self.assertEqual(report.state, "new")
        self.assertFalse(
            report.outcome or report.suspended_on or report.subject_user_id
        )
        self.assertNotEqual(report.name, "SG-1")
        for vals in (
            {},
            {"description": " "},
        ):
            with self.assertRaises(UserError):
                self.Report.with_user(self.portal_reporter).file_report(vals)

    def test_r55_no_trace_in_messages_mails_or_logs(self):
        messages = self.env["mail.message"].search_count([])
        activities = self.env["mail.activity"].search_count([])
        mails = self.env["mail.mail"].search([])
        officers = self.safeguarding | self.officer_2
        report = self._file(subject_user_id=self.worker.id)
        new = self.env["mail.mail"].search([]) - mails
        self.assertEqual(
            set(new.mapped("email_to")), set(officers.mapped("email_formatted"))
        )
        for text in [*new.mapped("subject"), *map(str, new.mapped("body_html"))]:
            self.assertNotIn(report.name, text)
            self.assertNotIn("safeguarding", text.lower())
            self.assertNotIn(self.worker.name, text)
        self.assertEqual(self.env["mail.message"].search_count([]) - messages, len(new))
        self.assertEqual(self.env["mail.activity"].search_count([]), activities)
        self.assertFalse(hasattr(report, "message_ids"))
        self.assertFalse(hasattr(report, "case_id"))

    def test_r55_files_of_a_report_are_the_officers_alone(self):
        report = self._file(subject_user_id=self.worker.id)
        attachment = self.env["ir.attachment"].create(
            {
                "name": "x.txt",
                "raw": b"x",
                "res_model": report._name,
                "res_id": report.id,
            }
        )
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.admin_like,
            self.data_protection,
            self.portal_manager,
        ):
            found = (
                self.env["ir.attachment"]
                .with_user(user)
                .search([("id", "=", attachment.id)])
            )
            self.assertFalse(found, user.login)
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["name"])
        self.assertTrue(attachment.with_user(self.safeguarding).read(["name"]))

    def test_r55_officer_suspends_on_the_spot_without_a_trace(self):
        case = self._new_case()
        self.env["res.users.apikeys"].with_user(self.worker)._generate(
            "rpc", "k", fields.Datetime.now() + timedelta(days=1)
        )
        report = self._file(subject_user_id=self.worker.id)
        with self.assertRaises(AccessError):
            report.with_user(self.supervisor).action_suspend_subject()
        report.with_user(self.safeguarding).action_suspend_subject()
        self.assertEqual(self.manager.level, "suspended")
        self.assertFalse(self.worker.active)
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(
            self.env["res.users.apikeys"].search([("user_id", "=", self.worker.id)])
        )
        self.assertEqual(report.suspended_by_id, self.safeguarding)
        self.assertNotIn("report", (self.manager.suspension_reason or "").lower())
        for record in (case, self.manager, case.holder_log_ids[:1], self.worker):
            self.assertNotEqual(record.write_uid, self.safeguarding)
        self.assertNotIn(self.safeguarding, case.holder_log_ids.done_by_id)

    def test_r55_officer_suspends_staff_without_a_profile(self):
        report = self._file(subject_user_id=self.plain_user.id)
        report.with_user(self.safeguarding).action_suspend_subject()
        self.assertFalse(self.plain_user.active)
        nobody = self._file()
        with self.assertRaisesRegex(UserError, "user concerned"):
            nobody.with_user(self.safeguarding).action_suspend_subject()
        system = self._file(subject_user_id=self.env.ref("base.user_root").id)
        with self.assertRaises(UserError):
            system.with_user(self.safeguarding).action_suspend_subject()

    def test_r55_review_and_closure_follow_their_states(self):
        report = self._file().with_user(self.safeguarding)
        report.action_review()
        with self.assertRaises(UserError):
            report.action_review()
        with self.assertRaisesRegex(UserError, "what was done"):
            report.action_close("substantiated")
        report.action_taken = "Contract ended."
        with self.assertRaises(UserError):
            report.action_close("nonsense")
        report.action_close("substantiated")
        with self.assertRaises(UserError):
            report.action_close("substantiated")
        report.action_reopen()
        self.assertFalse(report.outcome or report.closed_on)


@tagged("post_install", "-at_install")
class TestR55Complaint(RemediationCommon):
    """Ordinary complaints: a deadline, an answer, a remedy."""

    def _file(self, **vals):
        reference = (
            self.env["remediation.complaint"]
            .with_user(self.portal_reporter)
            .file_complaint(
                {"category": "cash", "description": "No money came.", **vals}
            )
        )
        return self.env["remediation.complaint"].search([("name", "=", reference)])

    def test_r55_complaint_has_an_answer_deadline_and_a_remedy(self):
        complaint = self._file()
        self.assertEqual(complaint.answer_due, self.today + timedelta(days=14))
        self.assertEqual(complaint.reporter_user_id, self.portal_reporter)
        as_supervisor = complaint.with_user(self.supervisor)
        as_supervisor.action_assign()
        with self.assertRaisesRegex(UserError, "answer"):
            as_supervisor.action_answer()
        as_supervisor.answer = "Paid on Monday."
        with self.assertRaisesRegex(UserError, "remedy"):
            as_supervisor.action_answer()
        as_supervisor.remedy_due = "due"
        with self.assertRaisesRegex(UserError, "remedy"):
            as_supervisor.action_answer()
        remedy = as_supervisor.remedy_ids.create(
            {
                "complaint_id": complaint.id,
                "form": "restitution",
                "description": "The month's transfer",
                "amount": 25,
            }
        )
        as_supervisor.action_answer()
        with self.assertRaisesRegex(UserError, "what was given"):
            as_supervisor.action_close_resolved()
        remedy.write({"given_on": self.today, "given_by_id": self.partner_org.id})
        remedy.action_deliver()
        as_supervisor.action_close_resolved()
        self.assertEqual(complaint.state, "closed")
        as_supervisor.action_reopen()
        self.assertEqual(complaint.state, "assigned")

    def test_r55_complaints_are_the_supervisors(self):
        complaint = self._file()
        model = self.env["remediation.complaint"]
        for user in (
            self.worker,
            self.monitor,
            self.auditor,
            self.plain_user,
            self.admin_like,
            self.portal_reporter,
            self.portal_manager,
            self.portal_supervisor,
        ):
            with self.subTest(user=user.login):
                for operation in (
                    lambda u=user: model.with_user(u).search_count([]),
                    lambda u=user: complaint.with_user(u).read(["description"]),
                    lambda u=user: complaint.with_user(u).write({"answer": "x"}),
                    lambda u=user: model.with_user(u).create({"description": "x"}),
                    lambda u=user: complaint.with_user(u).unlink(),
                    lambda u=user: complaint.with_user(u).action_assign(),
                ):
                    with self.assertRaises(AccessError):
                        operation()
        complaint.with_user(self.supervisor).team_id = self.team
        with self.assertRaises(AccessError):
            complaint.with_user(self.supervisor_other).read(["description"])
        self.assertTrue(complaint.with_user(self.coordinator).read(["description"]))
        with self.assertRaises(AccessError):
            complaint.with_user(self.coordinator_company_b).read(["description"])
        for user in (self.supervisor, self.coordinator, self.safeguarding):
            with self.assertRaises(AccessError):
                complaint.with_user(user).unlink()

    def test_r55_complaint_about_a_case_is_its_teams(self):
        """No other supervisor learns of the case by the common queue."""
        complaint = self._file()
        seen = self.env["remediation.complaint"].with_user(self.supervisor_other)
        domain = [("id", "=", complaint.id)]
        self.assertTrue(seen.search(domain))
        complaint.with_user(self.supervisor).case_id = self._new_case()
        self.assertEqual(complaint.team_id, self.team)
        self.assertFalse(seen.search(domain))
        # Another team may be asked to answer for the one that is complained about.
        complaint.with_user(self.coordinator).team_id = self.team_b
        self.assertTrue(seen.search(domain))

    def test_r55_complaint_about_a_person_is_a_report(self):
        complaints = self.env["remediation.complaint"].search_count([])
        reference = (
            self.env["remediation.complaint"]
            .with_user(self.portal_reporter)
            .file_complaint({"category": "worker_conduct", "description": "He hit me."})
        )
        self.assertEqual(self.env["remediation.complaint"].search_count([]), complaints)
        self.assertTrue(
            self.env["remediation.safeguarding.report"]
            .with_user(self.safeguarding)
            .search([("name", "=", reference)])
        )

    def test_r55_complaint_passed_on_disappears_from_the_line(self):
        complaint = self._file(category="service", description="The worker hit him.")
        as_supervisor = complaint.with_user(self.supervisor)
        as_supervisor.action_pass_to_safeguarding()
        for user in (self.supervisor, self.coordinator):
            model = self.env["remediation.complaint"].with_user(user)
            self.assertNotIn(complaint, model.search([]))
            with self.assertRaises(AccessError):
                complaint.with_user(user).read(["description"])
        report = self.env["remediation.safeguarding.report"].search(
            [("complaint_id", "=", complaint.id)]
        )
        self.assertEqual(report.description, "The worker hit him.")
        self.assertNotEqual(report.create_uid, self.supervisor)

    def test_r55_late_complaints_are_told_once_by_code(self):
        complaint = self._file()
        complaint._unprotected().write(
            {"answer_due": self.today - timedelta(days=1), "team_id": self.team.id}
        )
        self.assertTrue(complaint.is_late)
        self.supervisor.email = "supervisor@example.org"
        before = self.env["mail.mail"].search([])
        self.env["remediation.complaint"]._cron_late()
        new = (self.env["mail.mail"].search([]) - before).filtered(
            lambda mail: "supervisor@example.org" in (mail.email_to or "")
        )
        self.assertEqual(len(new), 1)
        self.assertIn(complaint.name, str(new.body_html))
        self.assertNotIn("money", str(new.body_html))
        count = self.env["mail.mail"].search_count([])
        self.env["remediation.complaint"]._cron_late()
        self.assertEqual(self.env["mail.mail"].search_count([]), count)


@tagged("post_install", "-at_install")
class TestR55Wizards(RemediationCommon):
    def test_r55_any_colleague_files_and_the_draft_is_gone(self):
        wizard = (
            self.env["remediation.safeguarding.file.wizard"]
            .with_user(self.plain_user)
            .create(
                {"description": "He reads files he should not.", "is_anonymous": True}
            )
        )
        action = wizard.action_file()
        self.assertIn("SG-", action["params"]["message"])
        self.assertFalse(wizard.sudo().exists())
        report = self.env["remediation.safeguarding.report"].search([], limit=1)
        self.assertFalse(report.reporter_user_id)
        self.assertNotEqual(report.create_uid, self.plain_user)

    def test_r29_emergency_wizard_opens_the_sheet(self):
        case = self._new_case()
        wizard = (
            self.env["remediation.break.glass.wizard"]
            .with_user(self.worker_other)
            .create({"code": case.name, "reason": "The child called from the depot."})
        )
        action = wizard.action_open()
        access = self.env["remediation.break.glass"].browse(action["res_id"])
        self.assertEqual(access.user_id, self.worker_other)
