"""A collecting server that lost the answer sends the same submission again, while the
first one is still under way."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

SETUP = """
from datetime import timedelta
from odoo import fields

duty = env.ref("case_submission.group_submit_for_others")
users = env["res.users"].with_context(no_reset_password=True)
collector = users.create(
    {
        "name": "collector", "login": "race_collector",
        "group_ids": [fields.Command.set(duty.ids)],
    }
)
worker = users.create(
    {
        "name": "worker", "login": "race_worker",
        "group_ids": [fields.Command.set(
            env.ref("child_remediation.group_case_worker").ids
        )],
    }
)
env.company.country_id = env.ref("base.cd")
team = env["remediation.team"].create(
    {"name": "Race", "supervisor_id": env.ref("base.user_admin").id}
)
today = fields.Date.today()
manager = env["remediation.case.manager"]._unprotected("remediation.vetting").create(
    {
        "user_id": worker.id, "team_id": team.id, "level": "accredited",
        "organisation_id": env.company.partner_id.id,
        "code_of_conduct_on": today - timedelta(days=9),
        "training_ids": [fields.Command.create(
            {"topic": "safeguarding", "date": today - timedelta(days=9)}
        )],
        "vetting_ids": [fields.Command.create(
            {
                "date": today - timedelta(days=9), "result": "clear",
                "expiry_date": today + timedelta(days=90),
                "verified_by_id": env.ref("base.user_admin").id,
            }
        )],
    }
)
child = env["remediation.beneficiary"].create({"sex": "male", "age_estimated": 11})
case = env["remediation.case"]._unprotected().create(
    {"beneficiary_id": child.id, "case_manager_id": manager.id}
)
key = env["res.users.apikeys"].with_user(collector).sudo()._generate(
    None, "race", fields.Datetime.now() + timedelta(days=1)
)
env.cr.commit()
print(case.name, key, today)
"""
COUNT = """
SELECT (SELECT count(*) FROM remediation_visit WHERE state = 'done'),
       array_agg(state)
  FROM remediation_submission WHERE form = 'visit'
"""


def test_one_submission_sent_six_times_at_once_is_one_visit(
    databases, race_database, two_servers
):
    code, key, today = databases.shell(race_database, SETUP)[0].split()[-3:]
    body = json.dumps(
        {
            "_uuid": "11111111-2222-3333-4444-555555555555",
            "case": code,
            "worker": "race_worker",
            "date_done": today,
            "visit_type": "home",
            "child_seen": "yes",
            "child_working": "no",
            "occupation": "school",
        }
    )

    def send(number):
        request = urllib.request.Request(
            f"{two_servers[number % 2].url}/remediation/submissions/1/visit",
            body.encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert sorted(status for status, _answer in answers) == [200] * 5 + [201], answers
    assert len({answer["reference"] for _status, answer in answers}) == 1, answers
    with databases.connect(race_database) as cursor:
        cursor.execute(COUNT)
        assert cursor.fetchone() == (1, ["placed"])
