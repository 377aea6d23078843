import json
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from pyxform.xls2xform import convert

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.case_referral.forms import VISIT
from odoo.addons.remediation_base.tools.forms import Question

from ..models.remediation_submission import PHONE_FORMS, read_answers
from .common import SubmissionCommon

#: What the issue names, and what belongs to it.
WANTED = {
    "visit",
    "contact",
    "concern",
    "family",
    "child",
    "work",
    "consent",
    "assessment",
    "plan",
    "delivery",
    "attendance",
    "emergency",
    "placement",
    "danger",
    "urgent",
    "note",
}


@tagged("post_install", "-at_install")
class TestR61Submissions(SubmissionCommon, HttpCase):
    """Every form comes from a telephone as from the page, and from Kobo (R61)."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programme = cls.env["remediation.programme"].create(
            {
                "name": "Programme",
                "visit_properties": [
                    {"name": "a1b2c3d4", "string": "Own bed?", "type": "boolean"},
                ],
                "assessment_properties": [
                    {
                        "name": "b2c3d4e5",
                        "string": "Where the child sleeps",
                        "type": "selection",
                        "selection": [["home", "At home"], ["street", "Street"]],
                    },
                ],
            }
        )
        cls.case.programme_id = cls.programme

    def _sheet(self, name, **query):
        """The form for Kobo as a supervisor downloads it."""
        self.authenticate("supervisor", "supervisor")
        address = f"/remediation/submissions/form/{name}.xlsx?{urlencode(query)}"
        response = self.url_open(address)
        self.assertEqual(response.status_code, 200)
        return response.content

    def _converted(self, content):
        """What another program, pyxform, makes of it: an XForm without a complaint."""
        warnings = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form.xlsx"
            path.write_bytes(content)
            result = convert(str(path), validate=False, warnings=warnings)
        self.assertFalse([*warnings, *result.warnings])
        return result.xform

    def _send(self, name, document, user=None):
        return self.url_open(
            f"/remediation/submissions/1/{name}",
            data=json.dumps(document),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._key(user or self.collector)}",
            },
        )

    def _last(self):
        return self.env["remediation.submission"].search([], limit=1)

    def test_r61_every_form_that_is_named_may_be_sent(self):
        self.assertEqual(set(PHONE_FORMS), WANTED)

    def test_r61_every_form_for_kobo_is_read_by_another_program(self):
        for name, form in PHONE_FORMS.items():
            with self.subTest(name):
                xform = self._converted(self._sheet(name))
                for question in form.questions:
                    if form.kind_of(self.env, question) in ("file", "sign"):
                        continue
                    if (name, question.name) != ("concern", "site_id"):
                        self.assertIn(f"/{question.name}", xform)
                for rows_name, rows in form.rows.items():
                    for question in rows.questions:
                        self.assertIn(f"/{rows_name}/{question.name}", xform)

    def test_r61_a_workers_cases_are_a_list_of_codes_in_each_form(self):
        worker = self.case.user_id
        worker_cases = self.env["remediation.case"].search(
            [("user_id", "=", worker.id), ("stage", "!=", "closed")]
        )
        other = self.env["remediation.case"].search(
            [("user_id", "!=", worker.id)], limit=1
        )
        self.assertIn(self.case, worker_cases)
        self.assertTrue(other)
        for name in PHONE_FORMS:
            if name in ("concern", "danger"):
                continue
            with self.subTest(name):
                xform = self._converted(self._sheet(name, worker=worker.login))
                for code in worker_cases.mapped("name"):
                    self.assertIn(f"<name>{code}</name>", xform)
                self.assertNotIn(f"<name>{other.name}</name>", xform)
                for child in worker_cases.beneficiary_id:
                    if child.last_name:
                        self.assertNotIn(child.last_name, xform)

    def test_r61_a_list_of_codes_holds_what_the_reader_may_see(self):
        """Of another team's worker, and of nobody, no code is told: it is typed."""
        self._new_case(self.manager_other)
        for login in (self.worker_other.login, "nobody@example.org"):
            xform = self._converted(self._sheet("visit", worker=login))
            self.assertNotRegex(xform, r"<name>CR-\d+</name>")
            self.assertIn("/case", xform)
        self.authenticate("worker", "worker")
        response = self.url_open(
            "/remediation/submissions/form/visit.xlsx?worker=worker"
        )
        self.assertEqual(response.status_code, 404)

    def test_r61_a_programmes_own_questions_are_in_the_form_and_taken(self):
        self.assertIn("Own bed?", self._converted(self._sheet("visit")))
        xform = self._converted(self._sheet("assessment"))
        self.assertIn("Where the child sleeps", xform)
        self.assertIn("/score-work", xform)
        answers = self._visit_answers(**{"question-a1b2c3d4": "oui"})
        known, others = read_answers("visit", answers)
        found = self._receive("visit", known, others=others)
        self.assertEqual(found.state, "placed", found.detail)
        self.assertEqual(dict(found.visit_id.properties)["a1b2c3d4"], True)
        self.assertNotIn("question", found.visit_id.note or "")

    def test_r61_a_question_that_is_added_is_everywhere(self):
        """One line in a form: page, submission, form for Kobo and documentation."""
        added = Question(
            "made_by", "What was promised the last time?", kind="area", field="note"
        )
        VISIT.questions.append(added)
        self.addCleanup(VISIT.questions.remove, added)
        self.assertIn("/made_by", self._converted(self._sheet("visit")))
        rows = VISIT.document(self.env)
        self.assertEqual(rows[-1]["name"], "made_by")
        self.authenticate("portal_manager", "portal_manager")
        page = self.url_open(f"/my/remediation/case/{self.portal_case.name}/visit")
        self.assertIn('name="made_by"', page.text)
        known, others = read_answers(
            "visit", self._visit_answers(made_by="A school bag")
        )
        self.assertIn("made_by", known)
        found = self._receive("visit", known, others=others)
        self.assertEqual(found.state, "placed", found.detail)
        self.assertIn("A school bag", found.visit_id.note)

    def _documents(self):
        """``(form, answers)`` of a whole case by telephone, in their order."""
        member = self._caregiver(self.case)
        site = self.env["remediation.site"].search([], limit=1)
        school = self.env["remediation.institution"].create({"name": "EP Kapata"})
        hazard = self.env["remediation.hazard"].search([], limit=1)
        soon = str(self._plus(days=20).date())
        return [
            ("contact", {"day": str(self.today)}),
            (
                "child",
                {
                    "birth_year": str(self.today.year - 11),
                    "school_status": "Dropped Out",
                    "institution": school.name,
                },
            ),
            (
                "family",
                {
                    "full_name": "Tante Rose",
                    "relationship": "aunt_uncle",
                    "is_caregiver": "oui",
                    "age": 40,
                },
            ),
            (
                "family",
                {
                    "member": member.name,
                    "relationship": "mother",
                    "is_caregiver": "yes",
                    "phone": "+243 99 000 00 00",
                },
            ),
            (
                "work",
                {
                    "works": "yes",
                    "activity": "Carries ore",
                    "site": site.name,
                    "hours_week": 30,
                    "hazards": hazard.code,
                    "pay": 2.5,
                    "pay_period": "day",
                    "pay_promised": "50",
                    "pay_withheld": "40",
                    "debt_amount": 100,
                    "debt_holder": "recruiter",
                    "fee_amount": 10,
                    "is_trafficked": "oui",
                    "movements": [
                        {
                            "movements/kind": "recruitment",
                            "movements/place": "Kalemie",
                            "movements/country": "CD",
                            "movements/means": "promise",
                        },
                        {
                            "movements/kind": "exploitation",
                            "movements/place": "Kolwezi",
                        },
                    ],
                },
            ),
            (
                "consent",
                {
                    "purposes": "services photo",
                    "subject": "caregiver",
                    "given_by_member_id": member.name,
                    "answer": "yes",
                    "assent": "yes",
                    "how": "verbal_witnessed",
                    "witness": "The teacher",
                    "data_set": "service",
                },
            ),
            (
                "assessment",
                {
                    "present": "The mother",
                    "child_wishes": "To read",
                    "score-work": "3",
                    "Where the child sleeps": "street",
                    "separation_discussed": "no",
                },
            ),
            (
                "plan",
                {
                    "goal": "School every day",
                    "target_date": soon,
                    "actions": [
                        {
                            "actions/domain": "health",
                            "actions/description": f"Step {number}",
                            "actions/date_due": soon,
                        }
                        for number in range(12)
                    ],
                },
            ),
            ("urgent", {"domain": "food", "description": "Meals"}),
            ("visit", self._visit_answers()),
            (
                "attendance",
                {
                    "month": str(self.today.replace(day=1)),
                    "days_open": 1,
                    "days_present": 1,
                },
            ),
            (
                "placement",
                {
                    "trigger": "emergency_placement",
                    "placed_with": "Foyer",
                    "decider": "organisation",
                    "authority_reached": "non",
                    "authority_tried": "DIVAS 21:10, police 21:40",
                    "decision": "Beaten at home",
                },
            ),
            ("note", {"text": "The road is closed", "Couleur du toit": "rouge"}),
        ]

    def test_r61_a_whole_case_by_telephone(self):
        made = {}
        for number, (form, document) in enumerate(self._documents()):
            answer = self._send(
                form,
                {
                    "_uuid": f"whole-case-{number:04}",
                    "case": self.case.name,
                    "worker": "worker",
                    **document,
                },
            )
            with self.subTest(form, number=number):
                self.assertEqual(answer.status_code, 201, answer.text)
                last = self._last()
                self.assertEqual((last.state, last.detail), ("placed", False))
                self.assertEqual(last.case_id, self.case)
                record = self.env[last.result_model].browse(last.result_id)
                made[form] = record
                if form not in ("contact", "child", "family", "visit"):
                    self.assertEqual(record.create_uid, self.collector, form)
        self.assertEqual(self.case.beneficiary_id.school_status, "dropped_out")
        work = made["work"]
        self.assertEqual((work.pay_promised, work.fee_amount), (50, 10))
        self.assertEqual(len(work.movement_ids), 2)
        self.assertEqual(work.movement_ids.country_id.code, "CD")
        self.assertEqual(work.classification, "wfcl")
        self.assertEqual(
            set(self.case.consent_ids.mapped("purpose")), {"services", "photo"}
        )
        self.assertEqual(dict(made["assessment"].properties)["b2c3d4e5"], "Street")
        steps = made["plan"].action_ids.filtered(lambda a: "Step" in a.description)
        self.assertEqual(len(steps), 12)
        self.assertEqual(made["placement"].state, "provisional")
        self.assertTrue(
            self.case.note_ids.filtered(lambda note: "rouge" in (note.text or ""))
        )

    def test_r61_delivery_and_emergency_by_telephone(self):
        action = self.env["remediation.plan.action"].create(
            {
                "case_id": self.case.id,
                "domain": "food",
                "description": "Meals",
                "is_urgent": True,
            }
        )
        found = self._receive(
            "delivery",
            {
                "case": self.case.name,
                "worker": "worker",
                "plan_action_id": str(action.id),
                "quantity": 2,
                "unit": "piece",
                "photo": "1700000000.jpg",
            },
        )
        self.assertEqual(found.state, "placed", found.detail)
        self.assertEqual(action.delivery_ids.quantity, 2)
        found = self._receive(
            "emergency",
            {
                "case": self.case.name,
                "worker": "worker",
                "service_type_id": "No such service",
                "emergency_kind": "medical",
                "override_reason": "Broken arm",
            },
            key="key-00000002",
        )
        self.assertEqual((found.state, found.reason), ("waiting", "bad_answer"))

    def test_r59_a_child_in_danger_by_telephone(self):
        found = self._receive(
            "danger",
            {
                "nickname": "Ti-Jo",
                "sex": "female",
                "what": "Locked in",
                "age_estimated": "neuf",
            },
            others={"Couleur": "rouge"},
        )
        self.assertEqual(found.state, "placed", found.detail)
        case = found.case_id
        self.assertEqual(case.risk_level, "high")
        self.assertIn("rouge", case.note_ids.text)
        self.assertIn("neuf", case.note_ids.text)
        mails = self.env["mail.mail"].search([])
        waiting = self._receive("danger", {"what": "Locked in"}, key="key-00000003")
        self.assertEqual(waiting.state, "waiting")
        self.assertTrue(self.env["mail.mail"].search([]) - mails, "somebody is told")

    def test_r76_r26_forms_of_others_wait(self):
        for form in sorted(set(PHONE_FORMS) - {"concern", "danger"}):
            for number, (user, answers) in enumerate(
                (
                    (self.worker_2, {"worker": "worker"}),
                    (self.worker_2, {}),
                    (self.collector, {"worker": "worker_2"}),
                )
            ):
                found = self._receive(
                    form,
                    {"case": self.case.name, **answers},
                    key=f"wait-{form}-{number}",
                    user=user if user != self.worker_2 else self._with_right(user),
                )
                with self.subTest(form, number=number):
                    self.assertEqual(found.state, "waiting")
                    self.assertIn(found.reason, ("another_worker", "not_holder"))

    def _with_right(self, user):
        user.group_ids |= self.env.ref("case_submission.group_submit")
        return user

    def test_r61_a_supervisor_files_what_waits(self):
        found = self._receive(
            "note", {"case": "CR-999999", "text": "The road is closed"}
        )
        self.assertEqual(found.reason, "unknown_case")
        found = found.with_user(self.coordinator)
        note = self.env["remediation.note"].browse(
            found.action_place_held(self.case.id)
        )
        self.assertEqual(note.author_id, self.coordinator)
        self.assertEqual((found.state, found.result_id), ("placed", note.id))

    @mute_logger("odoo.addons.case_submission.models.remediation_submission")
    def test_r58_what_is_not_understood_waits_in_every_form(self):
        for form, asked in PHONE_FORMS.items():
            for question in asked.questions:
                kind = asked.kind_of(self.env, question)
                if kind in ("text", "area", "file", "sign") or form == "danger":
                    continue
                if question.name == "site_id":
                    continue
                found = self._receive(
                    form,
                    {
                        "case": self.case.name,
                        "worker": "worker",
                        question.name: "peut-être",
                    },
                    key=f"wrong-{form}-{question.name}",
                )
                with self.subTest(form, question=question.name):
                    self.assertEqual(
                        (found.state, found.reason), ("waiting", "bad_answer")
                    )
