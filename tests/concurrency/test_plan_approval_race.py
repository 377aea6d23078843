"""Two supervisors press Approve on one plan at once: one wins."""

from concurrent.futures import ThreadPoolExecutor

SETUP = """
from datetime import timedelta
from odoo import fields
from odoo.fields import Command
today = fields.Date.today()

def user(login, group):
    made = env["res.users"].with_context(no_reset_password=True).create({
        "name": login, "login": login, "password": login,
        "group_ids": [Command.set([env.ref(f"child_remediation.{group}").id])],
    })
    return made

worker = user("plan_worker", "group_case_worker")
one = user("race_supervisor_1", "group_supervisor")
two = user("race_supervisor_2", "group_supervisor")
env.company.country_id = env.ref("base.cd")
team = env["remediation.team"].create({
    "name": "Race", "supervisor_id": one.id, "deputy_ids": [Command.link(two.id)],
})
manager = env["remediation.case.manager"]._unprotected().create({
    "user_id": worker.id, "team_id": team.id, "level": "accredited",
    "organisation_id": env.company.partner_id.id,
})
child = env["remediation.beneficiary"].create({"sex": "male", "age_estimated": 11})
case = env["remediation.case"]._unprotected().create({
    "beneficiary_id": child.id, "case_manager_id": manager.id,
})
env["remediation.assessment"]._unprotected().create(
    {"case_id": case.id, "state": "approved", "approved_on": fields.Datetime.now(),
     "child_wishes": "School"}
)
plan = env["remediation.plan"].with_user(worker).create({
    "case_id": case.id, "goal": "School", "caregiver_not_agreed_reason": "absent",
    "child_assent": "yes", "best_interest_note": "x", "income_replacement": "stipend",
    "income_replacement_reason": "x", "target_date": "2099-01-01", "payer": "ngo",
    "child_assent_on": "2026-01-05",
    "action_ids": [Command.create({
        "domain": "cash", "date_due": "2098-01-01", "is_free": True,
        "provider_id": env.company.partner_id.id,
    })],
})
plan.action_submit()
env.cr.commit()
env.invalidate_all()
print(plan.id, plan.content_hash)
"""
READ = """
SELECT state,
       (SELECT count(*) FROM remediation_approval
         WHERE res_model = 'remediation.plan' AND res_id = plan.id
           AND step = 'approved'),
       (SELECT count(*) FROM remediation_deadline
         WHERE case_id = plan.case_id AND kind = 'review')
  FROM remediation_plan plan WHERE id = %s
"""


def test_two_supervisors_approve_one_plan_and_one_wins(
    databases, race_database, two_servers
):
    plan, seen = databases.shell(race_database, SETUP)[0].split()[-2:]
    plan = int(plan)
    sessions = [
        server.login(f"race_supervisor_{number}", f"race_supervisor_{number}")
        for number, server in enumerate(two_servers, 1)
    ]

    def approve(session):
        try:
            session.call(
                "remediation.plan",
                "action_approve",
                [plan],
                context={"seen_hash": seen},
            )
        except Exception as error:  # noqa: BLE001 — which one is asserted below
            return getattr(error, "name", type(error).__name__)
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(approve, sessions))
    assert outcomes.count("approved") == 1, outcomes
    (other,) = [outcome for outcome in outcomes if outcome != "approved"]
    assert other.endswith(("UserError", "LockError")), outcomes
    with databases.connect(race_database) as cursor:
        cursor.execute(READ, [plan])
        assert cursor.fetchone() == ("active", 1, 1)
