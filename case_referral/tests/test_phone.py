import contextlib
import logging
import re
from datetime import timedelta

from odoo.tests import tagged

from .browser import BrowserMixin
from .test_portal import PortalCommon

_logger = logging.getLogger(__name__)

WIDTH = 360
READ_DRAFTS = """
async () => {
    const db = await new Promise((done) => {
        const request = indexedDB.open("remediation");
        request.onsuccess = () => done(request.result);
    });
    if (!db.objectStoreNames.contains("drafts")) { return []; }
    const rows = await new Promise((done) => {
        const request = db.transaction("drafts").objectStore("drafts").getAll();
        request.onsuccess = () => done(request.result);
    });
    db.close();
    return rows.map((row) => Array.from(new Uint8Array(row.data)));
}
"""


@tagged("post_install", "-at_install")
class TestPhone(BrowserMixin, PortalCommon):
    """The whole chain on a phone 360 pixels wide, with six real logins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager_portal.language_ids = cls.env.ref("base.lang_en")
        cls.manager_portal.max_caseload = 100
        cls.manager_portal.area_ids = cls.city
        cls.manager_portal.sex = "female"
        cls.case.area_id = cls.city

    def setUp(self):
        super().setUp()
        self.phones = {}
        self.bytes = {}

    @contextlib.contextmanager
    def phone(self, login):
        """The phone of one person; each keeps its own browser."""
        if login not in self.phones:
            context = self.start().new_context(
                viewport={"width": WIDTH, "height": 740},
                is_mobile=True,
                has_touch=True,
                base_url=self.base_url(),
            )
            self.addCleanup(context.close)
            page = context.new_page()
            page.set_default_timeout(90000)
            page.on("response", lambda response: self._weigh(login, response))
            self.phones[login] = page
        page = self.phones[login]
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            yield page
            page.wait_for_load_state("networkidle")
        self.env.invalidate_all()

    def _weigh(self, login, response):
        with contextlib.suppress(Exception):
            size = int(response.headers.get("content-length") or 0)
            self.bytes.setdefault(login, []).append((response.url, size))

    def sign_in(self, page, login, path="/my/remediation"):
        page.goto(f"/web/login?redirect={path}")
        page.fill("#login", login)
        page.fill("#password", login.ljust(8, "x"))
        page.click("main button.main")
        page.wait_for_url(f"**{path}*")

    def fits(self, page, name):
        """No page is wider than the phone."""
        page.wait_for_load_state()
        self.assert_fits(page, WIDTH, name)

    def follow(self, page, selector):
        """Click what leads to another page, and be there."""
        with page.expect_navigation():
            page.locator(selector).first.click()

    def did(self, page, what):
        """Choose a form under "What did you do?"."""
        page.click("#deeds > summary")
        self.follow(page, f"main .actions >> text={what}")

    def save(self, page, selector="main form.card button.main"):
        self.follow(page, selector)
        problem = page.locator("main > p.error")
        if problem.count():
            raise AssertionError(f"{page.url}: {problem.first.inner_text()}")

    def test_whole_chain_with_six_logins(self):
        # A cooperative member reports; the network goes away in the middle.
        with self.phone("portal_reporter") as page:
            self.sign_in(page, "portal_reporter", "/my/remediation/report")
            page.wait_for_selector("body[data-ready]")
            self.fits(page, "reporter_form")
            page.fill("[name=work_observed]", "Two boys carry heavy bags")
            page.fill("[name=location]", "West gate")
            page.context.set_offline(True)
            page.fill("[name=child_nickname]", "Kasongo")
            page.click("main form button.main")
            page.wait_for_selector("[data-waiting]:not([hidden])")
            self.fits(page, "reporter_offline")
            kept = page.evaluate(READ_DRAFTS)
            self.assertTrue(kept, "the draft is kept on the phone")
            for secret in (b"Kasongo", b"bags", b"West"):
                self.assertNotIn(secret, bytes(kept[0]))
            page.click("main form button.main")  # pressed twice
            page.context.set_offline(False)
            page.wait_for_url("**/my/remediation/reports*")
            page.wait_for_selector("body[data-ready]")
            self.assertFalse(page.evaluate(READ_DRAFTS), "wiped on sending")
            self.assertIn("Received", page.inner_text("main"))
            self.fits(page, "reporter_reports")
        concern = self.env["remediation.concern"].search(
            [("reporter_user_id", "=", self.portal_reporter.id)]
        )
        self.assertEqual(len(concern), 1)
        self.assertTrue(concern.written_at)

        # Triage, case, assignment to the best-ranked accredited partner.
        concern.with_user(self.supervisor).area_id = self.city
        concern.with_user(self.supervisor).action_triage("medium")
        wizard = (
            self.env["remediation.concern.accept"]
            .with_user(self.supervisor)
            .with_context(default_concern_id=concern.id)
            .create(
                {
                    "sex": "male",
                    "first_name": "Amani",
                    "last_name": "Hidden",
                    "age_estimated": 11,
                    "team_id": self.team.id,
                }
            )
        )
        wizard.action_confirm()
        case = concern.case_id
        best = case.with_user(self.supervisor).rank_partners(sex_wanted="female")[0]
        self.assertEqual(best["manager_id"], self.manager_portal.id)
        assignment = (
            self.env["remediation.referral"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": case.id,
                    "referral_type": "assignment",
                    "to_case_manager_id": best["manager_id"],
                    "data_set": "minimum",
                }
            )
        )
        assignment.action_send()
        code = case.name

        # The case manager accepts, meets the child, asks for consent, assesses.
        with self.phone("portal_manager") as page:
            self.sign_in(page, "portal_manager")
            self.fits(page, "manager_home")
            self.assertNotIn(code, page.inner_text("main"))
            self.follow(page, f"text={assignment.name}")
            self.fits(page, "manager_offer")
            self.assertNotIn("Hidden", page.inner_text("main"))
            self.follow(page, "form[action$=accept] button.main")
            page.goto(f"/my/remediation/case/{code}")
            self.assertIn("Amani", page.inner_text("h1"))
            self.fits(page, "manager_case")
            self.did(page, "First Contact")
            self.save(page)
            self.did(page, "Add to the family")
            page.fill("[name=full_name]", "Mama Secret")
            page.select_option("[name=relationship]", "mother")
            page.fill("[name=age]", "38")
            page.select_option("[name=is_caregiver]", "yes")
            self.fits(page, "manager_family")
            self.save(page)
            self.did(page, "The child")
            page.fill("[name=birth_year]", str(self.today.year - 11))
            page.select_option("[name=school_status]", "dropped_out")
            self.save(page)
            self.did(page, "Work")
            page.select_option("[name=works]", "yes")
            page.fill("[name=activity]", "Carries heavy bags")
            page.fill("[name=hours_week]", "30")
            page.fill("[name=pay]", "2")
            page.select_option("[name=pay_period]", "day")
            self.fits(page, "manager_work")
            self.save(page)
            self.did(page, "Consent")
            page.check("[name='purposes[]'][value=services]")
            page.check("[name='purposes[]'][value=share_with_org]")
            page.select_option("[name=subject]", "caregiver")
            page.select_option("[name=given_by_member_id]", index=1)
            page.select_option("[name=answer]", "yes")
            page.select_option("[name=assent]", "yes")
            page.select_option("[name=how]", "written")
            page.select_option("[name=data_set]", "service")
            self._draw(page)
            self.fits(page, "manager_consent")
            self.save(page)
            self.did(page, "Assess")
            page.fill("[name=present]", "Mother and child")
            page.fill("[name=child_wishes]", "He wants to learn to read")
            page.wait_for_timeout(600)
            # The session ends while he writes: nothing typed is lost.
            page.context.clear_cookies()
            page.click("main button.main")
            page.wait_for_url("**/web/login*")
            page.fill("#login", "portal_manager")
            page.fill("#password", "portal_manager")
            page.click("main button.main")
            page.wait_for_url("**/assessment*")
            page.wait_for_selector("form[data-ready]")
            self.assertEqual(
                page.input_value("[name=child_wishes]"), "He wants to learn to read"
            )
            page.select_option("[name=score-work]", "3")
            page.select_option("[name=score-education]", "4")
            self.fits(page, "manager_assessment")
            self.save(page)
        self.assertEqual(case.user_id, self.portal_manager)
        self.assertEqual(case.consent_ids.mapped("state"), ["given", "given"])
        self._seen(case.assessment_ids, self.supervisor).action_approve()

        # He plans with the family, who sign; visits; refers to the school.
        with self.phone("portal_manager") as page:
            page.goto(f"/my/remediation/case/{code}/plan")
            page.wait_for_selector("form[data-ready]")
            page.fill("[name=goal]", "School every day")
            page.select_option("[name=action-0-domain]", "education")
            page.select_option("[name=action-0-service_type_id]", label="Schooling")
            page.select_option("[name=action-1-domain]", "cash")
            for number in (0, 1):
                soon = str(self.today + timedelta(days=30))
                page.fill(f"[name=action-{number}-date_due]", soon)
                page.select_option(f"[name=action-{number}-provider_id]", index=1)
                page.fill(f"[name=action-{number}-cost_estimate]", "120")
            page.fill("[name=target_date]", str(self.today + timedelta(days=300)))
            page.select_option("[name=payer]", "ngo")
            page.select_option("[name=income_replacement]", "stipend")
            page.select_option("[name=caregiver_member_id]", index=1)
            page.fill("[name=caregiver_agreed_on]", str(self.today))
            page.select_option("[name=child_assent]", "yes")
            page.fill("[name=child_assent_on]", str(self.today))
            self._draw(page)
            self.fits(page, "manager_plan")
            self.save(page)
        self._seen(case.plan_ids, self.supervisor).action_approve()
        with self.phone("portal_manager") as page:
            page.goto(f"/my/remediation/case/{code}/visit")
            page.wait_for_selector("form[data-ready]")
            page.select_option("[name=visit_type]", "home")
            page.select_option("[name=child_seen]", "yes")
            page.select_option("[name=child_working]", "no")
            page.select_option("[name=occupation]", "school")
            self.save(page)
            page.goto(f"/my/remediation/case/{code}/refer")
            page.select_option("[name=service_type_id]", label="Schooling")
            page.click("main button.main")
            page.wait_for_selector("[name=to_organisation_id]")
            page.select_option("[name=to_organisation_id]", index=1)
            page.select_option("[name=action_id]", index=1)
            page.select_option("[name=data_set]", "service")
            self.fits(page, "manager_refer")
            self.save(page)
        referral = case.referral_ids.filtered(lambda r: r.referral_type == "referral")
        self.assertEqual(referral.state, "sent")

        # The school receives it and enters attendance.
        with self.phone("school_user") as page:
            self.sign_in(page, "school_user")
            self.follow(page, f"text={referral.name}")
            self.fits(page, "school_referral")
            text = page.inner_text("main")
            self.assertIn("Amani", text)
            self.assertNotIn(code, text)
            self.follow(page, "form[action$=accept] button.main")
            page.goto("/my/remediation/attendance")
            package = referral.package_id.id
            page.fill(f"[name=p{package}-days_open]", "20")
            page.fill(f"[name=p{package}-days_present]", "19")
            page.fill(f"[name=p{package}-days_excused]", "1")
            self.fits(page, "school_attendance")
            page.click("main form[method=post] button.main")
            page.wait_for_selector("p.ok")
        self.assertEqual(case.enrolment_ids.attendance_ids.days_present, 19)

        # The partner's supervisor and an observer look.
        with self.phone("portal_supervisor") as page:
            self.sign_in(page, "portal_supervisor")
            self.fits(page, "supervisor_home")
            page.goto(f"/my/remediation/case/{code}")
            self.assertIn("Amani", page.inner_text("h1"))
        with self.phone("portal_observer") as page:
            self.sign_in(page, "portal_observer", "/my/remediation/totals")
            self.assertNotIn("CR-", page.inner_text("main"))
            self.fits(page, "observer_totals")

        # The family withdraws its consent: the school's view is gone.
        with self.phone("portal_manager") as page:
            page.goto(f"/my/remediation/case/{code}")
            page.click("text=Consents")
            self.follow(page, "form[action$=withdraw] button")
            self.assertEqual(referral.state, "accepted", "it asks first")
            self.fits(page, "manager_withdraw")
            self.follow(page, "main form button.danger")
        self.assertEqual(referral.state, "revoked")
        with self.phone("school_user") as page:
            answer = page.goto(f"/my/remediation/referral/{referral.name}")
            self.assertEqual(answer.status, 404)

        # Friday night: a broken arm, no consent, no plan, nothing delays it.
        with self.phone("portal_manager") as page:
            page.goto(f"/my/remediation/case/{self.case.name}")
            self.follow(page, "text=Emergency")
            page.select_option("[name=service_type_id]", label="Health check")
            page.click("main button.main")
            page.wait_for_selector("[name=to_organisation_id]")
            page.select_option("[name=to_organisation_id]", index=1)
            page.select_option("[name=emergency_kind]", "medical")
            page.fill("[name=override_reason]", "Broken arm after a fall")
            page.fill("[name=legal_basis]", "Vital interest")
            self.fits(page, "manager_emergency")
            self.save(page, "main form button.danger")
        emergency = self.case.referral_ids
        self.assertEqual((emergency.state, emergency.basis), ("sent", "emergency"))
        with self.phone("clinic_user") as page:
            self.sign_in(page, "clinic_user")
            self.follow(page, f"text={emergency.name}")
            self.assertIn("Amani", page.inner_text("main"))
            self.follow(page, "form[action$=accept] button.main")
        self.assertEqual(emergency.state, "accepted")

        self._check_weights()

    def test_r61_a_child_in_danger_by_phone_alone(self):
        """Registered on the spot, family and work written down, placed at night with
        nobody reached, planned at length, and every paper read again."""
        with self.phone("portal_manager") as page:
            self.sign_in(page, "portal_manager")
            self.follow(page, "text=Register a child in danger")
            page.fill("[name=nickname]", "Ti-Jo")
            page.select_option("[name=sex]", "male")
            page.fill("[name=age_estimated]", "12")
            page.fill("[name=what]", "Locked in a shed at the washing place")
            page.fill("[name=help]", "A bed for the night")
            self.fits(page, "danger")
            self.save(page)
            code = page.url.split("/case/")[1].split("?")[0]
            url = f"/my/remediation/case/{code}"
            case = self.env["remediation.case"].search([("name", "=", code)])
            self.assertEqual(
                (case.risk_level, case.user_id.login), ("high", "portal_manager")
            )

            page.goto(f"{url}/family")
            page.fill("[name=full_name]", "Tante Rose")
            page.select_option("[name=relationship]", "aunt_uncle")
            page.fill("[name=age]", "40")
            page.select_option("[name=is_caregiver]", "yes")
            self.save(page)
            page.click("summary:has-text('Family')")
            self.follow(page, "main a:has-text('Correct')")
            page.fill("[name=full_name]", "Tante Rosalie")
            page.select_option("[name=is_suspected_of_harm]", "no")
            page.select_option("[name=is_employer_or_creditor]", "yes")
            self.fits(page, "family_correct")
            self.save(page)
            self.assertIn("Rosalie", page.text_content("main"))

            page.goto(f"{url}/child")
            page.fill("[name=first_name]", "Joseph")
            page.fill("[name=birth_year]", str(self.today.year - 12))
            page.select_option("[name=school_status]", "never")
            self.save(page)

            page.goto(f"{url}/work")
            page.wait_for_selector("body[data-ready]")
            page.select_option("[name=works]", "yes")
            page.fill("[name=activity]", "Washes ore")
            page.locator("[name='hazards[]']").first.check()
            page.fill("[name=hours_week]", "40")
            page.fill("[name=pay]", "1,5")
            page.select_option("[name=pay_period]", "day")
            page.fill("[name=pay_promised]", "100")
            page.fill("[name=debt_amount]", "60")
            page.select_option("[name=debt_holder]", "recruiter")
            page.select_option("[name=is_trafficked]", "yes")
            page.select_option("[name=movement-0-kind]", "recruitment")
            page.fill("[name=movement-0-place]", "Kalemie")
            self.fits(page, "work_and_money")
            self.save(page)

            page.goto(f"{url}/placement")
            page.wait_for_selector("body[data-ready]")
            page.select_option("[name=trigger]", "emergency_placement")
            page.fill("[name=placed_with]", "Foyer Saint-Jean")
            page.select_option("[name=decider]", "organisation")
            page.select_option("[name=authority_reached]", "no")
            page.fill("[name=decision]", "Beaten tonight")
            page.fill("[name=authority_tried]", "DIVAS 21:10, police 21:40")
            self.fits(page, "placement")
            self.save(page)

            page.goto(f"{url}/visit")
            page.wait_for_selector("body[data-ready]")
            page.select_option("[name=visit_type]", "office")
            page.select_option("[name=child_seen]", "yes")
            page.select_option("[name=child_working]", "no")
            page.select_option("[name=occupation]", "none")
            page.fill("[name=note]", "He sleeps at the shelter")
            self.save(page)

            page.goto(f"{url}/assessment")
            page.fill("[name=child_wishes]", "To see his sister")
            page.select_option("[name=separation_discussed]", "yes")
            self.save(page, "main form.card button.button")

            page.goto(f"{url}/plan")
            page.fill("[name=goal]", "Safe, then school")
            for number in range(3):
                page.select_option(f"[name=action-{number}-domain]", "health")
                page.fill(f"[name=action-{number}-description]", f"Step {number}")
            self.save(page, "main form.card button.button")
            page.goto(f"{url}/plan")
            # The help of that night and three steps stand there already.
            for number in range(4, 7):
                page.select_option(f"[name=action-{number}-domain]", "education")
                page.fill(f"[name=action-{number}-description]", f"Step {number}")
            self.save(page, "main form.card button.button")

            for section, words in {
                "visit": "He sleeps at the shelter",
                "assessment": "To see his sister",
                "plan": "Step 5",
                "work": "Washes ore",
                "placement": "DIVAS 21:10",
            }.items():
                page.goto(url)
                # Each card is folded until it is asked for.
                page.eval_on_selector_all(
                    "details.card",
                    "cards => cards.forEach((card) => (card.open = true))",
                )
                link = page.locator(f"main a[href*='/read/{section}/']").last
                with page.expect_navigation():
                    link.click()
                self.assertIn(words, page.inner_text("main"))
                self.fits(page, f"read_{section}")
        work = case.work_situation_ids.filtered("pay_promised")
        self.assertEqual((work.pay_promised, work.debt_amount), (100, 60))
        self.assertEqual(case.work_situation_ids.movement_ids.place, "Kalemie")
        self.assertEqual(case.best_interest_ids.state, "provisional")
        self.assertEqual(case.household_id.member_ids.is_employer_or_creditor, "yes")
        steps = case.plan_ids.action_ids.filtered(
            lambda action: "Step" in action.description
        )
        self.assertEqual(len(steps), 6)

    def _draw(self, page):
        canvas = page.locator("canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 70)
        page.mouse.move(box["x"] + 200, box["y"] + 30)
        page.mouse.up()

    def _check_weights(self):
        """A first visit stays under 1 MB in all, later pages under 60 KB each."""
        for login, loaded in self.bytes.items():
            first, pages = 0, []
            for url, size in loaded:
                if re.search(r"/static/|/web/login", url):
                    first += size
                else:
                    pages.append((size, url))
            self.assertLess(first + pages[0][0], 1_000_000, login)
            self.assertLess(max(pages)[0], 60_000, max(pages))
            _logger.info(
                "%s: first visit %s bytes, heaviest page %s bytes",
                login,
                first + pages[0][0],
                max(pages)[0],
            )
