from datetime import timedelta

from odoo import fields

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.remediation_base.tests.worlds import made_once


class RemediationCommon(BaseCommon):
    """A company with two teams and a second company; one user per role.

    ``worker`` and ``worker_2`` work in ``team``, ``worker_other`` in ``team_b``;
    ``worker_company_b`` in the other company. ``portal_manager`` works for
    ``partner_org``, ``portal_manager_other`` for ``partner_org_b``.
    """

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.country_id = cls.env.ref("base.cd")
        # The second factor is on by default; its own tests ask for it.
        cls.company.second_factor_required = False
        cls.company_b = cls.env["res.company"].create(
            {
                "name": "Other Organisation",
                "country_id": cls.env.ref("base.cd").id,
                "second_factor_required": False,
            }
        )
        cls.env.user.company_ids |= cls.company_b
        cls.today = fields.Date.context_today(cls.env["remediation.case"])
        cls.partner_org, cls.partner_org_b = cls.env["res.partner"].create(
            [
                {"name": "Partner House", "is_company": True},
                {"name": "Other Partner", "is_company": True},
            ]
        )
        cls._new_users(cls._people())
        cls.team, cls.team_b, cls.team_company_b = cls.env["remediation.team"].create(
            [
                {
                    "name": "Kolwezi",
                    "supervisor_id": cls.supervisor.id,
                    "deputy_ids": [fields.Command.link(cls.supervisor_2.id)],
                },
                {"name": "Fungurume", "supervisor_id": cls.supervisor_other.id},
                {
                    "name": "Elsewhere",
                    "company_id": cls.company_b.id,
                    "supervisor_id": cls.coordinator_company_b.id,
                },
            ]
        )
        own_org = cls.company.partner_id
        cls.manager = cls._new_manager(cls.worker, cls.team, own_org)
        cls.manager_2 = cls._new_manager(cls.worker_2, cls.team, own_org)
        cls.manager_other = cls._new_manager(cls.worker_other, cls.team_b, own_org)
        cls.manager_company_b = cls._new_manager(
            cls.worker_company_b, cls.team_company_b, cls.company_b.partner_id
        )
        cls.manager_portal = cls._new_manager(
            cls.portal_manager, cls.team, cls.partner_org
        )
        cls.manager_portal_other = cls._new_manager(
            cls.portal_manager_other, cls.team, cls.partner_org_b
        )
        cls.manager_portal_supervisor = cls._new_manager(
            cls.portal_supervisor, cls.team, cls.partner_org
        )
        cls.site = cls.env["remediation.site"].create(
            {
                "name": "Kapata mine site",
                "site_type": "mine_site",
                "commodity": "cobalt",
            }
        )
        cls.farm = cls.env["remediation.site"].create(
            {"name": "A farm", "site_type": "farm"}
        )

    @classmethod
    def _people(cls):
        """``{login: group}`` or ``{login: (group, company or organisation)}`` of the
        users of a class, made in one go: every batch of users costs a third of a
        second, whatever its size, so a class adds its own here."""
        return {
            "supervisor": "group_supervisor",
            "supervisor_2": "group_supervisor",
            "supervisor_other": "group_supervisor",
            "coordinator": "group_coordinator",
            "worker": "group_case_worker",
            "worker_2": "group_case_worker",
            "worker_other": "group_case_worker",
            "monitor": "group_monitoring",
            "auditor": "group_auditor",
            "safeguarding": "group_safeguarding",
            "alternate": "group_safeguarding_alternate",
            "data_protection": "group_data_protection",
            "plain_user": "base.group_user",
            "admin_like": "base.group_system",
            "worker_company_b": ("group_case_worker", cls.company_b),
            "coordinator_company_b": ("group_coordinator", cls.company_b),
            "portal_manager": ("group_portal_case_manager", cls.partner_org),
            "portal_supervisor": ("group_portal_supervisor", cls.partner_org),
            "portal_reporter": ("group_portal_reporter", cls.partner_org),
            "portal_manager_other": ("group_portal_case_manager", cls.partner_org_b),
            "portal_provider": ("group_portal_provider", cls.partner_org_b),
            "portal_observer": ("group_portal_observer", cls.partner_org_b),
        }

    @classmethod
    def _new_users(cls, people):
        """Users as :meth:`_people` describes them: groups with commas between, each of
        the core or with its module's name before it. A user is an attribute of the
        class, named as its login."""
        values = []
        organisations = {}
        for login, group in people.items():
            group, place = group if isinstance(group, tuple) else (group, cls.company)
            company = cls.company
            if place._name == "res.company":
                company = place
            else:
                organisations[login] = place
            groups = cls.env["res.groups"].union(
                *(
                    cls.env.ref(name if "." in name else f"child_remediation.{name}")
                    for name in group.split(",")
                )
            )
            values.append(
                {
                    "name": f"{login} ({group})",
                    "login": login,
                    "password": login.ljust(8, "x"),
                    "email": f"{login}@example.com",
                    "group_ids": [fields.Command.set(groups.ids)],
                    "company_id": company.id,
                    "company_ids": [fields.Command.set(company.ids)],
                }
            )
        users = cls.env["res.users"].create(values)
        for user in users:
            setattr(cls, user.login, user)
        for organisation, members in users.grouped(
            lambda user: organisations.get(user.login)
        ).items():
            if organisation:
                members.partner_id.parent_id = organisation
        return users

    @classmethod
    def _seen(cls, records, user=None):
        """Records as a person has them before them who decides on what they show."""
        records.invalidate_recordset(["content_hash"])
        shown = {str(record.id): record.content_hash for record in records}
        return records.with_user(user or records.env.user).with_context(seen_hash=shown)

    @classmethod
    def _new_user(cls, login, group, place=None):
        return cls._new_users({login: (group, place or cls.company)})

    @classmethod
    def _new_manager(cls, user, team, organisation, level="accredited"):
        """A worker with a clear check, the code signed and the training done."""
        manager = (
            cls.env["remediation.case.manager"]
            ._unprotected("remediation.vetting")
            .create(
                {
                    "user_id": user.id,
                    "team_id": team.id,
                    "organisation_id": organisation.id,
                    "level": level,
                    "code_of_conduct_on": cls.today - timedelta(days=1000),
                    "training_ids": [
                        fields.Command.create(
                            {
                                "topic": "safeguarding",
                                "date": cls.today - timedelta(days=1000),
                            }
                        )
                    ],
                    "vetting_ids": [
                        fields.Command.create(
                            {
                                "date": cls.today - timedelta(days=1000),
                                "expiry_date": cls.today + timedelta(days=3650),
                                "result": "clear",
                                "verified_by_id": cls.coordinator.id,
                            }
                        )
                    ],
                }
            )
        )
        return manager.with_env(cls.env)

    def _assert_stage(self, case, stage):
        """The stage after a request, whose transaction ends."""
        self.env.cr.flush()
        self.assertEqual(case.stage, stage)

    def _stage_log(self, case):
        """The stages of a case as they are logged at the end of a transaction."""
        self.env.cr.flush()
        log = self.env["remediation.case.stage.log"].sudo()
        rows = log.search([("case_id", "=", case.id)], order="id")
        for before, after in zip(rows, rows[1:], strict=False):
            self.assertEqual(before.to_stage, after.from_stage)
        return rows.mapped("to_stage")

    @classmethod
    def _new_case(cls, manager=None, age=11, members=True, **vals):
        """A case held by ``manager`` (``cls.manager`` where None, nobody where False),
        of a child with a household and a caregiver."""
        manager = cls.manager if manager is None else manager
        company = (manager.company_id if manager else None) or cls.company
        env = cls.env(context=dict(cls.env.context, allowed_company_ids=company.ids))
        household = env["remediation.household"].create({"company_id": company.id})
        if members:
            env["remediation.household.member"].create(
                {
                    "household_id": household.id,
                    "full_name": "Mama Secret",
                    "relationship": "mother",
                    "is_caregiver": True,
                    "age": 38,
                }
            )
        child = env["remediation.beneficiary"].create(
            {
                "first_name": "Amani",
                "last_name": "Hidden",
                "sex": "male",
                "age_estimated": age,
                "household_id": household.id,
                "company_id": company.id,
            }
        )
        values = {
            "beneficiary_id": child.id,
            "company_id": company.id,
            "risk_level": "medium",
            **vals,
        }
        values["case_manager_id"] = manager.id if manager else False
        if not manager:
            values["team_id"] = cls.team.id
        case = env["remediation.case"]._unprotected().create(values)
        return case.with_env(cls.env)

    @classmethod
    def _caregiver(cls, case):
        return case.household_id.member_ids.filtered("is_caregiver")[:1]

    @classmethod
    def _new_consent(cls, case, purpose="services", **vals):
        return cls.env["remediation.consent"].create(
            {
                "case_id": case.id,
                "purpose": purpose,
                "subject": "caregiver",
                "answer": "yes",
                "how": "written",
                "data_set": "service",
                "given_by_member_id": cls._caregiver(case).id,
                "assent": "yes",
                **vals,
            }
        )

    @classmethod
    def _submitted_assessment(cls, case, score="3"):
        assessment = (
            cls.env["remediation.assessment"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "child_wishes": "To go to school.",
                    "present": "Child and mother",
                    "score_ids": [
                        fields.Command.create({"domain": "work", "score": score})
                    ],
                }
            )
        )
        # Written in one request, decided in another.
        cls.env.cr.flush()
        assessment.action_submit()
        return assessment.with_env(cls.env)

    @classmethod
    def _approved_assessment(cls, case, score="3"):
        assessment = cls._submitted_assessment(case, score)
        cls._seen(assessment, cls.supervisor_2).action_approve()
        return assessment

    @classmethod
    def _today(cls):
        """The day it is for a test that moves through the years."""
        return fields.Date.context_today(cls.env.user)

    @classmethod
    def _planned_action(cls, domain, **vals):
        """An action as R17 asks for it: who, by when, for how much."""
        return {
            "domain": domain,
            "date_due": cls._today() + timedelta(days=60),
            "provider_id": cls.partner_org.id,
            "cost_estimate": 100.0,
            **vals,
        }

    @classmethod
    def _new_plan(cls, case, actions=("education",), **vals):
        return (
            cls.env["remediation.plan"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "goal": "School until the end of basic education.",
                    "caregiver_member_id": cls._caregiver(case).id,
                    "caregiver_agreed_on": cls._today(),
                    "child_assent": "yes",
                    "child_assent_on": cls._today(),
                    "target_date": cls._today() + timedelta(days=300),
                    "payer": "ngo",
                    "income_replacement": "stipend" if "cash" in actions else "none",
                    "income_replacement_reason": "Earned nothing",
                    "action_ids": [
                        fields.Command.create(cls._planned_action(domain))
                        for domain in actions
                    ],
                    **vals,
                }
            )
        )

    @classmethod
    def _active_plan(cls, case, actions=("education",), **vals):
        if not case.assessment_ids.filtered(lambda a: a.state == "approved"):
            cls._approved_assessment(case)
        plan = cls._new_plan(case, actions, **vals)
        plan.action_submit()
        cls._seen(plan, cls.supervisor_2).action_approve()
        return plan.with_env(cls.env)

    @classmethod
    def _visit(cls, case, day=None, working=False, **vals):
        visit = (
            cls.env["remediation.visit"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "visit_type": "home",
                    "date_planned": day or cls.today,
                    "date_done": day or cls.today,
                    "child_seen": "yes",
                    "child_working": "yes" if working else "no",
                    "occupation": "school",
                    **vals,
                }
            )
        )
        visit.action_done()
        return visit.with_env(cls.env)
