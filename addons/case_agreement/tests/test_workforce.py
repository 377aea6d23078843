import base64

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.remediation_base.tools import sheets

from .common import AgreementCommon

HEADERS = [
    "Number at the Site",
    "Name",
    "Declared Age",
    "Paper Seen",
    "Birth Date",
    "Age Found",
    "Margin of Age",
    "Doubt",
]


@tagged("post_install", "-at_install")
class TestWorkforce(AgreementCommon):
    """The ages of the people at a site: in doubt the younger counts, nobody under age
    is left without a case, and no more is kept of the others than that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.works = cls.env["remediation.site"].create(
            {"name": "Works", "site_type": "factory"}
        )

    def _list(self, *people, **vals):
        return (
            self.env["remediation.workforce.list"]
            .with_user(self.worker)
            .create(
                {
                    "site_id": self.works.id,
                    "date": self.today,
                    "person_ids": [Command.create(row) for row in people],
                    **vals,
                }
            )
        )

    def _born(self, years):
        return self.today - relativedelta(years=years, months=2)

    def _paper(self, years, **vals):
        return {
            "worker_name": "Secret Person",
            "worker_code": "SITE-7",
            "method": "birth_certificate",
            "birth_date": self._born(years),
            **vals,
        }

    def _open(self, person, user=None):
        person.with_user(user or self.supervisor).action_open_case("female", "high")
        return person.with_env(self.env).case_id

    # -- what follows from a row ----------------------------------------------------
    def test_the_team_is_the_own(self):
        self.assertEqual(self._list().team_id, self.team)

    def test_r02_in_doubt_the_younger_reading_counts(self):
        least = self.env["remediation.legal.framework"]._for_company(self.company)
        least = least._working_age()
        self.assertTrue(least)
        for row, outcome in (
            ({}, "unknown"),
            ({"age_declared": 30}, "doubt"),
            ({"age_declared": least - 1}, "under_age"),
            (self._paper(30), "of_age"),
            (self._paper(least), "young"),
            (self._paper(least - 1, age_declared=30), "under_age"),
            (self._paper(30, is_disputed=True, age_declared=30), "doubt"),
            (self._paper(30, is_disputed=True, age_declared=least - 1), "under_age"),
            # A paper nobody doubts is stronger than what is said.
            (self._paper(30, age_declared=least - 1), "of_age"),
            ({"method": "medical", "age_found": 19, "age_margin": 2}, "young"),
        ):
            with self.subTest(row=row):
                self.assertEqual(self._list(row).person_ids.outcome, outcome)

    def test_the_outcome_follows_the_youngest_reading(self):
        """Property: whatever is said and found, nobody is of age whose youngest reading
        that counts is below 18, and the totals are the rows."""
        listed = self._list()

        @settings(max_examples=12, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(
                    st.integers(0, 40),
                    st.integers(0, 40),
                    st.integers(0, 5),
                    st.booleans(),
                ),
                min_size=1,
                max_size=6,
            )
        )
        def check(rows):
            savepoint = self.env.cr.savepoint()
            try:
                listed.write(
                    {
                        "person_ids": [
                            Command.create(
                                {
                                    "age_declared": said,
                                    "method": found and "health_card",
                                    "age_found": found,
                                    "age_margin": margin,
                                    "is_disputed": doubt,
                                }
                            )
                            for said, found, margin, doubt in rows
                        ]
                    }
                )
                for person, (said, found, margin, doubt) in zip(
                    listed.person_ids, rows, strict=True
                ):
                    ages = [max(found - margin, 0)] if found else []
                    if said and (doubt or not found):
                        ages.append(said)
                    if person.outcome == "of_age":
                        self.assertGreaterEqual(min(ages), 18)
                        self.assertTrue(found and not doubt)
                    self.assertEqual(person.outcome == "unknown", not ages)
                self.assertEqual(listed.person_count, len(rows))
                self.assertEqual(
                    listed.under_age_count,
                    len(listed.person_ids.filtered(lambda p: p.outcome == "under_age")),
                )
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        check()

    def test_bad_input_a_paper_that_says_nothing(self):
        for row in (
            {"method": "birth_certificate"},
            {"birth_date": self._born(20)},
            {"method": "medical", "age_found": 17},
            self._paper(-1),
        ):
            with self.subTest(row=row), self.assertRaises(ValidationError):
                self._list(row)

    # -- the case -------------------------------------------------------------------
    def test_a_case_is_opened_with_the_verification_of_the_age(self):
        listed = self._list(self._paper(12), self._paper(30))
        child_row, adult = listed.person_ids
        case = self._open(child_row)
        self.assertEqual((case.site_id, case.team_id), (self.works, self.team))
        self.assertEqual(case.risk_level, "high")
        self.assertEqual(case.beneficiary_id.first_name, "Secret Person")
        self.assertEqual(case.beneficiary_id.birth_date, self._born(12))
        check = case.age_check_ids
        self.assertEqual((check.date, check.method), (self.today, "birth_certificate"))
        self.assertEqual(check.seen_by_id, self.supervisor)
        self.assertTrue(dict(case._remedy_steps())["Age Verified"])
        # What names the child stands in the child's file alone.
        self.assertFalse(child_row.worker_name or child_row.worker_code)
        self.assertFalse(child_row.birth_date)
        self.assertEqual(child_row.outcome, "under_age")
        self.assertEqual((listed.case_count, listed.under_age_count), (1, 1))
        with self.assertRaisesRegex(UserError, "opened before"):
            self._open(child_row)
        with self.assertRaisesRegex(UserError, "of age"):
            self._open(adult)

    def test_who_said_their_age_alone_gets_a_case_without_verification(self):
        case = self._open(self._list({"age_declared": 12}).person_ids)
        self.assertEqual(case.beneficiary_id.age_estimated, 12)
        self.assertFalse(case.age_check_ids)

    def test_only_a_supervisor_of_the_team_opens_it(self):
        person = self._list(self._paper(12)).person_ids
        for user in (self.worker, self.supervisor_other, self.auditor, self.monitor):
            with self.assertRaises(AccessError):
                self._open(person, user)
        self.assertFalse(person.case_id)

    def test_a_list_is_closed_once_nobody_under_age_is_without_a_case(self):
        listed = self._list(self._paper(12), {"age_declared": 30})
        under, doubt = listed.person_ids
        with self.assertRaisesRegex(UserError, "Under age and without a case: 1"):
            listed.action_close()
        self._open(under)
        with self.assertRaisesRegex(UserError, "in doubt: 1"):
            listed.action_close()
        doubt.write({"method": "school_record", "age_found": 30})
        listed.action_close()
        self.assertEqual((listed.state, listed.closed_by_id), ("closed", self.worker))
        # R62: with its rows
        with self.assertRaises(UserError):
            doubt.age_declared = 31
        with self.assertRaises(UserError):
            listed.write({"person_ids": [Command.create({"age_declared": 30})]})
        with self.assertRaisesRegex(UserError, "Add the people"):
            self._list().action_close()

    # -- who reads it, and until when -----------------------------------------------
    def test_purchasers_and_auditors_read_totals_alone(self):
        listed = self._list(self._paper(12), self._paper(30))
        self.env.flush_all()
        for user in (self.auditor, self.monitor):
            self.env.invalidate_all()
            seen = listed.with_user(user)
            self.assertEqual((seen.person_count, seen.under_age_count), (2, 1))
            with self.assertRaises(AccessError):
                seen.person_ids.read(["age_declared"])
            with self.assertRaises(AccessError):
                seen.person_ids.search([])
        for user in (self.portal_observer, self.portal_reporter, self.accountant):
            with self.assertRaises(AccessError):
                listed.with_user(user).read(["person_count"])

    def test_data_protection_reads_rows_without_names(self):
        person = self._list(self._paper(30)).person_ids
        self.env.invalidate_all()
        seen = person.with_user(self.data_protection)
        self.assertEqual(seen.outcome, "of_age")
        for name in ("worker_name", "worker_code", "birth_date"):
            with self.assertRaises(AccessError):
                seen.read([name])

    def test_r29_reading_a_row_is_logged(self):
        person = self._list(self._paper(30)).person_ids
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.precommit.run()
        log = self.env["remediation.access.log"].sudo()
        domain = [("model", "=", person._name), ("user_id", "=", self.supervisor.id)]
        before = log.search_count(domain)
        person.with_user(self.supervisor).read(["worker_name"])
        self.env.cr.precommit.run()
        self.assertGreater(log.search_count(domain), before)

    def test_r56_names_leave_the_list_after_its_time(self):
        old = self._list(self._paper(30), date=self.today - relativedelta(months=13))
        new = self._list(self._paper(30))
        self.env["remediation.workforce.list"]._cron_make_nameless()
        self.assertFalse(old.person_ids.worker_name or old.person_ids.worker_code)
        self.assertFalse(old.person_ids.birth_date)
        self.assertEqual(old.person_ids.outcome, "of_age")
        self.assertEqual(old.of_age_count, 1)
        self.assertTrue(old.nameless_on)
        self.assertEqual(new.person_ids.worker_name, "Secret Person")
        self.company.workforce_keep_months = 24
        later = self._list(self._paper(30), date=self.today - relativedelta(months=13))
        self.env["remediation.workforce.list"]._cron_make_nameless()
        self.assertTrue(later.person_ids.worker_name)

    def test_r56_who_asks_is_taken_out_before(self):
        listed = self._list(self._paper(30), self._paper(31))
        first, second = listed.person_ids
        for user in (self.worker, self.supervisor, self.auditor):
            with self.assertRaises(AccessError):
                first.with_user(user).action_make_nameless()
        first.with_user(self.data_protection).action_make_nameless()
        self.assertEqual((first.worker_name, first.outcome), (False, "of_age"))
        self.assertTrue(second.worker_name)
        listed.with_user(self.data_protection).action_make_nameless()
        self.assertFalse(second.worker_name)

    # -- from a sheet ---------------------------------------------------------------
    def _sheet(self, listed, rows, headers=None, user=None):
        content = sheets.write_csv(headers or HEADERS, rows)
        wizard = (
            self.env["remediation.workforce.sheet"]
            .with_user(user or self.worker)
            .create(
                {
                    "list_id": listed.id,
                    "file": base64.b64encode(content),
                }
            )
        )
        wizard.action_read()
        return wizard

    def test_the_people_come_from_a_sheet(self):
        listed = self._list()
        born = self._born(12).strftime("%Y-%m-%d")
        self._sheet(
            listed,
            [
                ["A1", "", "30", "", "", "", "", ""],
                ["A2", "Secret", "17", "Birth Certificate", born, "", "", "no"],
                ["A3", "", "19", "Medical", "", "18", "2", "yes"],
            ],
        )
        self.assertEqual(
            listed.person_ids.mapped("outcome"), ["doubt", "under_age", "doubt"]
        )
        self.assertEqual(listed.person_ids[1].birth_date, self._born(12))

    def test_a_french_sheet_is_read(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        people = self.env["remediation.workforce.person"].with_context(lang="fr_FR")
        headers = [
            people._fields[name]._description_string(people.env)
            for name in ("worker_code", "age_declared")
        ]
        listed = self._list()
        self._sheet(listed, [["A1", "30"]], headers)
        self.assertEqual(listed.person_count, 1)

    def test_bad_input_a_wrong_row_takes_nothing(self):
        listed = self._list()
        wizard = self._sheet(
            listed,
            [
                ["A1", "", "30", "", "", "", "", ""],
                ["A2", "", "thirty", "", "", "", "", ""],
                ["A3", "", "30", "Passport of Mars", "", "", "", ""],
                ["A4", "", "30", "Medical", "", "17", "", ""],
                ["", "", "30", "", "", "", "", ""],
                ["A6", "", "30", "Birth Certificate", "31/02/2010", "", "", ""],
                ["A7", "", "30", "Birth Certificate", "", "", "", "perhaps"],
            ],
        )
        self.assertFalse(listed.person_ids)
        lines = wizard.problem_text.splitlines()
        self.assertEqual(len(lines), 6)
        for number, line in enumerate(lines, 3):
            self.assertTrue(line.startswith(f"Row {number}:"), line)
        with self.assertRaisesRegex(UserError, "no column Declared Age"):
            self._sheet(listed, [["A1", "Secret"]], HEADERS[:2])

    def test_a_sheet_goes_to_the_own_list_alone(self):
        listed = self._list()
        for user in (self.worker_other, self.worker_2):
            with self.assertRaises(AccessError):
                self._sheet(
                    listed, [["A1", "30"]], ["Number at the Site", "Declared Age"], user
                )
