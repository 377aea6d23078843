import json
import os
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools.misc import file_open

from ..tools.words import said

UNPUBLISHED = "Not in the published account"
#: Environment variable by which ``setup/run --lang`` says what is written.
LANGUAGE = "REMEDIATION_DEMO_LANGUAGE"
#: What the follow-up of a published child tells, as a sentence begins.
FOLLOW_UP = {
    "in_school": "In school: {}",
    "grade": "Grade: {}",
    "exam_score_percent": "Exam score, percent: {}",
    "working": "Working: {}",
    "health": "Health: {}",
    "caregiver_effect": "Effect on the caregiver: {}",
}
SITES = {
    "Kapata mine site, Kolwezi": "demo_site_kapata",
    "ore depots, Kolwezi": "demo_site_depots",
    "local mine, Kapata": "demo_site_local_mine",
}
AREAS = {"Kabila, Kolwezi": "demo_area_kabila", "Kapata": "demo_area_kapata"}
#: Published action: domain, service, whether the published follow-up shows it running.
ACTIONS = {
    "health check": ("health", "health_check"),
    "school support for four years": ("education", "school_fees"),
    "reintegration into school": ("education", "school_fees"),
    "monthly living stipend": ("cash", "stipend"),
    "vocational training and course kit, all fees paid": (
        "vocational",
        "training_fees",
    ),
    "regular visits by the case manager": ("protection", False),
    "one year of school support for siblings": ("sibling_support", False),
}
#: Relatives that the accounts tell apart; of the others only the number is known.
RELATIVES = {
    "MMJ": [
        {"relationship": "father", "sex": "male", "is_deceased": True},
        {
            "relationship": "mother",
            "sex": "female",
            "is_caregiver": True,
            "livelihood": "sells water and juice at a mine site",
        },
        {"relationship": "sibling", "sex": "male", "age": 14, "in_school": "no"},
    ],
    "MIP": [
        {
            "relationship": "father",
            "sex": "male",
            "is_caregiver": True,
            "livelihood": "artisanal miner",
        },
        {
            "relationship": "mother",
            "sex": "female",
            "is_caregiver": True,
            "livelihood": "sells fish and cares for a newborn",
        },
        {"relationship": "sibling", "sex": "female", "age": 10},
    ],
    "Davu": [
        {
            "relationship": "father",
            "sex": "male",
            "is_caregiver": True,
            "livelihood": "artisanal miner earning about 3.49 USD a day",
        },
        {"relationship": "mother", "sex": "female", "is_caregiver": True},
        {"relationship": "sibling", "in_school": "no"},
        {"relationship": "sibling", "in_school": "no"},
    ],
}


