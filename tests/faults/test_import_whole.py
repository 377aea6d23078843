"""The server dies in the middle of an import; another one goes on where it was."""

import time

NUMBER = 150
SETUP = f"""
import base64, json
from odoo import fields

env.company.country_id = env.ref("base.cd")
admin = env.ref("base.user_admin")
admin.group_ids |= env.ref("case_exchange.group_import")
admin.group_ids |= env.ref("child_remediation.group_coordinator")
env["remediation.team"].create({{"name": "Team", "supervisor_id": admin.id}})
records = [
    {{
        "case_id": f"P-{{number}}", "name_first": f"Child{{number}}", "sex": "female",
        "age": 10, "registration_date": "2024-03-01", "status": "open",
        "family_details_section": [
            {{"unique_id": f"m{{number}}", "relation": "mother",
              "relation_is_caregiver": True}}
        ],
        "notes_section": [{{"unique_id": f"n{{number}}", "note_text": "A note"}}],
    }}
    for number in range({NUMBER})
]
job = env["remediation.import.job"].with_user(admin).create(
    {{"file": base64.b64encode(json.dumps(records).encode())}}
)
job.action_check()
job.action_import()
assert job.state == "running", job.state
env["ir.cron"].search([("id", "!=", env.ref("case_exchange.ir_cron_import").id)]).write(
    {{"active": False}}
)
env.cr.commit()
"""
COUNT = """
SELECT (SELECT count(*) FROM remediation_import_line WHERE status = 'imported'),
       (SELECT count(*) FROM remediation_case),
       (SELECT count(*) FROM remediation_beneficiary),
       (SELECT count(*) FROM remediation_household_member),
       (SELECT count(*) FROM remediation_note),
       (SELECT count(*) FROM remediation_external_reference
         WHERE kind = 'remediation.case')
"""


def test_killed_in_the_middle_of_an_import(
    start_server, run_script, databases, database
):
    run_script(SETUP)
    server = start_server("--max-cron-threads=1")
    with databases.connect(database) as cursor:
        done = _until(cursor, lambda row: 0 < row[0], server)
        server.kill()
        found = _count(cursor)
        assert done[0] <= found[0] < NUMBER, found
        # whole batches alone: nothing of a case without the rest of it
        assert set(found) == {found[0]}, found
        server = start_server("--max-cron-threads=1")
        _until(cursor, lambda row: row[0] == NUMBER, server)
        assert set(_count(cursor)) == {NUMBER}


def _count(cursor):
    cursor.execute(COUNT)
    return cursor.fetchone()


def _until(cursor, reached, server):
    for number in range(1800):
        if not number % 10:
            server.minute_passes()
        row = _count(cursor)
        if reached(row):
            return row
        time.sleep(0.1)
    raise AssertionError(f"the import did not go on: {row}")
