# ruff: noqa: F821 - `env` is what the shell gives
"""A few invented records, made in an Odoo shell: what a stored database holds.

Names are letters, so that nobody takes them for a person's.
"""

from datetime import timedelta

from odoo.fields import Command, Date

today = Date.today()
company = env.company
company.write({"country_id": env.ref("base.cd").id, "second_factor_required": False})


def user(login, *groups):
    return env["res.users"].create(
        {
            "name": login,
            "login": login,
            "email": f"{login}@example.com",
            "group_ids": [Command.set([env.ref(group).id for group in groups])],
        }
    )


supervisor = user("kept_supervisor", "child_remediation.group_supervisor")
worker = user("kept_worker", "child_remediation.group_case_worker")
agent = user("kept_agent", "savings_group.group_field_agent")
team = env["remediation.team"].create(
    {"name": "Team K", "supervisor_id": supervisor.id}
)
manager = (
    env["remediation.case.manager"]
    ._unprotected("remediation.vetting")
    .create(
        {
            "user_id": worker.id,
            "team_id": team.id,
            "organisation_id": company.partner_id.id,
            "level": "accredited",
            "code_of_conduct_on": today - timedelta(days=100),
            "training_ids": [
                Command.create(
                    {"topic": "safeguarding", "date": today - timedelta(days=100)}
                )
            ],
            "vetting_ids": [
                Command.create(
                    {
                        "date": today - timedelta(days=100),
                        "expiry_date": today + timedelta(days=900),
                        "result": "clear",
                        "verified_by_id": supervisor.id,
                    }
                )
            ],
        }
    )
)
household = env["remediation.household"].create({"company_id": company.id})
caregiver = env["remediation.household.member"].create(
    {
        "household_id": household.id,
        "full_name": "Caregiver K",
        "relationship": "mother",
        "is_caregiver": True,
        "age": 38,
    }
)
child = env["remediation.beneficiary"].create(
    {
        "first_name": "K",
        "last_name": "L",
        "sex": "female",
        "age_estimated": 11,
        "household_id": household.id,
        "company_id": company.id,
    }
)
case = (
    env["remediation.case"]
    ._unprotected()
    .create(
        {
            "beneficiary_id": child.id,
            "company_id": company.id,
            "risk_level": "medium",
            "case_manager_id": manager.id,
        }
    )
)
env["remediation.consent"].create(
    {
        "case_id": case.id,
        "purpose": "services",
        "subject": "caregiver",
        "answer": "yes",
        "how": "written",
        "data_set": "service",
        "given_by_member_id": caregiver.id,
        "assent": "yes",
    }
)
env.cr.commit()
# Seen by the worker, so that the access log holds a row.
env(user=worker.id)["remediation.case"].browse(case.id).read(["risk_level"])
group = (
    env["savings.group"]
    .with_user(agent)
    .create(
        {
            "label": "Group K",
            "agent_id": agent.id,
            "area_id": env["remediation.area"].create({"name": "Area K"}).id,
            "share_value": 500,
            "shares_min": 0,
            "social_amount": 100,
            "charge_rate": 10,
            "charge_method": "declining",
            "payout_step": 50,
            "member_ids": [
                Command.create({"full_name": f"Member {letter}", "sex": "female"})
                for letter in "ABCDE"
            ],
        }
    )
)
group.action_new_cycle()
cycle = group.current_cycle_id
cycle.date_start = today - timedelta(days=21)
cycle.action_start()
meeting = cycle._open_meetings(today - timedelta(days=14))
for line in meeting.line_ids:
    line.shares = 2
meeting.action_take_expected()
meeting.action_validate()
env.cr.commit()
