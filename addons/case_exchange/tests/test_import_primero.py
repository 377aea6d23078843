import base64
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ExchangeCommon


def record(number, **vals):
    return {
        "case_id": f"P-{number}",
        "case_id_display": f"C-{number}",
        "name_first": "Neema",
        "name_last": f"Family{number}",
        "sex": "female",
        "age": 10,
        "registration_date": "2024-03-01",
        "status": "open",
        "risk_level": "high",
        **vals,
    }


@tagged("post_install", "-at_install")
class TestImportPrimero(ExchangeCommon):
    """Former files come in once, row by row, and nothing before it was seen."""

    def _job(self, records, user=None, **vals):
        content = records if isinstance(records, bytes) else json.dumps(records)
        if isinstance(content, str):
            content = content.encode()
        return (
            self.env["remediation.import.job"]
            .with_user(user or self.importer)
            .create({"file": base64.b64encode(content), **vals})
        )

    def _import(self, records, **vals):
        job = self._job(records, **vals)
        job.action_check()
        job.action_import()
        return job

    # -- who may
    def test_roles_that_may_not_import(self):
        for user in (
            self.coordinator,
            self.supervisor,
            self.worker,
            self.namer,
            self.auditor,
            self.plain_user,
            self.admin_like,
            self.portal_manager,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                self._job([record(1)], user=user)
        # the right to import opens no case by itself
        self.plain_user.group_ids |= self.env.ref("case_exchange.group_import")
        job = self._job([record(1)], user=self.plain_user)
        with self.assertRaises(AccessError):
            job.action_check()

    def test_an_import_is_its_owners_alone(self):
        job = self._job([record(1)])
        job.action_check()
        other = self._new_user(
            "importer_2", "group_coordinator,case_exchange.group_import"
        )
        foreign = job.with_user(other)
        for call in (
            lambda: foreign.read(["name"]),
            foreign.action_check,
            foreign.action_import,
            foreign.action_back,
            lambda: job.line_ids.with_user(other).read(["data"]),
        ):
            with self.assertRaises(AccessError):
                call()
        for values in ({"state": "done"}, {"user_id": other.id}):
            with self.assertRaises(AccessError):
                job.write(values)
        with self.assertRaises(AccessError):
            job.line_ids.write({"data": {}})

    def test_r56_the_officer_learns_who_may_import(self):
        alerts = self.env["remediation.grant.alert"]
        before = alerts.search_count([])
        self.worker.group_ids |= self.env.ref("case_exchange.group_import")
        alert = alerts.search([], limit=1)
        self.assertEqual(alerts.search_count([]), before + 1)
        self.assertEqual(alert.user_id, self.worker)
        with self.assertRaises(ValidationError):
            self.portal_manager.group_ids |= self.env.ref("case_exchange.group_import")

    # -- dry run
    def test_a_dry_run_makes_nothing_and_says_what_is_wrong(self):
        before = self.env["remediation.case"].search_count([])
        job = self._job(
            [
                record(1),
                record(2, sex="?", age="old"),
                record(3, registration_date="soon"),
                record(4, date_of_birth="2025-01-01"),
                record(1),
                "no case",
                record(5, status="closed"),
                record(6, family_details_section="x", risk_level="huge"),
                {"sex": "male"},
            ]
        )
        job.action_check()
        self.assertEqual(self.env["remediation.case"].search_count([]), before)
        self.assertEqual(job.line_ids.mapped("status").count("new"), 1)
        told = {line.row: line.problems for line in job.line_ids}
        self.assertIn("sex: write female, male or other", told[2])
        self.assertIn("age: this is no number", told[2])
        self.assertIn("registration_date: this is no date", told[3])
        self.assertIn("born after", told[4])
        self.assertIn("P-1 stands in this file twice", told[5])
        self.assertIn("no case", told[6])
        self.assertIn("no date of closure", told[7])
        self.assertIn("family_details_section: a list", told[8])
        self.assertIn("risk_level: this choice", told[8])
        self.assertIn("case_id: the case has no number", told[9])
        self.assertFalse(
            job.line_ids.filtered(lambda x: x.status == "wrong" and x.data)
        )
        with self.assertRaisesRegex(UserError, "nothing was imported"):
            job.action_import()
        job.skip_bad = True
        job.action_import()
        self.assertEqual((job.state, job.imported_count), ("done", 1))

    def test_files_that_cannot_be_read_are_refused_with_a_sentence(self):
        for content, told in (
            (b"\x00\xff", "no JSON"),
            (b"{", "no JSON"),
            (b"[" * 100_000, "no JSON"),
            (b'"text"', "no list of cases"),
            (b"{}", "no list of cases"),
            (b"[]", "no case"),
        ):
            with self.assertRaisesRegex(UserError, told, msg=content[:20]):
                self._job(content).action_check()

    # -- import
    def test_what_is_imported_is_there_with_its_old_numbers(self):
        job = self._import(
            [
                record(
                    1,
                    date_of_birth="2014-02-03",
                    consent_for_services=True,
                    consent_reporting="true",
                    interview_subject="caregiver",
                    religion="r1\x00\ud800",
                    family_details_section=[
                        {
                            "unique_id": "m1",
                            "relation_name": "Mama Neema",
                            "relation": "mother",
                            "relation_is_caregiver": True,
                            "relation_telephone": "+243991234567",
                        }
                    ],
                    followup_subform_section=[
                        {
                            "unique_id": "f1",
                            "followup_date": "2024-04-01",
                            "followup_comments": "At school",
                        }
                    ],
                    notes_section=[
                        {
                            "unique_id": "n1",
                            "note_date": "2024-04-02T10:00:00Z",
                            "note_subject": "Phone",
                            "note_text": "She called",
                            "note_created_by": "old_worker",
                        }
                    ],
                )
            ]
        )
        case = job.line_ids.case_id
        child = case.beneficiary_id
        self.assertEqual(child.full_name, "Neema Family1")
        self.assertEqual(child.birth_date, fields.Date.to_date("2014-02-03"))
        self.assertEqual(case.risk_level, "high")
        self.assertEqual(case.identified_on, fields.Date.to_date("2024-03-01"))
        self.assertEqual(case.household_id.member_ids.phone, "+243991234567")
        # R57: nobody there recorded what the child said, so that it waits for it here.
        reporting = case.consent_ids.filtered(lambda c: c.purpose == "reporting")
        self.assertEqual((reporting.answer, reporting.standing), ("yes", "no_assent"))
        self.assertFalse(case._has_consent("reporting"))
        self.assertIn("religion: r1", "\n".join(case.note_ids.mapped("text")))
        note = case.note_ids.filtered(lambda n: "She called" in n.text)
        self.assertIn("old_worker", note.text)
        self.assertEqual(note.date, fields.Datetime.to_datetime("2024-04-02 10:00:00"))
        self.assertEqual(note.author_id, self.importer)
        visit = case.visit_ids
        self.assertEqual((visit.state, visit.outcome), ("done", "not_counting"))
        self.assertFalse(visit.is_clean, "nobody here saw the child (R22)")
        # the old numbers find the case, for those who see it
        for user, found in (
            (self.importer, True),
            (self.coordinator, True),
            (self.worker_other, False),
        ):
            cases = self.env["remediation.case"].with_user(user)
            for number in ("P-1", "C-1", "m1"):
                hits = cases.name_search(number)
                self.assertEqual([hit[0] for hit in hits], case.ids if found else [])
        self.assertFalse(job.line_ids.data, "the facts leave the row")

    def test_a_second_run_doubles_nothing(self):
        records = [record(1), record(2)]
        self._import(records)
        count = self.env["remediation.case"].search_count([])
        children = self.env["remediation.beneficiary"].search_count([])
        again = self._job([*records, record(3)])
        again.action_check()
        self.assertEqual((again.known_count, again.new_count), (2, 1))
        again.action_import()
        self.assertEqual(again.imported_count, 1)
        self.assertEqual(self.env["remediation.case"].search_count([]), count + 1)
        self.assertEqual(
            self.env["remediation.beneficiary"].search_count([]), children + 1
        )

    def test_two_jobs_checked_before_either_ran_double_nothing(self):
        first, second = self._job([record(1)]), self._job([record(1)])
        first.action_check()
        second.action_check()
        first.action_import()
        second.action_import()
        self.assertEqual(second.line_ids.status, "known")
        self.assertEqual(
            self.env["remediation.external.reference"].search_count(
                [("external_id", "=", "P-1"), ("kind", "=", "remediation.case")]
            ),
            1,
        )

    def test_a_child_with_two_cases_is_one_child(self):
        job = self._import(
            [
                record(1, status="closed", date_closure="2024-06-01"),
                record(2, case_id_display="C-1"),
            ]
        )
        self.assertEqual(job.imported_count, 2, job.line_ids.mapped("problems"))
        self.assertEqual(len(job.line_ids.case_id.beneficiary_id), 1)

    def test_a_second_open_case_of_a_child_fails_with_a_sentence(self):
        job = self._import([record(1), record(2, case_id_display="C-1"), record(3)])
        self.assertEqual((job.imported_count, job.failed_count), (2, 1))
        failed = job.line_ids.filtered(lambda line: line.status == "failed")
        self.assertIn("has an open case", failed.problems)
        self.assertEqual(job.state, "done")

    def test_a_closed_case_comes_closed_and_owes_nothing(self):
        job = self._import(
            [
                record(
                    1,
                    status="closed",
                    date_closure="2024-06-01",
                    closure_reason="formal_closing",
                )
            ]
        )
        case = job.line_ids.case_id
        self.assertEqual((case.stage, case.closure_reason), ("closed", "goals_met"))
        self.assertFalse(case.deadline_ids.filtered(lambda d: not d.done_on))

    def test_r04_a_match_goes_to_the_queue_and_is_told_to_nobody(self):
        known = self._new_case(self.manager_other)
        known.beneficiary_id.write({"first_name": "Neema", "last_name": "Family1"})
        self.env.cr.flush()
        job = self._import([record(1, sex="male", age=11)])
        self.env.cr.flush()
        child = job.line_ids.case_id.beneficiary_id
        pair = self.env["remediation.duplicate"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertTrue(pair)
        self.assertFalse(job.line_ids.problems)
        self.assertNotEqual(child, known.beneficiary_id)

    def test_reported_48_a_duplicate_there_is_no_case_here_and_is_said(self):
        job = self._import([record(1), record(2, status="duplicate")])
        self.assertEqual(
            (job.state, job.imported_count, job.left_out_count), ("done", 1, 1)
        )
        left = job.line_ids.filtered(lambda line: line.status == "left_out")
        self.assertFalse(left.case_id)
        self.assertIn("duplicate", left.problems)
        job = self._job([record(3, status="archived")])
        job.action_check()
        self.assertEqual(job.line_ids.status, "wrong")

    def test_reported_49_an_estimated_birth_date_stays_an_estimate(self):
        job = self._import(
            [
                record(1, estimated=True, date_of_birth="2017-01-01", age=9),
                record(2, estimated=True, date_of_birth="2014-01-01", age=None),
                record(3, estimated=False, date_of_birth="2014-05-06", age=None),
            ]
        )
        one, two, three = job.line_ids.sorted("row").case_id.mapped("beneficiary_id")
        self.assertFalse(one.birth_date)
        self.assertEqual(one.age_estimated, 9)
        self.assertFalse(two.birth_date)
        self.assertEqual(two.age_estimated, 10)
        self.assertEqual(str(three.birth_date), "2014-05-06")

    def test_reported_65_an_import_is_done_with_its_last_batch(self):
        job = self._job([record(number) for number in range(75)])
        job.action_check()
        job.action_import()
        runs = 0
        while job.sudo().state == "running":
            job.sudo()._import_in_background()
            self.env.invalidate_all()
            runs += 1
        self.assertEqual((runs, job.imported_count), (3, 75))

    def test_a_long_import_goes_on_in_the_background_in_batches(self):
        records = [record(number) for number in range(60)]
        records[30]["case_id_display"] = "C-29"  # a second open case of one child
        job = self._job(records)
        job.action_check()
        job.action_import()
        self.assertEqual(job.state, "running")
        self.assertEqual(job.imported_count, 0)
        self.env["remediation.import.job"].with_user(self.env.user).browse(
            job.id
        )._import_in_background()
        self.env.invalidate_all()
        self.assertEqual(job.imported_count, 25)
        self.assertGreater(job.progress, 40)
        with mute_logger("odoo.addons.case_exchange.models.remediation_import_job"):
            while job.sudo()._import_in_background():
                pass
        self.assertEqual(
            (job.state, job.imported_count, job.failed_count), ("done", 59, 1)
        )
        self.assertEqual(job.line_ids.case_id.create_uid, self.importer)

    def test_who_loses_the_right_stops_the_import(self):
        job = self._job([record(number) for number in range(60)])
        job.action_check()
        job.action_import()
        self.importer.group_ids -= self.env.ref("case_exchange.group_import")
        self.assertFalse(job.sudo()._import_in_background())
        self.assertEqual(job.sudo().state, "done")
        self.assertEqual(job.sudo().imported_count, 0)
        self.assertTrue(job.sudo().problem)

    def test_files_and_facts_are_taken_out_afterwards(self):
        job = self._job([record(1)])
        job.action_check()
        self.assertTrue(job.line_ids.data)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE remediation_import_job SET write_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=40), job.id],
        )
        self.env.invalidate_all()
        self.env["remediation.import.job"]._gc_imports()
        self.assertFalse(job.file)
        self.assertFalse(job.line_ids.data)
