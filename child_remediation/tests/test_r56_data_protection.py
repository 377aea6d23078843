import base64
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .browser_common import BrowserCommon
from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestR25Misfiled(RemediationCommon):
    def test_r25_a_misfiled_note_is_hidden_at_once_and_logged(self):
        case = self._new_case()
        note = self.env["remediation.note"].create(
            {"case_id": case.id, "text": "About another child"}
        )
        with self.assertRaises(AccessError):
            note.with_user(self.worker_other).action_misfiled()
        note.with_user(self.worker).action_misfiled("Wrong file")
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.portal_manager,
            self.portal_supervisor,
        ):
            with self.subTest(user=user.login):
                self.assertFalse(
                    self.env["remediation.note"]
                    .with_user(user)
                    .search([("id", "=", note.id)])
                )
                with self.assertRaises(AccessError):
                    note.with_user(user).read(["text"])
        # The row is theirs; its words are for those who may know names (R72).
        self.assertTrue(note.with_user(self.data_protection).read(["misfiled_on"]))
        with self.assertRaises(AccessError):
            note.with_user(self.data_protection).write({"misfiled_on": False})
        breach = self.env["remediation.data.breach"].search([("case_id", "=", case.id)])
        self.assertEqual((breach.kind, breach.found_by_id), ("misfiled", self.worker))
        self.assertNotIn("About another child", breach.description)
        officer = breach.with_user(self.data_protection)
        with self.assertRaisesRegex(UserError, "measures"):
            officer.action_close()
        officer.measures = "The worker was told."
        officer.action_close()
        self.assertEqual(breach.state, "closed")


@tagged("post_install", "-at_install", "whole")
class TestR56Grants(RemediationCommon):
    def _alerts(self, user):
        return self.env["remediation.grant.alert"].search([("user_id", "=", user.id)])

    def test_r56_a_sensitive_group_alerts_the_safeguarding_officer(self):
        self.safeguarding.email = "officer@example.org"
        for name in ("identity", "export", "data_protection", "coordinator"):
            group = self.env.ref(f"child_remediation.group_{name}")
            mails = self.env["mail.mail"].search([])
            self.plain_user.write({"group_ids": [Command.link(group.id)]})
            self.assertIn(group, self._alerts(self.plain_user).group_id, name)
            new = self.env["mail.mail"].search([]) - mails
            self.assertIn(self.safeguarding.email_formatted, new.mapped("email_to"))

    def test_r56_by_the_group_and_by_an_implied_group_too(self):
        group = self.env.ref("child_remediation.group_export")
        group.write({"user_ids": [Command.link(self.plain_user.id)]})
        self.assertTrue(self._alerts(self.plain_user))
        monitoring = self.env.ref("child_remediation.group_monitoring")
        monitoring.write({"implied_ids": [Command.link(group.id)]})
        self.assertIn(group, self._alerts(self.monitor).group_id)

    def test_r56_names_that_come_with_case_work_alert_nobody(self):
        self.assertFalse(self._alerts(self.worker))
        self.assertTrue(self._alerts(self.coordinator))

    def test_r56_nobody_acknowledges_their_own_right(self):
        group = self.env.ref("child_remediation.group_export")
        self.safeguarding.write({"group_ids": [Command.link(group.id)]})
        alert = self._alerts(self.safeguarding).filtered(lambda a: a.group_id == group)
        with self.assertRaises(UserError):
            alert.with_user(self.safeguarding).action_acknowledge()
        with self.assertRaises(AccessError):
            alert.with_user(self.safeguarding).write({"acknowledged_by_id": 1})


