import re
from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import RemediationCommon

CASE_LINKS = (
    "consent",
    "assessment",
    "plan",
    "plan_action",
    "visit",
    "deadline",
    "closure",
    "note",
    "work_situation",
)


#: What the widgets of activities read beside their own field.
ACTIVITY = ["activity_exception_decoration", "activity_exception_icon"]


@tagged("post_install", "-at_install")
class TestScreens(RemediationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(site_id=cls.site.id)

    def _spec(self, model, arch):
        """The specification with which the web client reads the fields of a view."""
        spec = {}
        for node in arch.iterfind(".//field"):
            if node.xpath("ancestor::field"):
                continue
            name = node.get("name")
            field = model._fields.get(name)
            if field is None:
                continue
            spec[name] = {}
            if field.type == "many2one":
                spec[name] = {"fields": {"display_name": {}}}
            elif field.type in ("one2many", "many2many"):
                sub = node.find("list")
                comodel = self.env[field.comodel_name]
                spec[name] = {
                    "fields": self._spec(comodel, sub) if sub is not None else {}
                }
        return spec

    def _read_as_client(self, user, model_name, kind, records):
        model = self.env[model_name].with_user(user)
        view = model.get_views([(False, kind)])["views"][kind]
        arch = etree.fromstring(view["arch"])
        return records.with_user(user).web_read(self._spec(model, arch))

    def test_each_role_reads_case_and_child_through_its_screens(self):
        self._active_plan(self.case)
        self._visit(self.case)
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.monitor,
            self.auditor,
            self.data_protection,
        ):
            for kind in ("form", "list", "kanban"):
                self.env.invalidate_all()
                self._read_as_client(user, "remediation.case", kind, self.case)
                self._read_as_client(
                    user, "remediation.beneficiary", kind, self.case.beneficiary_id
                )

    def test_each_menu_opens_for_whom_it_is_shown(self):
        menus = self.env["ir.ui.menu"]
        root = self.env.ref("child_remediation.remediation_menu_root")
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.monitor,
            self.auditor,
            self.data_protection,
        ):
            shown = menus.with_user(user).search([("id", "child_of", root.id)])
            shown &= menus.browse(menus.with_user(user)._visible_menu_ids())
            self.assertIn(root, shown, user.login)
            for menu in shown:
                # sudo: the web client loads the action of a menu it shows.
                action = menu.sudo().action
                if not action or action._name != "ir.actions.act_window":
                    continue
                model = self.env[action.res_model].with_user(user)
                with self.subTest(user=user.login, menu=menu.complete_name):
                    views = model.get_views(
                        [(False, kind) for kind in action.view_mode.split(",")]
                    )
                    model.search([], limit=1)
                    if re.search("(kanban|list)_activity", str(views["views"])):
                        # The client asks for more than the view names.
                        for name in ACTIVITY:
                            field = model._fields[name]
                            self.assertTrue(model._has_field_access(field, "read"))

    def test_no_form_waits_for_a_value_that_nobody_can_enter(self):
        """The web client refuses to save while a required field that it shows is
        empty: one that is not typed in must have something to show in a new form."""
        stuck = []
        for name, model in self.env.registry.items():
            if not name.startswith("remediation.") or model._abstract:
                continue
            if model._transient:
                continue  # opened by a button that fills in what it is about
            for user in (self.worker, self.supervisor, self.coordinator):
                records = self.env[name].with_user(user)
                if records.has_access("create"):
                    stuck += self._stuck_fields(records)
        self.assertFalse(stuck)

    def _stuck_fields(self, records):
        views = records.get_views([(False, "form")])
        arch = etree.fromstring(views["views"]["form"]["arch"])
        if arch.get("create") in ("0", "False", "false"):
            return []
        fields_info = views["models"][records._name]["fields"]
        nodes = [
            node
            for node in arch.iter("field")
            if not any(above.tag == "field" for above in node.iterancestors())
        ]
        spec = {node.get("name"): {} for node in nodes}
        values = records.onchange({}, [], spec)["value"]
        numbers = ("boolean", "integer", "float", "monetary")
        always = ("1", "True", "true")
        checked, typed = set(), set()
        for node in nodes:
            name = node.get("name")
            if node.get("invisible") not in (*always, "not id"):
                checked.add(name)
                if node.get("readonly", str(fields_info[name]["readonly"])) not in (
                    always
                ):
                    typed.add(name)
        return [
            f"{records._name}.{name} for {records.env.user.login}"
            for name in checked - typed
            if fields_info[name].get("required")
            and fields_info[name]["type"] not in numbers
            and not values.get(name)
        ]

    def test_monitoring_sees_no_name_on_a_screen_and_finds_none(self):
        cases = self.env["remediation.case"]
        domain = [("beneficiary_id", "ilike", "Hidden")]
        self.assertIn(self.case, cases.with_user(self.worker).search(domain))
        self.assertNotIn(self.case, cases.with_user(self.monitor).search(domain))
        data = self._read_as_client(self.monitor, "remediation.case", "form", self.case)
        self.assertNotIn("Hidden", str(data))
        self.assertNotIn("child_name", data[0])
        with self.assertRaises(AccessError):
            self.case.with_user(self.monitor).read(["child_name"])
        worker = self.case.with_user(self.worker)
        self.assertEqual(worker.child_name, "Amani Hidden")

    def test_search_folds_accents_and_case(self):
        self.case.beneficiary_id.last_name = "Kyûngu"
        found = (
            self.env["remediation.case"]
            .with_user(self.worker)
            .search([("beneficiary_id", "ilike", "KYUNGU")])
        )
        self.assertEqual(found, self.case)

    def test_missing_steps_link_to_screens_that_exist(self):
        case = self.case.with_user(self.worker)
        html = str(case.missing_html)
        self.assertIn(f"/odoo/cases/{case.id}/case-consents", html)
        for name in CASE_LINKS:
            action = self.env.ref(f"child_remediation.{name}_case_action")
            self.assertTrue(action.path, name)
            self.assertEqual(action.domain, "[('case_id', '=', active_id)]", name)

    def test_timeline_shows_what_the_reader_may_read_newest_first(self):
        self.env["remediation.note"].with_user(self.worker).create(
            {"case_id": self.case.id, "subject": "Call", "text": "<b>Said</b> yes"}
        )
        self._approved_assessment(self.case)
        self._visit(self.case)
        entries = self.case.with_user(self.worker).get_timeline()
        kinds = {entry["kind"] for entry in entries}
        self.assertLessEqual({"stage", "contact", "decision", "visit"}, kinds)
        moments = [(entry["date"], entry["time"]) for entry in entries]
        self.assertEqual(moments, sorted(moments, reverse=True))
        # Monitoring reads no notes, no assessments and no visits.
        seen = self.case.with_user(self.monitor).get_timeline()
        self.assertNotIn("Said", str(seen))
        self.assertFalse({"contact", "decision"} & {entry["kind"] for entry in seen})
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker_other).get_timeline()

    def test_timeline_shows_school_attendance_and_deliveries(self):
        case = self.case
        action = self._active_plan(case).action_ids
        worker = self.env(user=self.worker)
        school = self.env["remediation.institution"].create({"name": "EP Kapata"})
        enrolment = worker["remediation.education.enrolment"].create(
            {
                "case_id": case.id,
                "institution_id": school.id,
                "level": "5",
                "date_start": "2025-09-01",
                "date_end": "2026-07-02",
                "state": "completed",
            }
        )
        for month, days in (("2026-02-01", 20), ("2026-04-01", 0)):
            worker["remediation.attendance"].create(
                {
                    "enrolment_id": enrolment.id,
                    "month": month,
                    "days_open": days,
                    "days_present": days * 0.9,
                }
            )
        worker["remediation.service.delivery"].create(
            {"plan_action_id": action.id, "quantity": 3, "unit": "month", "cost": 30}
        )
        found = [
            (entry["date"], entry["title"], entry["state"])
            for entry in case.with_user(self.worker).get_timeline()
            if entry["kind"] == "school"
        ]
        self.assertEqual(
            found,
            [
                ("2026-07-02", "End of enrolment: EP Kapata 5", "Completed"),
                ("2026-04-30", "Attendance: no open day", ""),
                ("2026-02-28", "Attendance: 18 of 20 days", "90%"),
                ("2025-09-01", "Enrolled: EP Kapata 5", ""),
            ],
        )
        given = [
            entry
            for entry in case.with_user(self.worker).get_timeline()
            if entry["model"] == "remediation.service.delivery"
        ]
        self.assertEqual(len(given), 1)
        self.assertIn("3 × Month", given[0]["detail"])
        self.assertIn("30", given[0]["detail"])
        # Who reads without names reads no word that somebody wrote.
        for user in (self.monitor, self.auditor, self.data_protection):
            titles = {e["title"] for e in case.with_user(user).get_timeline()}
            self.assertNotIn("Enrolled: EP Kapata 5", titles, user.login)

    def test_each_filter_of_the_case_list_works_for_who_reads_cases(self):
        for user in (self.worker, self.supervisor, self.monitor):
            cases = self.env["remediation.case"].with_user(user)
            arch = cases.get_views([(False, "search")])["views"]["search"]["arch"]
            nodes = etree.fromstring(arch).iter("filter")
            names = set()
            for node in nodes:
                names.add(node.get("name"))
                domain = node.get("domain")
                if domain:
                    cases.search(safe_eval(domain, {"uid": user.id}), limit=1)
                context = literal_eval(node.get("context") or "{}")
                if "group_by" in context:
                    cases.formatted_read_group([], [context["group_by"]], ["__count"])
            self.assertLessEqual({"mine", "overdue", "checks", "reopened"}, names)

    def test_the_column_of_closed_cases_comes_folded(self):
        case = self._new_case()
        case._unprotected().write({"closed_on": "2026-01-01"})
        groups = (
            self.env["remediation.case"]
            .with_user(self.worker)
            .web_read_group(
                [],
                ["stage"],
                [],
                auto_unfold=True,
                unfold_read_specification={"name": {}},
            )["groups"]
        )
        by_stage = {group["stage"]: group for group in groups}
        self.assertNotIn("__records", by_stage["closed"])
        self.assertEqual(by_stage["closed"]["__count"], 1)
        self.assertIn("__records", by_stage["registered"])

    def _answer(self, records, method, **answers):
        """Press a button that asks, and fill in its window as the same user."""
        action = getattr(records.with_context(step_ask=True), method)()
        self.assertEqual(action["res_model"], "remediation.step.window")
        window = records.env["remediation.step.window"].with_context(
            **action["context"]
        )
        form = Form(window)
        for name, value in answers.items():
            setattr(form, name, value)
        return form.save().action_apply()

    def test_the_window_asks_for_what_a_button_needs(self):
        case = self.case.with_user(self.worker)
        self._answer(case, "action_record_first_contact", date_1=self.today)
        self.assertEqual(self.case.stage, "first_contact")
        self.assertEqual(self.case.first_contact_on, self.today)
        as_supervisor = self.env(user=self.supervisor.id)
        context = {"active_model": "remediation.case", "active_ids": self.case.ids}
        form = Form(
            as_supervisor["remediation.case.assign.wizard"].with_context(**context)
        )
        form.case_manager_id = self.manager_2.with_env(as_supervisor)
        form.save().action_apply()
        self.assertEqual(self.case.user_id, self.worker_2)
        case = self.case.with_user(self.supervisor)
        self._answer(case, "action_set_risk", choice_1="low", text_1="Safe at home")
        self.assertEqual(self.case.risk_level, "low")
        self._answer(case, "action_hold", text_1="Travels", date_1="2099-01-01")
        self.assertEqual(self.case.stage, "on_hold")
        self.assertEqual(self.case.hold_by_id, self.supervisor)
        self.assertEqual(self.case.hold_reason, "Travels")

    def test_the_window_speaks_of_the_step_that_opened_it(self):
        action = self.case.with_user(self.supervisor).action_set_risk()
        window = self.env["remediation.step.window"].with_user(self.supervisor)
        views = window.with_context(**action["context"]).get_views([(False, "form")])
        arch = views["views"]["form"]["arch"]
        self.assertIn('string="Risk Level"', arch)
        self.assertIn('string="Set Risk"', arch)
        fields_ = views["models"]["remediation.step.window"]["fields"]
        self.assertEqual(
            [key for key, _label in fields_["choice_1"]["selection"]],
            ["high", "medium", "low"],
        )

    def test_the_window_asks_the_right_before_it_opens(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker).action_hold()
        with self.assertRaises(AccessError):
            self.case.with_user(self.supervisor_other).action_hold()
        with self.assertRaises(AccessError):
            self.env["remediation.case.assign.wizard"].with_user(self.worker).create(
                {"case_ids": self.case.ids, "case_manager_id": self.manager_2.id}
            )

    def test_the_window_gives_no_right_that_the_person_lacks(self):
        windows = self.env["remediation.step.window"]
        for step, user in (
            ("remediation.case,action_hold", self.worker),
            ("remediation.case,action_hold", self.supervisor_other),
            ("remediation.case,action_record_first_contact", self.worker_other),
        ):
            window = windows.with_user(user).with_context(
                step_view_ref=step, step_ids=self.case.ids
            )
            with self.assertRaises(AccessError):
                window.create({"text_1": "x", "date_1": "2099-01-01"}).action_apply()
        for step in (
            "remediation.case,write",
            "remediation.case,_set_risk",
            "remediation.case,action_resume",
            "res.users,action_hold",
            "nothing",
        ):
            window = windows.with_user(self.supervisor).with_context(
                step_view_ref=step, step_ids=self.case.ids
            )
            with self.assertRaises(UserError):
                window.create({"text_1": "x"}).action_apply()

    def test_what_the_window_asks_is_asked_of_every_caller(self):
        case = self.case.with_user(self.supervisor)
        for answers in (
            ("", "2099-01-01"),
            ("  ", "2099-01-01"),
            ("x", ""),
            ("x", "no date"),
            (False, False),
        ):
            with self.subTest(answers=answers), self.assertRaises(UserError):
                case.action_hold(*answers)
        with self.assertRaises(UserError):
            case.action_set_risk("none", "x")

    def test_r18_sending_back_through_the_window(self):
        assessment = (
            self.env["remediation.assessment"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": self.case.id,
                    "child_wishes": "School",
                    "present": "Child",
                    "score_ids": [(0, 0, {"domain": "work", "score": "3"})],
                }
            )
        )
        assessment.action_submit()
        self._answer(
            assessment.with_user(self.supervisor),
            "action_reject",
            long_1="Hear the mother too",
        )
        self.assertEqual(assessment.state, "draft")
        self.assertEqual(assessment.rejection_comment, "Hear the mother too")

    def test_new_case_and_child_through_the_forms(self):
        child_form = Form(self.env["remediation.beneficiary"].with_user(self.worker))
        child_form.sex = "female"
        child_form.age_estimated = 12
        child = child_form.save()
        case_form = Form(self.env["remediation.case"].with_user(self.worker))
        case_form.beneficiary_id = child
        case = case_form.save()
        self.assertEqual(case.user_id, self.worker)
        self.assertEqual(case.stage, "registered")

    def test_a_new_record_finds_its_case(self):
        """Its company follows from the case, so the choice cannot wait for it."""
        for model in self.env.registry:
            records = self.env[model]
            if records._abstract or not records._fields.get("case_id"):
                continue
            if "remediation.case.owned" not in {
                getattr(cls, "_name", None) for cls in type(records).__mro__
            }:
                continue
            field = records.fields_get(["case_id"])["case_id"]
            domain = safe_eval(str(field["domain"]), {"company_id": False})
            cases = self.env["remediation.case"].with_user(self.worker).search(domain)
            self.assertIn(self.case, cases, model)

    def test_a_plan_starts_with_the_services_of_its_programme(self):
        service = self.env["remediation.service.type"].create(
            {"name": "Catch-Up Class", "code": "catch_up", "domain": "education"}
        )
        case = self._new_case()
        plan = self._active_plan(case)
        before = plan.with_user(self.worker).needs
        case.programme_id = self.env["remediation.programme"].create(
            {"name": "Back to School", "plan_service_ids": service.ids}
        )
        needs = plan.with_user(self.worker).needs
        self.assertEqual(needs[: len(before)], before)
        self.assertEqual(
            needs[len(before) :],
            [
                {
                    "label": "Back to School",
                    "score": "",
                    "answers": [["education", "Catch-Up Class", service.id]],
                }
            ],
        )
        self.assertFalse(plan.action_ids.service_type_id, "nothing adds itself")
