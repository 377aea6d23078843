import base64
import io
import json
import re
from datetime import timedelta

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.child_remediation.wizards.remediation_complaint_register import (
    MEASURES,
)

from .common import ReferralCommon


class PortalCommon(ReferralCommon, HttpCase):
    """Real requests as real people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager_portal, risk_level="high")
        cls.case.area_id = cls.city
        cls.other_case = cls._new_case(cls.manager_portal_other)

    def get(self, path, status=200):
        response = self.url_open(path, allow_redirects=False)
        self.assertEqual(response.status_code, status, f"{path}: {response.text[:300]}")
        return response

    def post(self, path, values=None, status=303, token=True):
        data = dict(values or {})
        if token:
            page = self.url_open("/my/remediation")
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            data["csrf_token"] = found.group(1) if found else self._csrf_token()
        response = self.url_open(path, data=data, allow_redirects=False)
        self.assertEqual(
            response.status_code, status, f"{path}: {response.text[:1500]}"
        )
        return response

    def _csrf_token(self):
        page = self.url_open("/report-concern")
        return re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)

    def rpc(self, path, **params):
        response = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    @staticmethod
    def picture(size=(40, 30), kind="JPEG"):
        out = io.BytesIO()
        Image.new("RGB", size, "white").save(out, format=kind)
        return base64.b64encode(out.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestPortal(PortalCommon):
    def test_case_manager_works_a_case_from_contact_to_plan(self):
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{self.case.name}"
        home = self.get("/my/remediation").text
        self.assertIn(self.case.name, home)
        self.assertIn("Amani", home)
        self.assertIn("Hidden", self.get(url).text)
        for section in (
            "contact",
            "consent",
            "assessment",
            "plan",
            "visit",
            "note",
            "document",
            "delivery",
            "urgent",
            "refer",
            "emergency",
            "child",
            "family",
            "work",
            "placement",
        ):
            self.get(f"{url}/{section}")
        self.post(f"{url}/contact", {"day": str(self.today)})
        self.assertEqual(self.case.first_contact_on, self.today)
        caregiver = self._caregiver(self.case)
        self.post(
            f"{url}/consent",
            {
                "purposes[]": ["services", "share_with_org"],
                "subject": "caregiver",
                "given_by_member_id": caregiver.id,
                "answer": "yes",
                "assent": "yes",
                "how": "written",
                "data_set": "service",
                "signature": "data:image/png;base64," + self.picture(kind="PNG"),
            },
        )
        self.assertEqual(len(self.case.consent_ids), 2)
        page = self.post(
            f"{url}/assessment", {"present": "Mother", "submit": "1"}, status=200
        )
        self.assertIn('value="Mother"', page.text)
        self.assertIn('role="alert"', page.text)
        self.post(
            f"{url}/assessment",
            {
                "present": "Mother and child",
                "child_wishes": "School",
                "score-work": "3",
                "submit": "1",
            },
        )
        self.assertEqual(self.case.assessment_ids.state, "submitted")
        self.assertEqual(self.case.assessment_ids.submitted_by_id, self.portal_manager)
        self._seen(self.case.assessment_ids, self.supervisor).action_approve()
        self.post(
            f"{url}/plan",
            {
                "goal": "School every day",
                "action-0-domain": "education",
                "action-0-service_type_id": self.schooling.id,
                "action-0-date_due": str(self.today + timedelta(days=30)),
                "action-0-provider_id": self.school.id,
                "action-0-cost_estimate": "120,50",
                "action-1-domain": "cash",
                "action-1-date_due": str(self.today + timedelta(days=30)),
                "action-1-provider_id": self.partner_org.id,
                "action-1-cost_estimate": "20",
                "target_date": str(self.today + timedelta(days=300)),
                "payer": "ngo",
                "caregiver_member_id": caregiver.id,
                "caregiver_agreed_on": str(self.today),
                "child_assent": "yes",
                "child_assent_on": str(self.today),
                "income_replacement": "stipend",
                "submit": "1",
            },
        )
        self.assertEqual(self.case.plan_ids.state, "submitted")
        self._seen(self.case.plan_ids, self.supervisor).action_approve()
        self.post(
            f"{url}/visit",
            {
                "visit_type": "home",
                "child_seen": "yes",
                "child_working": "no",
                "occupation": "school",
            },
        )
        self.assertEqual(self.case.visit_ids.state, "done")
        choose = self.post(
            f"{url}/refer", {"service_type_id": self.schooling.id}, status=200
        )
        self.assertIn("Sunrise School", choose.text)
        self.post(
            f"{url}/refer",
            {
                "service_type_id": self.schooling.id,
                "to_organisation_id": self.school.id,
                "action_id": self._education().id,
                "data_set": "service",
            },
        )
        referral = self.case.referral_ids
        self.assertEqual(referral.state, "sent")
        self.get(url)

        self.authenticate("school_user", "school_user")
        self.assertIn(referral.name, self.get("/my/remediation").text)
        page = self.get(f"/my/remediation/referral/{referral.name}").text
        self.assertIn("Amani", page)
        self.assertNotIn(self.case.name, page)
        self.post(f"/my/remediation/referral/{referral.name}/accept")
        self.assertEqual(referral.state, "accepted")
        self.assertEqual(self._education().state, "in_progress")
        month = str(self.today)[:7]
        grid = self.get(f"/my/remediation/attendance?month={month}").text
        self.assertIn("Amani", grid)
        package = referral.package_id
        self.post(
            "/my/remediation/attendance",
            {
                "month": month,
                f"p{package.id}-days_open": "20",
                f"p{package.id}-days_present": "18",
                f"p{package.id}-days_excused": "1",
                f"p{package.id}-days_unexcused": "1",
            },
        )
        self.assertEqual(self.case.enrolment_ids.attendance_ids.days_present, 18)
        bad = self.post(
            "/my/remediation/attendance",
            {
                "month": month,
                f"p{package.id}-days_open": "20",
                f"p{package.id}-days_present": "30",
            },
            status=200,
        )
        self.assertIn("add up", bad.text)
        self.post(
            f"/my/remediation/referral/{referral.name}/done",
            {"outcome": "given", "feedback": "Enrolled in grade 4"},
        )
        self.assertEqual(self._education().state, "done")

        self.authenticate("portal_manager", "portal_manager")
        page = self.get(url).text
        self.assertIn("Enrolled in grade 4", page)
        file = re.search(r"/my/remediation/file/(\d+)", page).group(0)
        self.assertEqual(self.get(file).headers["Content-Type"], "image/jpeg")
        self.authenticate("portal_manager_other", "portal_manager_other")
        self.get(file, 404)
        self.get(url, 404)

    def _education(self):
        return self.case.plan_action_ids.filtered(lambda a: a.domain == "education")

    def _ask_own_questions(self):
        programme = self.env["remediation.programme"].create({"name": "Own Questions"})
        programme.assessment_properties = [
            {"name": "aa01", "string": "Sleeps at the site?", "type": "boolean"},
        ]
        programme.visit_properties = [
            {
                "name": "bb01",
                "string": "Water",
                "type": "selection",
                "selection": [["well", "Well"], ["river", "River"]],
            },
            {"name": "bb02", "string": "Meals a day", "type": "integer"},
        ]
        self.case.programme_id = programme
        return programme

    def test_r61_a_programmes_own_questions_are_asked_on_the_portal(self):
        self._ask_own_questions()
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{self.case.name}"
        page = self.url_open(f"{url}/visit").text
        self.assertIn("question-bb01", page)
        self.assertIn("Meals a day", page)
        self.assertIn("Sleeps at the site?", self.url_open(f"{url}/assessment").text)
        mine = self.case.with_user(self.portal_manager)
        mine.portal_save_assessment(
            {"child_wishes": "School", "question-aa01": "yes", "scores": {"work": "3"}}
        )
        self.assertTrue(self.case.assessment_ids.properties["aa01"])
        visit = self.env["remediation.visit"].browse(
            mine.portal_add_visit(
                {
                    "visit_type": "home",
                    "child_seen": "1",
                    "child_working": "no",
                    "occupation": "school",
                    "question-bb01": "River",
                    "question-bb02": "2",
                }
            )
        )
        self.assertEqual(visit.properties["bb01"], "River")
        self.assertEqual(visit.properties["bb02"], 2)
        for wrong in ({"question-bb01": "lake"}, {"question-bb02": "two"}):
            with self.assertRaisesRegex(UserError, "none of the answers|a number"):
                mine.portal_add_visit(
                    {
                        "visit_type": "home",
                        "child_seen": "yes",
                        "child_working": "no",
                        "occupation": "school",
                        **wrong,
                    }
                )

    def test_friday_night_emergency_waits_for_nothing(self):
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{self.case.name}/emergency"
        self.post(url, {"service_type_id": self.health.id}, status=200)
        self.post(
            url,
            {
                "service_type_id": self.health.id,
                "to_organisation_id": self.clinic.id,
                "emergency_kind": "medical",
                "override_reason": "Broken arm after a fall",
                "legal_basis": "Vital interest of the child",
                "urgency": "1h",
            },
        )
        referral = self.case.referral_ids
        self.assertEqual((referral.state, referral.basis), ("sent", "emergency"))
        self.assertFalse(self.case.consent_ids)
        self.assertFalse(self.case.plan_ids)
        self.authenticate("clinic_user", "clinic_user")
        page = self.get(f"/my/remediation/referral/{referral.name}").text
        self.assertIn("Amani", page)
        self.assertNotIn("Hidden", page)

    def test_reporter_sends_once_and_hears_received(self):
        self.authenticate("portal_reporter", "portal_reporter")
        self.get("/my/remediation/report")
        values = {
            "client_key": "0123456789abcdef0123",
            "work_observed": "Two boys carry bags",
            "location": "West gate",
            "immediate_danger": "1",
            "state": "accepted",
            "case_id": self.case.id,
            "company_id": self.company_b.id,
        }
        first = self.rpc("/my/remediation/report/send", values=values)
        again = self.rpc("/my/remediation/report/send", values=values)
        self.assertEqual(first["result"]["code"], again["result"]["code"])
        concern = self.env["remediation.concern"].search(
            [("reporter_user_id", "=", self.portal_reporter.id)]
        )
        self.assertEqual(len(concern), 1)
        self.assertEqual(concern.state, "new")
        self.assertFalse(concern.case_id)
        self.assertEqual(concern.company_id, self.company)
        self.assertTrue(concern.paged_on)
        concern.with_user(self.supervisor).action_triage("high")
        page = self.get("/my/remediation/reports").text
        self.assertIn("Received", page)
        self.assertNotIn("Being looked at", page)
        concern.tell_reporter = True
        self.assertIn("Being looked at", self.get("/my/remediation/reports").text)

    def test_r4_a_reporter_is_never_told_of_a_known_child(self):
        known = self.case.beneficiary_id
        known.nickname = "Kasongo"
        self.authenticate("portal_reporter", "portal_reporter")
        answers = []
        for number, name in enumerate(("Kasongo", "Nobody at all")):
            answers.append(
                self.rpc(
                    "/my/remediation/report/send",
                    values={
                        "client_key": f"0123456789abcdef{number}",
                        "child_nickname": name,
                        "work_observed": "Carrying bags",
                    },
                )["result"]
            )
        self.assertEqual([set(answer) for answer in answers], [{"code"}, {"code"}])
        concerns = self.env["remediation.concern"].search(
            [("reporter_user_id", "=", self.portal_reporter.id)]
        )
        self.assertEqual(len(concerns), 2)
        self.assertFalse(concerns.beneficiary_id)
        page = self.get("/my/remediation/reports").text
        self.assertNotIn(known.name, page)

    def test_r55_everybody_can_speak_up_and_a_form_counts_once(self):
        self.authenticate("school_user", "school_user")
        values = {
            "client_key": "fedcba9876543210abcd",
            "subject_kind": "worker",
            "description": "He asked for money",
            "is_anonymous": "1",
            "state": "closed",
        }
        page = self.post("/speak-up/safeguarding", values, status=200)
        self.assertIn("SG-", page.text)
        self.post("/speak-up/safeguarding", values, status=200)
        reports = self.env["remediation.safeguarding.report"].search([])
        self.assertEqual(len(reports), 1)
        self.assertFalse(reports.reporter_user_id)
        self.assertEqual(reports.state, "new")
        page = self.post(
            "/speak-up/complaint",
            {
                "client_key": "fedcba9876543210abce",
                "category": "cash",
                "description": "The money came late",
            },
            status=200,
        )
        self.assertIn("Received", page.text)
        complaint = self.env["remediation.complaint"].search([])
        self.assertEqual(complaint.reporter_user_id, self.school_user)
        self.assertEqual(complaint.channel, "portal")

    def test_reported_10_published_remedies_are_public_and_hide_small_cells(self):
        self.get("/remedies", 404)
        row = {"category": "other", "measure": "received", "suppressed": False}
        releases = (
            self.env["remediation.remedy.release"]
            ._unprotected()
            .create(
                [
                    {
                        "company_id": company.id,
                        "year": year,
                        "rows": [
                            dict(row, complaints=number),
                            *(
                                dict(row, measure=one, complaints=None, suppressed=True)
                                for one in MEASURES[1:]
                            ),
                        ],
                    }
                    for company, year, number in (
                        (self.company, "2024", 41),
                        (self.company_b, "2023", 97),
                    )
                ]
            )
        )
        page = self.get("/remedies")
        self.assertIn("2024", page.text)
        self.assertIn("41", page.text)
        self.assertIn("hidden", page.text)
        self.assertNotIn("97", page.text)
        releases._unprotected().write({"state": "withdrawn"})
        self.get("/remedies", 404)

    def test_public_form_is_anonymous_limited_and_can_be_switched_off(self):
        self.company.referral_public_hourly = 2
        values = {"work_observed": "Children at the washing place", "photo": "AAAA"}
        for number in range(2):
            self.post(
                "/report-concern",
                dict(values, client_key=f"abcdefghijklmnop{number}"),
            )
        concern = self.env["remediation.concern"].search(
            [("channel", "=", "public_form")]
        )
        self.assertEqual(len(concern), 2)
        self.assertFalse(any(concern.mapped("photo")))
        self.assertFalse(concern.reporter_user_id | concern.registered_by_id)
        refused = self.post(
            "/report-concern", dict(values, client_key="abcdefghijklmnop9"), status=200
        )
        self.assertIn("Too much", refused.text)
        self.company.referral_public_form = False
        self.get("/report-concern", 404)

    def test_supervisor_covers_and_reassigns_within_the_organisation(self):
        colleague = self._new_manager(
            self._new_user("colleague", "group_portal_case_manager", self.partner_org),
            self.team,
            self.partner_org,
        )
        self.authenticate("portal_supervisor", "portal_supervisor")
        url = f"/my/remediation/case/{self.case.name}"
        self.assertIn("Partner House", self.get("/my/remediation").text)
        self.get(url)
        self.get(f"{url}/visit", 404)
        self.get(f"/my/remediation/case/{self.other_case.name}", 404)
        self.post(
            f"{url}/reassign",
            {"case_manager_id": self.manager_portal_other.id},
            status=422,
        )
        self.post(f"{url}/reassign", {"case_manager_id": colleague.id})
        self.assertEqual(self.case.user_id, colleague.user_id)
        self.assertIn("Reassigned", self.case.holder_log_ids[0].reason)
        self.manager_portal_supervisor.vetting_ids._unprotected().result = "adverse"
        self.env.registry.clear_cache()
        self.get(url, 404)
        self.assertIn("numbers only", self.get("/my/remediation").text)

    def test_observer_reads_totals_of_own_sites_only(self):
        self.site.buyer_ids = self.partner_org_b
        for _number in range(12):
            self._new_case(site_id=self.site.id)
        for _number in range(3):
            self._new_case(site_id=self.farm.id)
        self.company.partner_id.tz = "Africa/Lubumbashi"
        today = self.case._place_today()
        total = self.env["referral.total"].create(
            {"name": "This week", "date_from": today, "date_to": today}
        )
        total.with_user(self.coordinator).action_release()
        self.authenticate("portal_observer", "portal_observer")
        page = self.get("/my/remediation/totals").text
        self.assertIn("Kapata mine site", page)
        self.assertNotIn("A farm", page)
        self.assertNotIn("CR-", page)

    def test_home_page_by_role_and_sign_in_pages_are_light(self):
        sizes = {}
        page = self.url_open("/web/login?redirect=/my/remediation")
        self.assertIn("portal.css", page.text)
        total = len(page.content)
        for asset in re.findall(r'(?:href|src)="(/case_referral/[^"]+)"', page.text):
            total += len(self.url_open(asset).content)
        self.assertNotIn("web.assets", page.text)
        self.assertLess(total, 1_000_000, "first visit, everything")
        self.authenticate("portal_manager", "portal_manager")
        for path in (
            "/my/remediation",
            "/my/remediation/cases",
            "/my/remediation/referrals",
            f"/my/remediation/case/{self.case.name}",
            f"/my/remediation/case/{self.case.name}/plan",
            f"/my/remediation/case/{self.case.name}/assessment",
        ):
            sizes[path] = len(self.get(path).content)
        self.assertLess(max(sizes.values()), 60_000, sizes)

    def test_sign_in_leads_each_role_to_its_home(self):
        """By the address of the portal, of the site and of the back office."""
        for path in ("?redirect=/my/remediation/reports", "", "?redirect=/odoo?"):
            with self.subTest(path=path):
                page = self.url_open(f"/web/login{path}")
                token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
                answer = self.url_open(
                    "/web/login",
                    data={
                        "login": "portal_reporter",
                        "password": "portal_reporter",
                        "csrf_token": token.group(1),
                        "redirect": path.partition("=")[2].replace("/reports", ""),
                    },
                    allow_redirects=False,
                )
                self.assertEqual(answer.status_code, 303, answer.text[:3000])
                self.assertURLEqual(answer.headers["Location"], "/my/remediation")
                self.authenticate(None, None)

    def test_two_factor_is_asked_of_case_managers_where_it_is_set(self):
        self.company.second_factor_required = True
        self.authenticate("portal_manager", "portal_manager")
        for path in ("/my/remediation", "/my/remediation/cases"):
            page = self.get(path).text
            self.assertIn("/second-factor", page)
            self.assertNotIn("Amani", page)
