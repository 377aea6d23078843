from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .access_table import PORTAL, WORKERS, AccessTable, Row, RuleTable
from .common import RemediationCommon

#: Texts that every row of the processing register has.
REGISTER = (
    "name",
    "purpose",
    "subjects",
    "categories",
    "recipients",
    "retention",
    "measures",
)
#: Other modules let roles of the case work read these, which may do so without them.
WIDENED = ("remediation.area", "remediation.site")


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, RemediationCommon):
    access_module = "child_remediation"
    deletable = frozenset(
        {"remediation.legal.provision", "remediation.deadline.policy"}
    )

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "newcomer": "base.group_user",
            "newcomer_company_b": ("base.group_user", cls.company_b),
        }

    def access_rows(self):
        return [
            *self._identity_rows(),
            *self._fact_rows(),
            *self._log_rows(),
            *self._worker_rows(),
            *self._setting_rows(),
            *self._protection_rows(),
            *self._access_rows(),
        ]

    # tests/test_rights_of_others.py: the table holds without the others as well.
    @whole
    def test_every_role_model_and_operation(self):
        self.check_access_table()

    def test_every_role_and_operation_of_what_others_widen(self):
        self.check_access_table(only=WIDENED)

    def test_r26b_every_sensitive_model_has_rules_and_no_delete(self):
        self.check_rights()

    def test_r27_the_rules_of_the_case_hold_below_it(self):
        self.check_case_rules()

    def test_r27_a_duty_to_read_opens_nothing_for_writing(self):
        """Whoever works on own cases and reads all for a second duty writes the own
        ones alone, and reads of others what that duty has a right to."""
        both = self._new_user(
            "worker_and_auditor",
            "child_remediation.group_case_worker,child_remediation.group_monitoring",
        )
        case = self.cases["own"].with_user(both)
        self.assertTrue(case.has_access("read"))
        self.assertFalse(case.has_access("write"))
        note = self.env["remediation.note"].create({"case_id": case.id, "text": "x"})
        self.assertFalse(note.with_user(both).has_access("read"))

    def test_r27_holder_columns_follow_the_case(self):
        case = self.cases["own"]
        note = self.env["remediation.note"].create({"case_id": case.id, "text": "x"})
        case.with_user(self.supervisor).action_assign(self.manager_portal.id)
        self.assertEqual(note.user_id, self.portal_manager)
        self.assertEqual(note.organisation_id, self.partner_org)
        self.assertFalse(note.with_user(self.worker).has_access("read"))
        self.assertTrue(note.with_user(self.portal_manager).has_access("read"))

    # -- children, families, cases ---------------------------------------------
    def _identity_rows(self):
        cases = self.cases
        children = {key: case.beneficiary_id for key, case in cases.items()}
        families = {key: case.household_id for key, case in cases.items()}
        rows = [
            self.case_row(
                "remediation.case",
                None,
                {"survivor_reason": "x"},
                worker="rw",
                monitor="r",
                records=cases,
            ),
            self.case_row(
                "remediation.beneficiary",
                None,
                {"last_grade": "3"},
                worker="rw",
                monitor="r",
                records=children,
            ),
            self.case_row(
                "remediation.household",
                None,
                {"livelihood": "x"},
                worker="rw",
                auditor="",
                records=families,
            ),
        ]
        for row in rows:
            # Every worker registers children; whose they become is tested apart.
            for role in WORKERS:
                for key in cases:
                    given = row.allowed[role].get(key, "")
                    row.allowed[role][key] = given + "c"
        rows.append(
            self.case_row(
                "remediation.household.member",
                lambda case: {
                    "household_id": case.household_id.id,
                    "relationship": "sibling",
                },
                {"livelihood": "x"},
                worker="rwc",
                auditor="",
            )
        )
        return rows

    def test_a_worker_registers_a_child_and_holds_the_case(self):
        worker = self.worker.id
        household = self.env["remediation.household"].with_user(worker).create({})
        child = (
            self.env["remediation.beneficiary"]
            .with_user(worker)
            .create({"sex": "male", "age_estimated": 9, "household_id": household.id})
        )
        self.assertTrue(child.has_access("read"))
        self.assertFalse(child.with_user(self.worker_2).has_access("read"))
        case = (
            self.env["remediation.case"]
            .with_user(worker)
            .create({"beneficiary_id": child.id})
        )
        self.assertEqual(case.user_id, self.worker)
        self.assertTrue(household.has_access("read"))
        self.assertFalse(household.with_user(self.worker_2).has_access("read"))

    def test_nobody_takes_over_a_child_or_family_by_linking_it(self):
        """A link to a child or a family makes its holder: only who sees it may."""
        other = self.cases["team"]
        other._unprotected().write({"closed_on": fields.Datetime.now()})
        as_worker = self.env(user=self.worker.id)
        with self.assertRaises(AccessError):
            as_worker["remediation.case"].create(
                {"beneficiary_id": other.beneficiary_id.id}
            )
        own = self.cases["own"].beneficiary_id.with_user(self.worker)
        with self.assertRaises(AccessError):
            own.write({"household_id": other.household_id.id})
        with self.assertRaises(AccessError):
            as_worker["remediation.beneficiary"].create(
                {"sex": "male", "household_id": other.household_id.id}
            )

    def test_nothing_is_slipped_under_another_case(self):
        """A score with an own case and somebody else's assessment, and the like."""
        other, own = self.cases["team"], self.cases["own"]
        assessment = self.env["remediation.assessment"].create(
            {"case_id": other.id, "present": "Mother"}
        )
        plan = self.env["remediation.plan"].create(
            {"case_id": other.id, "goal": "School"}
        )
        as_worker = self.env(user=self.worker.id)
        for model, vals in (
            (
                "remediation.assessment.score",
                {"assessment_id": assessment.id, "domain": "work", "score": "4"},
            ),
            ("remediation.plan.action", {"plan_id": plan.id, "domain": "health"}),
        ):
            for case in ({}, {"case_id": own.id}):
                with self.assertRaises(UserError):
                    as_worker[model].create({**vals, **case})

    # -- facts below the case --------------------------------------------------
    def _fact_rows(self):
        day = self.today
        make = self._make_below

        def below(model, link, parent, more):
            def values(case, more=more):
                made = parent(case)
                return {"case_id": case.id, link: made.id, **more}

            return lambda case: values(case)

        def assessment(case):
            return make(
                "remediation.assessment",
                case,
                lambda c: {"case_id": c.id, "present": "Mother"},
            )

        def urgent(case):
            return make("remediation.plan.action", case, action)

        def action(case):
            return {
                "case_id": case.id,
                "domain": "food",
                "description": "Meals",
                "is_urgent": True,
            }

        def decision(case):
            return make(
                "remediation.best.interest.decision",
                case,
                lambda c: {"case_id": c.id, "trigger": "other"},
            )

        def enrolment(case):
            return make(
                "remediation.education.enrolment",
                case,
                lambda c: {
                    "case_id": c.id,
                    "institution_id": self._school(c).id,
                    "date_start": day - timedelta(days=800),
                    "date_end": day - timedelta(days=700),
                },
            )

        enrolments = {key: enrolment(case) for key, case in self.cases.items()}
        by_case = {case: enrolments[key] for key, case in self.cases.items()}

        def consent(case):
            return {
                "case_id": case.id,
                "purpose": "photo",
                "subject": "caregiver",
                "answer": "yes",
                "how": "written",
                "given_by_member_id": self._caregiver(case).id,
                "assent": "yes",
            }

        def situation(case):
            return make(
                "remediation.work.situation",
                case,
                lambda c: {"case_id": c.id, "works": "yes"},
            )

        return [
            self.case_row(
                "remediation.work.situation",
                lambda c: {"case_id": c.id, "works": "yes"},
                {"activity": "x"},
                worker="rwc",
                auditor="",
                monitor="r",
            ),
            self.case_row(
                "remediation.movement",
                below(
                    "remediation.movement",
                    "work_situation_id",
                    situation,
                    {"kind": "transit"},
                ),
                {"place": "x"},
                worker="rwc",
                auditor="",
            ),
            self.case_row(
                "remediation.consent",
                consent,
                {"second_member_id": False},
                worker="rwc",
            ),
            self.case_row(
                "remediation.assessment",
                lambda c: {"case_id": c.id, "present": "Mother"},
                {"summary": "x"},
                worker="rwc",
            ),
            self.case_row(
                "remediation.assessment.score",
                below(
                    "remediation.assessment.score",
                    "assessment_id",
                    assessment,
                    {"domain": "health", "score": "2"},
                ),
                {"comment": "x"},
                worker="rwc",
            ),
            self.case_row(
                "remediation.plan",
                lambda c: {"case_id": c.id, "goal": "x", "state": "completed"},
                {"best_interest_note": "x"},
                worker="rwc",
                stopped="w",
                creatable=lambda c: {"case_id": c.id, "goal": "x"},
            ),
            self.case_row(
                "remediation.plan.action",
                action,
                {"description": "x"},
                worker="rwc",
                monitor="r",
            ),
            self.case_row(
                "remediation.visit",
                lambda c: {"case_id": c.id},
                {"note": "x"},
                worker="rwc",
                auditor="",
            ),
            self.case_row(
                "remediation.note",
                lambda c: {"case_id": c.id, "text": "x", "author_id": c.user_id.id},
                {"text": "y"},
                worker="rwc",
                auditor="",
                stopped="w",
                creatable=lambda c: {"case_id": c.id, "text": "x"},
            ),
            self.case_row(
                "remediation.closure",
                lambda c: {"case_id": c.id, "reason": "other", "state": "approved"},
                {"best_interest_note": "x"},
                worker="rwc",
                stopped="w",
                creatable=lambda c: {"case_id": c.id, "reason": "other"},
            ),
            self.case_row(
                "remediation.education.enrolment",
                None,
                {"level": "3"},
                worker="rwc",
                monitor="r",
                records=enrolments,
                creatable=lambda c: {
                    "case_id": c.id,
                    "institution_id": self._school(c).id,
                },
            ),
            self.case_row(
                "remediation.attendance",
                lambda c: {
                    "enrolment_id": by_case[c].id,
                    "days_open": 20,
                    "days_present": 18,
                    "month": by_case[c].date_start,
                },
                {"days_present": 17},
                worker="rwc",
                monitor="r",
                creatable=lambda c: {
                    "enrolment_id": by_case[c].id,
                    "month": by_case[c].date_end,
                },
            ),
            self.case_row(
                "remediation.service.delivery",
                below("remediation.service.delivery", "plan_action_id", urgent, {}),
                {"note": "x"},
                worker="rwc",
                monitor="r",
                stopped="wc",
            ),
            self.case_row(
                "remediation.best.interest.decision",
                lambda c: {"case_id": c.id, "trigger": "other"},
                {"dissent": "x"},
                worker="rwc",
            ),
            self.case_row(
                "remediation.best.interest.option",
                below(
                    "remediation.best.interest.option",
                    "decision_id",
                    decision,
                    {"option": "x"},
                ),
                {"pros": "x"},
                worker="rwc",
            ),
            self.case_row(
                "remediation.best.interest.panel.member",
                below(
                    "remediation.best.interest.panel.member",
                    "decision_id",
                    decision,
                    {"member_name": "x"},
                ),
                {"conflict": "none"},
                worker="rwc",
            ),
        ]

    def _school(self, case):
        return self.env["remediation.institution"].create(
            {"name": "School", "company_id": case.company_id.id}
        )

    # -- what facts leave behind -----------------------------------------------
    def _log_rows(self):
        framework = self.env["remediation.legal.framework"].search([], limit=1)
        now = fields.Datetime.now()

        def deadline(case):
            return {
                "case_id": case.id,
                "kind": "plan",
                "date_from": now,
                "date_due": now,
            }

        def breach(case):
            made = self._make_below("remediation.deadline", case, deadline)
            return {
                "case_id": case.id,
                "deadline_id": made.id,
                "fell_due_on": now,
                "holder_user_id": case.user_id.id,
                "escalate_after": now,
            }

        def classification(case):
            made = self._make_below(
                "remediation.work.situation",
                case,
                lambda c: {"case_id": c.id, "works": "yes"},
            )
            return {
                "case_id": case.id,
                "work_situation_id": made.id,
                "result": "none",
                "framework_id": framework.id,
            }

        def person(case):
            return {"case_id": case.id, "done_by_id": case.user_id.id}

        return [
            self.case_row("remediation.deadline", deadline, monitor="r"),
            self.case_row("remediation.deadline.breach", breach, monitor="r"),
            self.case_row("remediation.classification", classification, monitor="r"),
            self.case_row(
                "remediation.approval",
                lambda c: {**person(c), "res_model": "x", "step": "submitted"},
            ),
            self.case_row(
                "remediation.case.holder",
                lambda c: {**person(c), "holder_user_id": c.user_id.id},
            ),
            self.case_row(
                "remediation.override",
                lambda c: {**person(c), "kind": "caseload"},
                worker="",
                portal="",
                supervisor="r",
                supervisor_other="r",
                coordinator="r",
                coordinator_company_b="r",
            ),
            self.case_row(
                "remediation.case.stage.log",
                lambda c: {
                    "case_id": c.id,
                    "to_stage": "planning",
                    "changed_on": now,
                    "changed_by_id": c.user_id.id,
                },
                monitor="r",
            ),
            self.case_row(
                "remediation.funding",
                lambda c: {
                    "case_id": c.id,
                    "funder_id": self.partner_org.id,
                    "share": 50,
                    "date_from": self.today,
                },
                monitor="r",
            ),
        ]

    # -- workers ---------------------------------------------------------------
    def _worker_rows(self):
        managers = {
            "own": self.manager,
            "team": self.manager_2,
            "other_team": self.manager_other,
            "other_company": self.manager_company_b,
            "partner": self.manager_portal,
        }
        here = ("own", "team", "other_team", "partner")
        ours = ("own", "team", "partner")
        changing = {
            "supervisor": dict.fromkeys(ours, "rswc"),
            "supervisor_other": {"other_team": "rswc"},
            "coordinator": dict.fromkeys(here, "rswc"),
            "coordinator_company_b": {"other_company": "rswc"},
            "safeguarding": dict.fromkeys(here, "rswc"),
        }
        reading = {
            "worker": {"own": "rs"},
            "worker_2": {"team": "rs"},
            "worker_other": {"other_team": "rs"},
            "worker_company_b": {"other_company": "rs"},
            "portal_manager": {"partner": "rs"},
        }
        colleagues = {
            role: dict.fromkeys(here, "rs")
            for role in ("worker", "worker_2", "worker_other", "supervisor_other")
        }
        profiles = {
            **changing,
            **colleagues,
            "worker_company_b": {"other_company": "rs"},
            "supervisor": {**dict.fromkeys(ours, "rswc"), "other_team": "rs"},
            "supervisor_other": {**dict.fromkeys(ours, "rs"), "other_team": "rswc"},
            "portal_manager": {"partner": "rs"},
            "portal_supervisor": {"partner": "rs"},
        }

        def profile(key):
            manager = managers[key]
            abroad = manager.company_id == self.company_b
            return {
                "user_id": (self.newcomer_company_b if abroad else self.newcomer).id,
                "team_id": manager.team_id.id,
                "organisation_id": manager.organisation_id.id,
            }

        return [
            Row(
                "remediation.case.manager",
                managers,
                profiles,
                {"max_caseload": 30},
                profile,
            ),
            Row(
                "remediation.vetting",
                {key: manager.vetting_ids for key, manager in managers.items()},
                {**reading, **changing},
                {"issuer": "x"},
                lambda key: {"case_manager_id": managers[key].id},
                stopped="w",
            ),
            Row(
                "remediation.training",
                {key: manager.training_ids for key, manager in managers.items()},
                {**reading, **changing},
                {"hours": 2},
                lambda key: {"case_manager_id": managers[key].id, "topic": "other"},
            ),
        ]

    # -- settings --------------------------------------------------------------
    def _setting_rows(self):
        back_office = (*WORKERS, "monitor", "auditor")
        cases_on_portal = (*PORTAL, "portal_supervisor_unvetted")
        portal = (*cases_on_portal, "portal_reporter", "portal_provider")
        coordinators = ("coordinator", "coordinator_company_b")
        supervisors = ("supervisor", "supervisor_other", *coordinators)
        country = self.env.ref("base.be")

        def records(model, values, keys=("here", "all", "there")):
            companies = {
                "here": self.company,
                "there": self.company_b,
                "all": self.env["res.company"],
            }
            return {
                key: self.env[model].create(
                    {**values(key), "company_id": companies[key].id}
                )
                for key in keys
            }

        def row(model, values, write, readers, writers, letters="wc", **more):
            companies = {
                "here": self.company.id,
                "there": self.company_b.id,
                "all": False,
            }
            return self.shared_row(
                model,
                records(model, values, **more),
                write,
                lambda key: {**values(f"new {key}"), "company_id": companies[key]},
                readers,
                writers,
                letters,
            )

        frameworks = records(
            "remediation.legal.framework",
            lambda key: {"name": f"Law {key}", "country_id": country.id},
        )
        provisions = {
            key: self.env["remediation.legal.provision"].create(
                {
                    "framework_id": framework.id,
                    "key": "min_age",
                    "value": 15,
                    "citation": "Art. 1",
                }
            )
            for key, framework in frameworks.items()
        }
        programmes = {
            key: self.env["remediation.programme"].create(
                {
                    "name": key,
                    "company_id": (
                        self.company_b if "there" in key else self.company
                    ).id,
                }
            )
            for key in ("here", "there", "new here", "new there")
        }
        hazard = self.env["remediation.hazard"].create({"name": "x", "code": "x1"})
        named = {"name": "y"}
        here_there = ("here", "there")
        return [
            row(
                "remediation.area",
                lambda key: {"name": key},
                named,
                (*back_office, *portal, "safeguarding"),
                coordinators,
            ),
            row(
                "remediation.site",
                lambda key: {"name": key, "site_type": "farm"},
                named,
                (*back_office, *portal),
                supervisors,
            ),
            row(
                "remediation.institution",
                lambda key: {"name": key},
                named,
                (*back_office, *portal, "data_protection"),
                supervisors,
            ),
            row(
                "remediation.service.type",
                lambda key: {"name": key, "code": key, "domain": "food"},
                named,
                (*back_office, *portal, "safeguarding", "data_protection"),
                coordinators,
            ),
            row(
                "remediation.level.criterion",
                lambda key: {"level": "junior", "kind": "cases", "number": 1},
                {"number": 2},
                back_office,
                coordinators,
            ),
            row(
                "remediation.programme",
                lambda key: {"name": key},
                named,
                (*back_office, *cases_on_portal),
                coordinators,
                keys=here_there,
            ),
            row(
                "remediation.team",
                lambda key: {
                    "name": key,
                    "supervisor_id": (
                        self.coordinator_company_b
                        if "there" in key
                        else self.supervisor
                    ).id,
                },
                named,
                back_office,
                coordinators,
                keys=here_there,
            ),
            row(
                "remediation.assignment.rule",
                lambda key: {
                    "team_id": (self.team_company_b if "there" in key else self.team).id
                },
                {"sequence": 3},
                WORKERS,
                coordinators,
                keys=here_there,
            ),
            row(
                "remediation.deadline.policy",
                lambda key: {
                    "kind": "review" if "new" in key else "plan",
                    "hours_high": 1,
                    "hours_medium": 2,
                    "hours_low": 3,
                    "programme_id": programmes.get(
                        key, self.env["remediation.programme"]
                    ).id,
                },
                {"hours_low": 9},
                back_office,
                coordinators,
                "wcu",
                keys=here_there,
            ),
            self.shared_row(
                "remediation.legal.framework",
                frameworks,
                named,
                lambda key: {
                    "name": key,
                    "company_id": frameworks[key].company_id.id,
                },
                back_office,
                coordinators,
            ),
            self.shared_row(
                "remediation.legal.provision",
                provisions,
                {"citation": "Art. 2"},
                lambda key: {
                    "framework_id": frameworks[key].id,
                    "key": "light_age",
                    "value": 12,
                    "citation": "Art. 3",
                },
                back_office,
                coordinators,
                "wcu",
            ),
            self.shared_row(
                "remediation.disclosure.item",
                {"all": self.env.ref("child_remediation.disclosure_item_age")},
                named,
                lambda key: {"name": "z", "key": "z1"},
                (*WORKERS, *cases_on_portal, "auditor", "data_protection"),
                (),
            ),
            self.shared_row(
                "remediation.hazard",
                {"all": hazard},
                named,
                lambda key: {"name": "z", "code": "z1"},
                (*back_office, *cases_on_portal, "data_protection"),
                coordinators,
            ),
        ]

    def _complaint_rows(self, complaints):
        """What hangs on a complaint follows its rules."""
        allowed = {
            "supervisor": {"own": "rswc"},
            "supervisor_other": {"other_team": "rswc"},
            "coordinator": {"own": "rswc", "other_team": "rswc"},
            "coordinator_company_b": {"other_company": "rswc"},
            "safeguarding": {"own": "rs", "other_team": "rs"},
        }

        def remedy(key):
            return {
                "complaint_id": complaints[key].id,
                "form": "satisfaction",
                "description": "x",
            }

        def respondent(key):
            return {"complaint_id": complaints[key].id, "kind": "financier"}

        remedies = self.env["remediation.remedy"]
        made = {key: remedies.create(remedy(key)) for key in complaints}

        def contributor(key):
            return {
                "remedy_id": remedies.create(remedy(key)).id,
                "partner_id": self.partner_org.id,
                "share": 100.0,
            }

        return [
            Row(
                "remediation.remedy",
                made,
                allowed,
                {"description": "y"},
                remedy,
            ),
            Row(
                "remediation.remedy.contributor",
                {
                    key: self.env["remediation.remedy.contributor"].create(
                        contributor(key)
                    )
                    for key in complaints
                },
                allowed,
                {"share": 50.0},
                contributor,
            ),
            Row(
                "remediation.complaint.respondent",
                {
                    key: self.env["remediation.complaint.respondent"].create(
                        respondent(key)
                    )
                    for key in complaints
                },
                allowed,
                {"response": "y"},
                respondent,
            ),
        ]

    # -- reports about people --------------------------------------------------
    def _protection_rows(self):
        def complaint(company, team, **values):
            return (
                self.env["remediation.complaint"]
                .with_company(company)
                ._unprotected()
                .create(
                    {
                        "description": "x",
                        "team_id": team.id,
                        "company_id": company.id,
                        **values,
                    }
                )
                .with_env(self.env)
            )

        complaints = {
            "own": complaint(self.company, self.team),
            "other_team": complaint(self.company, self.team_b),
            "restricted": complaint(self.company, self.team, is_restricted=True),
            "other_company": complaint(self.company_b, self.team_company_b),
        }
        teams = {
            "own": self.team,
            "other_team": self.team_b,
            "restricted": self.team,
            "other_company": self.team_company_b,
        }
        reports = {
            key: self.env["remediation.safeguarding.report"]
            .with_company(company)
            ._unprotected()
            .create(
                {"description": "x", "company_id": company.id, "subject_kind": "worker"}
            )
            .with_env(self.env)
            for key, company in (("here", self.company), ("there", self.company_b))
        }
        reports["officer"] = (
            self.env["remediation.safeguarding.report"]
            ._unprotected()
            .create({"description": "x", "subject_kind": "officer"})
            .with_env(self.env)
        )
        everywhere = {"own": "rswc", "other_team": "rswc", "restricted": "c"}
        return [
            Row(
                "remediation.complaint",
                complaints,
                {
                    "supervisor": {"own": "rswc", "restricted": "c"},
                    "supervisor_other": {"other_team": "rswc"},
                    "coordinator": everywhere,
                    "coordinator_company_b": {"other_company": "rswc"},
                    "safeguarding": {"own": "rs", "other_team": "rs"},
                },
                {"answer": "x"},
                lambda key: {
                    "description": "x",
                    "team_id": teams[key].id,
                    "company_id": teams[key].company_id.id,
                },
            ),
            *self._complaint_rows(complaints),
            Row(
                "remediation.safeguarding.report",
                reports,
                {
                    "safeguarding": {"here": "rsw"},
                    "alternate": {"officer": "rsw"},
                },
                {"review_note": "x"},
            ),
            Row(
                "remediation.limit",
                {
                    "here": self.env["remediation.limit"].create(
                        {"door": "x", "sender": "x"}
                    )
                },
                {},
                {"sender": "y"},
            ),
            Row(
                "remediation.password.request",
                {
                    "here": self.env["remediation.password.request"].create(
                        {"login": "x"}
                    )
                },
                {},
                {"login": "y"},
            ),
            *self._found_rows(),
        ]

    def _found_rows(self):
        """Log rows, emergency accesses and pairs, each about a case of the table."""
        own, other = self.cases["own"], self.cases["other_team"]
        log = self.env["remediation.access.log"]
        self.env.cr.flush()
        log._log(own, "print")
        log._log(other, "download")
        self.env.cr.flush()
        rows = {
            key: log.search([("case_id", "=", case.id), ("action", "=", action)])
            for key, case, action in (
                ("own", own, "print"),
                ("other_team", other, "download"),
            )
        }
        glass = self.env["remediation.break.glass"]
        accesses = {
            "own": glass.browse(
                glass.with_user(self.worker_other).open_case(
                    own.name, "The child is at the police station."
                )
            )
        }
        pairs = {
            "own": self._pair(own, self.cases["team"]),
            "across": self._pair(own, other),
        }
        everything = {"own": "rs", "other_team": "rs"}
        return [
            Row(
                "remediation.access.log",
                rows,
                {
                    "supervisor": {"own": "rs"},
                    "supervisor_other": {"other_team": "rs"},
                    **dict.fromkeys(
                        ("coordinator", "safeguarding", "data_protection", "auditor"),
                        everything,
                    ),
                },
            ),
            Row(
                "remediation.break.glass",
                accesses,
                {"worker_other": {"own": "rs"}, "safeguarding": {"own": "rsw"}},
                {"review_note": "x"},
            ),
            Row(
                "remediation.duplicate",
                pairs,
                {
                    "supervisor": {"own": "rsw"},
                    "coordinator": {"own": "rsw", "across": "rsw"},
                },
                {"note": "x"},
            ),
            *self._officer_rows(),
        ]

    def _pair(self, case, other):
        """The queued pair of two cases' children; the likeliest few are there."""
        low, high = sorted((case.beneficiary_id.id, other.beneficiary_id.id))
        pairs = self.env["remediation.duplicate"]
        return pairs.search(
            [("beneficiary_id", "=", low), ("other_id", "=", high)]
        ) or pairs._unprotected().create(
            {"beneficiary_id": low, "other_id": high, "score": 90}
        ).with_env(self.env)

    def _officer_rows(self):
        """Breach log, rights granted, keep-until rules, requests about data."""

        def make(model, **values):
            return {
                key: self.env[model]
                .with_company(company)
                .create(
                    {
                        "company_id": company.id,
                        **{name: value(key) for name, value in values.items()},
                    }
                )
                .with_env(self.env)
                for key, company in (("here", self.company), ("there", self.company_b))
            }

        def child(key):
            name = "own" if key == "here" else "other_company"
            return self.cases[name].beneficiary_id.id

        company_of = {"here": self.company.id, "there": self.company_b.id}
        full = {"data_protection": {"here": "rswc"}}
        return [
            Row(
                "remediation.data.breach",
                make("remediation.data.breach", description=lambda key: "x"),
                {**full, "safeguarding": {"here": "rs"}},
                {"measures": "x"},
                lambda key: {"description": "x", "company_id": company_of[key]},
            ),
            Row(
                "remediation.grant.alert",
                {
                    "one": self.env["remediation.grant.alert"].search(
                        [("user_id", "=", self.coordinator.id)], limit=1
                    )
                },
                {"safeguarding": {"one": "rsw"}},
            ),
            Row(
                "remediation.remedy.release",
                {
                    key: self.env["remediation.remedy.release"]
                    ._unprotected()
                    .create({"company_id": company, "year": "2025"})
                    .with_env(self.env)
                    for key, company in company_of.items()
                },
                {
                    **dict.fromkeys(
                        ("monitor", "auditor", "coordinator"), {"here": "rs"}
                    ),
                    "coordinator_company_b": {"there": "rs"},
                },
                {"withdraw_reason": "x"},
            ),
            Row(
                "remediation.processing.activity",
                make(
                    "remediation.processing.activity",
                    **{name: lambda key: "x" for name in REGISTER},
                    legal_basis=lambda key: "consent",
                ),
                {
                    **full,
                    **dict.fromkeys(
                        ("safeguarding", "auditor", "coordinator"), {"here": "rs"}
                    ),
                    "coordinator_company_b": {"there": "rs"},
                },
                {"purpose": "y"},
                lambda key: {
                    **dict.fromkeys(REGISTER, "x"),
                    "legal_basis": "consent",
                    "company_id": company_of[key],
                },
            ),
            Row(
                "remediation.sign.in",
                {
                    key: self.env["remediation.sign.in"].browse(
                        self.env["remediation.sign.in"]._append(
                            date=fields.Datetime.now(),
                            user_id=self.worker.id,
                            company_id=company_of[key],
                            outcome="refused",
                        )
                    )
                    for key in company_of
                },
                {
                    "coordinator": {"here": "rs"},
                    "data_protection": {"here": "rs"},
                    "coordinator_company_b": {"there": "rs"},
                },
            ),
            Row(
                "remediation.retention.rule",
                make("remediation.retention.rule", years=lambda key: 9),
                full,
                {"years": 8},
                lambda key: {
                    "closure_reason": "other",
                    "company_id": company_of[key],
                },
            ),
            Row(
                "remediation.subject.request",
                make("remediation.subject.request", beneficiary_id=child),
                full,
                {"note": "x"},
                lambda key: {
                    "beneficiary_id": child(key),
                    "company_id": company_of[key],
                },
            ),
        ]

    # -- who looked ------------------------------------------------------------
    def _access_rows(self):
        keys = ("own", "other_team", "other_company")
        holders = {
            **{key: self.cases[key].user_id for key in keys},
            "partner": self.portal_manager,
        }
        looks, glasses = {}, {}
        for key in keys:
            case = self.cases[key]
            self.env.cr.execute(
                """INSERT INTO remediation_access_log (slot, user_id, company_id, model,
                       res_id, case_id, count, action)
                   VALUES (0, %s, %s, %s, %s, %s, 1, 'print') RETURNING id""",
                (case.user_id.id, case.company_id.id, case._name, case.id, case.id),
            )
            row_id = self.env.cr.fetchone()[0]
            looks[key] = self.env["remediation.access.log"].browse(row_id)
        for key, user in holders.items():
            case = self.cases[key]
            glasses[key] = (
                self.env["remediation.break.glass"]
                ._unprotected()
                .create(
                    {
                        "case_id": case.id,
                        "case_code": case.name,
                        "company_id": case.company_id.id,
                        "user_id": user.id,
                        "reason": "x",
                        "open_until": fields.Datetime.now(),
                    }
                )
                .with_env(self.env)
            )
        here = dict.fromkeys(("own", "other_team"), "rs")
        review = dict.fromkeys(("own", "other_team", "partner"), "rsw")
        return [
            Row(
                "remediation.access.log",
                looks,
                {
                    "supervisor": {"own": "rs"},
                    "supervisor_other": {"other_team": "rs"},
                    "coordinator": here,
                    "coordinator_company_b": {"other_company": "rs"},
                    "safeguarding": here,
                    "data_protection": here,
                    "auditor": here,
                },
            ),
            Row(
                "remediation.break.glass",
                glasses,
                {
                    "worker": {"own": "rs"},
                    "worker_other": {"other_team": "rs"},
                    "worker_company_b": {"other_company": "rs"},
                    "portal_manager": {"partner": "rs"},
                    "safeguarding": review,
                },
                {"review_note": "x"},
            ),
            self._handover_row(),
        ]

    def _handover_row(self):
        """A case of each team, passed on: the former worker and the supervisor."""
        readers = {
            "own": self.worker,
            "other_team": self.worker_other,
            "other_company": self.worker_company_b,
            "partner": self.portal_manager,
        }
        handovers = {
            key: self.env["remediation.handover"]
            ._unprotected()
            .create(
                {
                    "case_id": self.cases[key].id,
                    "case_code": self.cases[key].name,
                    "company_id": self.cases[key].company_id.id,
                    "reader_id": user.id,
                    "date_until": self.today,
                    "granted_by_id": self.supervisor.id,
                }
            )
            .with_env(self.env)
            for key, user in readers.items()
        }
        every = dict.fromkeys(("own", "other_team", "partner"), "rs")
        return Row(
            "remediation.handover",
            handovers,
            {
                "worker": {"own": "rs"},
                "worker_other": {"other_team": "rs"},
                "worker_company_b": {"other_company": "rs"},
                "portal_manager": {"partner": "rs"},
                "supervisor": {"own": "rs", "partner": "rs"},
                "supervisor_other": {"other_team": "rs"},
                "coordinator": every,
                "coordinator_company_b": {"other_company": "rs"},
                "auditor": every,
                "data_protection": every,
            },
        )