@tagged("post_install", "-at_install", "whole")
class TestR7ConsentEnds(RemediationCommon):
    def _tasks(self, case):
        activity_type = self.env.ref("child_remediation.mail_activity_type_consent")
        return self.env["mail.activity"].search(
            [
                ("res_id", "=", case.id),
                ("res_model", "=", case._name),
                ("activity_type_id", "=", activity_type.id),
            ]
        )

    def test_r7_the_holder_is_told_at_30_and_7_days_and_on_the_day(self):
        for days, expected in ((30, 1), (7, 1), (0, 2), (29, 0), (8, 0), (-1, 0)):
            case = self._new_case()
            self._new_consent(
                case,
                given_on=self.today - timedelta(days=100),
                valid_until=self.today + timedelta(days=days),
            )
            self.env["remediation.consent"]._cron_warn()
            self.env["remediation.consent"]._cron_warn()
            tasks = self._tasks(case)
            self.assertEqual(len(tasks), expected, days)
            if expected:
                told = self.worker if days else self.worker | self.supervisor
                self.assertEqual(tasks.user_id, told)
                self.assertEqual(set(tasks.mapped("summary")), {case.name})

    def test_r7_one_bad_consent_keeps_no_other_from_expiring(self):
        bad, good = (
            self._new_consent(
                self._new_case(),
                given_on=self.today - timedelta(days=100),
                valid_until=self.today - timedelta(days=1),
            )
            for _number in range(2)
        )
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE remediation_consent ADD CONSTRAINT bad_record"
            " CHECK (id <> %s OR is_lapsed IS NOT TRUE)",
            [bad.id],
        )
        batches = "odoo.addons.remediation_base.tools.batches"
        with mute_logger("odoo.sql_db"), self.assertLogs(batches, "WARNING"):
            self.env["remediation.consent"]._cron_expire()
        self.env.invalidate_all()
        self.assertEqual((bad + good).mapped("is_lapsed"), [False, True])
        self.assertFalse(self._tasks(bad.case_id))
        self.assertEqual(self._tasks(good.case_id).user_id, self.supervisor)

    def test_r7_a_recipient_may_finish_for_14_days_after_expiry(self):
        consent = self._new_consent(
            self._new_case(),
            given_on=self.today - timedelta(days=100),
            valid_until=self.today - timedelta(days=14),
        )
        self.env["remediation.consent"]._cron_expire()
        self.assertFalse(consent.case_id._has_consent("services"))
        self.assertEqual(consent._finish_by(), self.today)

    def test_r7_withdrawal_alerts_the_supervisor_and_may_ask_for_a_review(self):
        low = self._new_case(risk_level="low")
        consent = self._new_consent(low, assent="too_young")
        consent.with_user(self.worker).action_withdraw()
        self.assertEqual(self._tasks(low).user_id, self.supervisor)
        self.assertFalse(low.best_interest_ids)
        against = self._new_case(risk_level="low")
        consent = self._new_consent(against)
        consent.with_user(self.worker).action_withdraw()
        self.assertEqual(against.best_interest_ids.trigger, "consent_conflict")
        high = self._new_case(risk_level="high")
        for purpose in ("services", "photo"):
            consent = self._new_consent(high, purpose, assent="no")
            consent.with_user(self.worker).action_withdraw()
        self.assertEqual(len(high.best_interest_ids), 1)


@tagged("post_install", "-at_install")
class TestR25InTheBrowser(BrowserCommon):
    def test_r25_the_page_goes_with_the_note(self):
        """An error stood there, and behind it the note of another child."""
        case = self._new_case()
        notes = self.env["remediation.note"].with_user(self.worker)
        wrong, right = notes.create(
            [
                {"case_id": case.id, "subject": subject, "text": "A text"}
                for subject in ("Wrong", "Right")
            ]
        )
        self._play(f"/odoo/cases/{case.id}", "remediation_wrong_file", self.worker)
        self.assertTrue(wrong.with_env(self.env).misfiled_on)
        self.assertFalse(right.misfiled_on)


