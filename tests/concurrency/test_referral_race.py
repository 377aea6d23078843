"""Two people answer one referral, or send one report, at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

SETUP = """
from datetime import timedelta
from odoo import fields

today = fields.Date.today()
team = env["remediation.team"].create(
    {"name": "Race", "supervisor_id": env.ref("base.user_admin").id}
)
service = env["remediation.service.type"].search([("domain", "=", "health")], limit=1)
clinic = env["res.partner"].create({"name": "Clinic", "is_company": True})
env["referral.accreditation"]._unprotected().create(
    {
        "partner_id": clinic.id, "kind": "service", "state": "accredited",
        "service_type_ids": [fields.Command.set(service.ids)],
        "agreement_signed_on": today, "capacity": 5, "valid_from": today,
        "valid_until": today + timedelta(days=90),
    }
)
for login, group in (
    ("race_one", "provider"), ("race_two", "provider"), ("race_reporter", "reporter"),
):
    user = env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": login, "login": login, "password": login,
            "group_ids": [fields.Command.set(
                env.ref(f"child_remediation.group_portal_{group}").ids
            )],
        }
    )
    user.partner_id.parent_id = clinic
child = env["remediation.beneficiary"].create({"sex": "male", "age_estimated": 11})
case = env["remediation.case"]._unprotected().create(
    {"beneficiary_id": child.id, "team_id": team.id}
)
referral = env["remediation.referral"].create(
    {
        "case_id": case.id, "to_organisation_id": clinic.id,
        "service_type_id": service.id,
    }
)
referral.action_send_emergency("medical", "Broken arm", "Vital interest")
env.cr.commit()
"""


@pytest.fixture(scope="module")
def servers(databases, race_database, two_servers):
    databases.shell(race_database, SETUP)
    return two_servers


def test_two_acceptances_at_once_one_wins(servers):
    sessions = [
        servers[0].login("race_one", "race_one"),
        servers[1].login("race_two", "race_two"),
    ]
    found = sessions[0].call("remediation.referral.package", "search", [])
    assert len(found) == 1

    def accept(session):
        try:
            return session.call("remediation.referral.package", "portal_accept", found)
        except Exception as error:  # the loser reads a sentence
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(accept, sessions))
    assert answers.count(True) == 1, answers
    sentence = next(answer for answer in answers if answer is not True)
    # Too late, or at the same moment: a sentence in either case.
    assert "RF-" in sentence or "Somebody else is deciding" in sentence, sentence


def test_one_report_sent_twice_at_once_is_one_concern(servers):
    sessions = [server.login("race_reporter", "race_reporter") for server in servers]
    values = {"client_key": "a1b2c3d4e5f6a7b8c9d0", "work_observed": "Two boys"}

    def send(session):
        return session.post("/my/remediation/report/send", {"values": values})

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, sessions * 2))
    assert len({answer["code"] for answer in answers}) == 1, answers