class Demo(models.AbstractModel):
    """Enters the published cases of ``hub_cases.json`` as the demo users would.

    Only what was published is entered: where a step needs more, it says so in words.
    The days are those of the entry, because no date was published. Each case is taken
    to the stage that its facts support: where a plan was published, into remediation.
    """

    _name = "remediation.demo"
    _description = "Demo Data"

    def _user(self, name):
        return self.env.ref(f"remediation_demo.demo_user_{name}")

    def _as(self, name):
        """This environment as a demo user, without the rights of the loading."""
        return self.with_user(self._user(name)).with_context(
            allowed_company_ids=self._user(name).company_ids.ids,
            lang=self._language(),
            tracking_disable=True,
        )

    @api.model
    def _seen(self, records):
        """Records as somebody has them open who decides on what they show."""
        records.invalidate_recordset(["content_hash"])
        shown = {str(record.id): record.content_hash for record in records}
        return records.with_context(seen_hash=shown)

    @api.model
    def _load_language(self):
        """The organisation writes French, or what ``setup/run --lang`` asks for."""
        if not self.env["res.lang"]._get_data(code="fr_FR"):
            self.env["res.lang"]._activate_lang("fr_FR")
            installed = [("state", "=", "installed")]
            modules = self.env["ir.module.module"].search(installed)
            modules._update_translations("fr_FR")
        self.env.ref("base.main_partner").lang = os.environ.get(LANGUAGE, "fr_FR")

    @api.model
    def _language(self):
        """The code of the language in which the organisation writes."""
        return self.env.ref("base.main_partner").lang

    @api.model
    def _said(self, text, *parts):
        """What somebody of the organisation types, in its language.

        :param parts: what stands in the places that the text leaves open
        """
        text = said(text, self._language())
        return text.format(*parts) if parts else text

    @api.model
    def _name_in_both(self, record, text):
        """Give a record its translated name in both languages."""
        for code in ("en_US", "fr_FR"):
            record.with_context(lang=code).name = said(text, code)

    @api.model
    def _load_workers(self):
        """Two accredited case managers: one of the organisation, one of a partner."""
        supervisor = self._as("supervisor")
        # The published account begins with workers who had worked for years.
        today = fields.Date.context_today(self) - timedelta(days=800)
        team = self.env.ref("remediation_demo.demo_team")
        for name in ("caseworker", "partner"):
            user = self._user(name)
            organisation = user.partner_id.parent_id or user.company_id.partner_id
            if self.env["remediation.case.manager"].search([("user_id", "=", user.id)]):
                continue
            manager = supervisor.env["remediation.case.manager"].create(
                {
                    "user_id": user.id,
                    "team_id": team.id,
                    "organisation_id": organisation.id,
                    "code_of_conduct_on": today,
                    "area_ids": [
                        Command.link(
                            self.env.ref("remediation_demo.demo_area_kolwezi").id
                        )
                    ],
                    "training_ids": [
                        Command.create({"topic": "safeguarding", "date": today}),
                        Command.create(
                            {
                                "topic": "case_management",
                                "date": today,
                                "is_examination": True,
                                "examiner_id": self._user("supervisor").partner_id.id,
                                "score": 82,
                            }
                        ),
                    ],
                    "vetting_ids": [
                        Command.create({"kind": "police_check", "date": today})
                    ],
                }
            )
            manager.vetting_ids.action_verify_clear()
            manager.action_admit()
            manager.action_pass_examination()
            manager._unprotected().write({"level": "accredited"})

    @api.model
    def _load_hub_cases(self):
        programme = self.env.ref("remediation_demo.demo_programme")
        self._name_in_both(programme, "Demonstration Programme")
        with file_open("child_remediation/tests/files/hub_cases.json") as handle:
            published = json.load(handle)
        known = self.env["remediation.beneficiary"].search(
            [("external_ref", "in", [self._reference(facts) for facts in published])]
        )
        for facts in published:
            if self._reference(facts) in known.mapped("external_ref"):
                continue
            case = self._open_case(facts)
            if facts["plan"]["goal"]:
                self._assess(case, facts)
                self._plan(case, facts)
            if facts["follow_up"]:
                self._follow_up(case, facts)
            if facts["child"]["pseudonym"] == "MIP":
                # The partner's case manager holds one of the three.
                manager = self.env["remediation.case.manager"].search(
                    [("user_id", "=", self._user("partner").id)]
                )
                case.with_env(self._as("supervisor").env).action_assign(manager.id)

    @api.model
    def _reference(self, facts):
        return f"hub:{facts['child']['pseudonym']}"

    @api.model
    def _open_case(self, facts):
        env = self._as("caseworker").env
        child, household, work = facts["child"], facts["household"], facts["work"]
        area = AREAS.get(household.get("community"))
        area = area and self.env.ref(f"remediation_demo.{area}")
        family = env["remediation.household"].create(
            {
                "area_id": area.id if area else False,
                "member_ids": [
                    Command.create(
                        {
                            "age_recorded_on": False,
                            **member,
                            "livelihood": "livelihood" in member
                            and self._said(member["livelihood"]),
                        }
                    )
                    for member in RELATIVES[child["pseudonym"]]
                ],
            }
        )
        age = child.get("age_at_identification") or 0
        beneficiary = env["remediation.beneficiary"].create(
            {
                "nickname": child["pseudonym"],
                "sex": child["sex"],
                "age_estimated": age,
                "age_recorded_on": fields.Date.context_today(self) if age else False,
                "last_grade": child.get("last_grade_completed") or False,
                "school_status": "in_school"
                if facts["follow_up"].get("in_school")
                else False,
                "household_id": family.id,
                "area_id": area.id if area else False,
                "external_ref": self._reference(facts),
            }
        )
        site = self.env.ref(f"remediation_demo.{SITES[work['site']]}")
        case = env["remediation.case"].create(
            {
                "beneficiary_id": beneficiary.id,
                "programme_id": self.env.ref("remediation_demo.demo_programme").id,
                "site_id": site.id,
                "risk_level": "medium",
            }
        )
        self._record_work(case, facts)
        self._note_facts(case, facts)
        return case

    @api.model
    def _record_work(self, case, facts):
        child, work = facts["child"], facts["work"]
        earnings = work["earnings"]
        currency = self.env.ref(f"base.{earnings['currency']}")
        case.env["remediation.work.situation"].create(
            {
                "case_id": case.id,
                "works": "yes",
                "site_id": case.site_id.id,
                "activity": self._said(work["activity"]),
                "hours_week": work.get("hours_per_week") or 0,
                "days_week": work.get("days_per_week") or 0,
                "time_start": self._hour(work.get("start_time")),
                "time_end": self._hour(work.get("end_time")),
                "pay": earnings["amount"] or 0,
                "pay_period": earnings["period"] or False,
                "currency_id": currency.id,
                "started_year": work.get("working_since_year") or 0,
                "started_age": child.get("age_at_start_of_work") or 0,
            }
        )

    @api.model
    def _note_facts(self, case, facts):
        child = facts["child"]
        livelihood = facts["household"].get("caregiver_livelihood")
        grade = facts["follow_up"].get("grade")
        case.env["remediation.note"].create(
            {
                "case_id": case.id,
                "subject": self._said("Published facts"),
                "text": "\n".join(
                    filter(
                        None,
                        [
                            self._said("Source: {}", facts["source"]),
                            self._said("Siblings: {}", self._said(child["siblings"])),
                            livelihood
                            and self._said("Livelihood: {}", self._said(livelihood)),
                            grade and self._said("Grade: {}", grade),
                            self._said(
                                "No date was published; the days are those of the "
                                "entry."
                            ),
                        ],
                    )
                ),
            }
        )

    @api.model
    def _answer(self, value):
        """What was published as an answer, in words; figures and grades as they are."""
        if isinstance(value, bool):
            value = "yes" if value else "no"
        is_text = isinstance(value, str) and not value[:1].isdigit()
        return self._said(value) if is_text else value

    @api.model
    def _hour(self, text):
        if not text:
            return 0.0
        hours, minutes = text.split(":")
        return int(hours) + int(minutes) / 60

    @api.model
    def _assess(self, case, facts):
        """The account tells the work, not what the child said (R17: the reason)."""
        case = case.with_env(self._as("caseworker").env)
        work = facts["work"]
        case.action_record_first_contact()
        hours = case.work_situation_ids.hours_effective
        assessment = case.env["remediation.assessment"].create(
            {
                "case_id": case.id,
                "child_not_heard_reason": self._said(UNPUBLISHED),
                "present": self._said(UNPUBLISHED),
                "score_ids": [
                    Command.create(
                        {
                            "domain": "work",
                            "score": "4",
                            "comment": self._said(
                                "{}, {:g} hours a week",
                                self._said(work["activity"]),
                                hours,
                            ),
                        }
                    )
                ],
            }
        )
        assessment.action_submit()
        self._seen(assessment.with_env(self._as("supervisor").env)).action_approve()

    @api.model
    def _plan(self, case, facts):
        case = case.with_env(self._as("caseworker").env)
        actions = facts["plan"]["actions"]
        today = fields.Date.context_today(self)
        services = {
            s.code: s.id for s in case.env["remediation.service.type"].search([])
        }
        plan = case.env["remediation.plan"].create(
            {
                "case_id": case.id,
                "goal": self._said(facts["plan"]["goal"]),
                "caregiver_not_agreed_reason": "not_recorded",
                "child_assent": "not_heard",
                "child_not_heard_reason": self._said(UNPUBLISHED),
                "target_date": today + timedelta(days=365),
                "payer": "brand",
                "income_replacement": "stipend"
                if "monthly living stipend" in actions
                else False,
                "action_ids": [
                    Command.create(
                        {
                            "domain": ACTIONS[text][0],
                            "service_type_id": services.get(ACTIONS[text][1], False),
                            "description": self._said(text),
                            "date_due": today + timedelta(days=60),
                            "provider_id": case.sudo().organisation_id.id
                            or case.company_id.partner_id.id,
                            "cost_estimate": 100.0,
                        }
                    )
                    for text in actions
                ],
            }
        )
        plan.action_submit()
        approver = plan.with_env(self._as("supervisor").env)
        approver.best_interest_note = self._said(
            "The published account does not tell when the caregiver and the child "
            "agreed. The plan is entered because it was carried out; days, payer and "
            "costs are ours, for the demonstration."
        )
        self._seen(approver).action_approve()
        if "regular visits by the case manager" in actions:
            # The next one, planned by us: no published visit has a date.
            case.env["remediation.visit"].create(
                {
                    "case_id": case.id,
                    "date_planned": fields.Date.context_today(self) + timedelta(days=7),
                }
            )
        if facts["follow_up"].get("in_school"):
            plan.action_ids.filtered(lambda a: a.domain == "education").action_start()
        if facts["follow_up"].get("caregiver_effect"):
            plan.action_ids.filtered(lambda a: a.domain == "cash").action_start()

    @api.model
    def _follow_up(self, case, facts):
        """The follow-up has no date and names no visit: a note and a work situation."""
        case = case.with_env(self._as("caseworker").env)
        follow_up = facts["follow_up"]
        if follow_up.get("working") is False:
            case.env["remediation.work.situation"].create(
                {"case_id": case.id, "works": "no", "started_age": 0}
            )
            case.no_safety_action_reason = self._said(
                "Published follow-up: the child does not work"
            )
        case.env["remediation.note"].create(
            {
                "case_id": case.id,
                "subject": self._said("Published follow-up"),
                "text": "\n".join(
                    self._said(FOLLOW_UP[key], self._answer(value))
                    for key, value in follow_up.items()
                ),
            }
        )