@tagged("post_install", "-at_install")
class TestR56DataProtection(RemediationCommon):
    @classmethod
    def _people(cls):
        return {**super()._people(), "data_protection_2": "group_data_protection"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer_2 = cls.data_protection_2
        cls.case = cls._new_case()
        cls.child = cls.case.beneficiary_id
        cls.child.write({"birth_date": "2014-05-06", "national_id": "SECRET-1"})
        cls.note = cls.env["remediation.note"].create(
            {"case_id": cls.case.id, "subject": "Talk", "text": "Amani said so."}
        )
        cls.case._message_log_batch(bodies={cls.case.id: "Amani came."})
        cls.env["ir.attachment"].create(
            {
                "name": "Amani.txt",
                "raw": b"Amani",
                "res_model": cls.case._name,
                "res_id": cls.case.id,
            }
        )

    def _request(self, kind, **vals):
        return (
            self.env["remediation.subject.request"]
            .with_user(self.data_protection)
            .create({"beneficiary_id": self.child.id, "kind": kind, **vals})
        )

    def test_r56_access_file_holds_everything_and_is_logged(self):
        self._caregiver(self.case).is_suspected_of_harm = True
        request = self._request("access")
        with self.assertRaisesRegex(UserError, "Check first"):
            request.action_build_file()
        request.identity_checked = True
        request.action_build_file()
        document = base64.b64decode(request.file).decode()
        for text in (
            "Amani",
            "Hidden",
            "SECRET-1",
            "2014-05-06",
            "Amani said so.",
            "Mama Secret",
            self.case.name,
            self.note.display_name,
        ):
            self.assertIn(text, document)
        self.assertNotIn("Suspected", document)
        self.assertNotIn("<script", document)
        self.assertNotIn("Amani", request.file_name)
        self.env.cr.flush()
        row = self.env["remediation.access.log"].search(
            [
                ("action", "=", "export"),
                ("res_id", "=", self.child.id),
                ("model", "=", self.child._name),
            ]
        )
        self.assertEqual(row.user_id, self.data_protection)
        with self.assertRaises(UserError):
            request.action_build_file()

    def test_r56_requests_are_the_data_protection_officers(self):
        request = self._request("access", identity_checked=True)
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.auditor,
            self.safeguarding,
            self.admin_like,
            self.portal_manager,
        ):
            for operation in (
                lambda u=user: request.with_user(u).read(["kind"]),
                lambda u=user: request.with_user(u).action_build_file(),
                lambda u=user: request.with_user(u).action_pseudonymise(),
            ):
                with self.assertRaises(AccessError, msg=user.login):
                    operation()

    def test_r56_rectification_and_refusal_need_words(self):
        request = self._request("rectification")
        with self.assertRaises(UserError):
            request.action_rectified()
        request.note = "Birth date corrected."
        request.action_rectified()
        self.assertEqual(request.state, "done")
        self.assertEqual(request.due_on, self.today + timedelta(days=30))
        refused = self._request("access")
        with self.assertRaises(UserError):
            refused.action_refuse()

    def _close(self, years=0):
        self.case._unprotected().write(
            {
                "closed_on": fields.Datetime.now() - relativedelta(years=years),
                "closure_reason": "goals_met",
            }
        )

    def test_r74_an_erasure_is_applied_again_after_a_restore(self):
        """A savepoint stands for the backup: going back to it brings the names back."""
        requests = self.env["remediation.subject.request"]
        self.env.flush_all()
        backup = self.env.cr.savepoint()
        request = self._request("erasure")
        self._seen(request).action_approve_erasure()
        self._close()
        request.with_user(self.officer_2).action_pseudonymise()
        erasures = requests._erasures()
        self.assertIn(self.child.name, [entry["code"] for entry in erasures])
        self.assertNotIn("Amani", str(erasures))
        self.env.flush_all()
        backup.rollback()
        backup.close(rollback=True)
        self.env.invalidate_all()
        self.assertTrue(self.child.first_name)
        other = dict(erasures[-1], made_on="2020-01-01 00:00:00")
        self.assertFalse(requests._apply_erasures([other]), "another child's code now")
        self.assertEqual(requests._apply_erasures(erasures), [self.child.name])
        self.assertFalse(self.child.first_name)
        self.assertTrue(self.child.pseudonymised_on)
        self.assertEqual(requests._apply_erasures(erasures), [])

    def test_r56_pseudonymisation_is_for_good_and_keeps_the_figures(self):
        request = self._request("erasure")
        with self.assertRaisesRegex(UserError, "Another"):
            request.action_pseudonymise()
        self._seen(request).action_approve_erasure()
        with self.assertRaisesRegex(UserError, "own work"):
            request.action_pseudonymise()
        second = request.with_user(self.officer_2)
        with self.assertRaisesRegex(UserError, "open case"):
            second.action_pseudonymise()
        self._close()
        code, age = self.child.name, self.child.age
        second.action_pseudonymise()
        self.assertTrue(self.child.pseudonymised_on)
        self.assertEqual((self.child.name, self.child.age), (code, age))
        self.assertEqual(self.case.closure_reason, "goals_met")
        for value in (
            self.child.first_name,
            self.child.last_name,
            self.child.national_id,
            self.child.birth_date,
            self.child.search_name,
            self.child.match_name,
            self.child.match_keys,
            self._caregiver(self.case).full_name,
            self.note.subject,
        ):
            self.assertFalse(value)
        self.assertEqual(self.note.text, "—")
        for model in ("mail.message", "mail.activity", "ir.attachment"):
            field = "model" if model == "mail.message" else "res_model"
            self.assertFalse(
                self.env[model].search(
                    [(field, "=", self.case._name), ("res_id", "=", self.case.id)]
                ),
                model,
            )
        # nothing is left in any table of the modules
        for name, model in self.env.registry.items():
            if model._abstract or not model._auto or "remediation" not in name:
                continue
            self.env.cr.execute(
                f"SELECT count(*) FROM {model._table} t "  # pylint: disable=sql-injection
                "WHERE t::text ILIKE '%%amani%%' OR t::text LIKE '%%SECRET-1%%' "
                "OR t::text ILIKE '%%mama secret%%'"
            )
            self.assertEqual(self.env.cr.fetchone()[0], 0, name)

    def test_r56_a_siblings_file_keeps_the_family(self):
        self.env["remediation.beneficiary"].create(
            {
                "first_name": "Sister",
                "sex": "female",
                "age_estimated": 8,
                "household_id": self.child.household_id.id,
            }
        )
        self._close()
        request = self._request("erasure")
        self._seen(request).action_approve_erasure()
        request.with_user(self.officer_2).action_pseudonymise()
        self.assertFalse(self.child.first_name)
        self.assertEqual(self._caregiver(self.case).full_name, "Mama Secret")

    def test_r56_files_past_their_time_are_proposed_once(self):
        rules = self.env["remediation.retention.rule"]
        rules.create({"years": 7})
        self._close(years=8)
        requests = self.env["remediation.subject.request"]
        rules._cron_propose()
        mine = [("beneficiary_id", "=", self.child.id), ("kind", "=", "retention")]
        self.assertFalse(requests.search(mine), "not before the child is 18")
        self.child.write(
            {"birth_date": self.today - relativedelta(years=19), "age_estimated": 0}
        )
        rules.create({"closure_reason": "goals_met", "years": 10})
        rules._cron_propose()
        self.assertFalse(requests.search(mine), "the reason has a longer time")
        rules.search([("closure_reason", "=", "goals_met")]).years = 5
        rules._cron_propose()
        rules._cron_propose()
        self.assertEqual(len(requests.search(mine)), 1)


@tagged("post_install", "-at_install", "whole")
class TestR56Register(RemediationCommon):
    def test_r56_the_register_comes_filled_and_is_kept_by_the_officer(self):
        register = self.env["remediation.processing.activity"]
        shipped = register.with_user(self.data_protection).search([])
        self.assertIn(self.env.ref("child_remediation.processing_case_file"), shipped)
        for row in shipped:
            for name in ("purpose", "categories", "recipients", "retention"):
                self.assertTrue(row[name], (row.name, name))
        row = shipped[0]
        with self.assertRaises(AccessError):
            row.reviewed_on = fields.Date.today()
        row.action_reviewed()
        self.assertEqual(row.reviewed_by_id, self.data_protection)
        self.assertEqual(row.review_due, self.today + timedelta(days=365))
        for user in (self.coordinator, self.auditor, self.safeguarding):
            self.assertTrue(row.with_user(user).read(["purpose"]))
            with self.assertRaises(AccessError):
                row.with_user(user).action_reviewed()
            with self.assertRaises(AccessError):
                row.with_user(user).write({"purpose": "x"})
        with self.assertRaises(AccessError):
            row.unlink()
        with self.assertRaises(AccessError):
            row.with_user(self.worker).read(["purpose"])
