"""The portal on a phone without network: what a phone takes along, and what it sends
when the network is back. Both are asked of a production site, as a phone does."""

import gzip
import json
import secrets

from _lib.database import Databases
from _lib.plugins.deployed import Deployed, Visitor
from _lib.postgres import Cluster
from bench_load import PASSWORD, crowd
from lib import benchmark

PLACE = "/my/remediation/offline"
HELD = 20
ENTRIES = 100
AT_A_TIME = 10
#: A phone sends an entry again until it knows that it arrived.
TIMES = 3
MAX_BYTES = 300_000


@benchmark("offline", size=1_000, seed=crowd)
def offline(bench):
    """A partner's case manager takes 20 of 20,000 cases along, writes 100 notes and
    sends them three times."""
    env = bench.env
    _hold(env)
    env.cr.commit()
    site = Deployed(Databases(Cluster("bench")), env.cr.dbname, workers=2)
    try:
        phone = Visitor(site.start()).sign_in("bench_portal", PASSWORD)
        key = phone.post(f"{PLACE}/enrol", name="Phone")["key"]
        _take_along(bench, phone, key)
        _send(bench, phone, key)
    finally:
        site.stop()


def _hold(env):
    """All but 20 cases of the partner go to somebody else, and are due no more."""
    env.cr.execute(
        """WITH moved AS (
               UPDATE remediation_case AS own SET user_id = other.user_id,
                   case_manager_id = other.case_manager_id
               FROM (SELECT user_id, case_manager_id FROM remediation_case
                     JOIN res_users ON res_users.id = user_id
                     WHERE login = 'bench_worker_1' LIMIT 1) AS other
               WHERE own.id IN (
                   SELECT kept.id FROM remediation_case AS kept
                   JOIN res_users ON res_users.id = kept.user_id
                   WHERE login = 'bench_portal' AND stage != 'closed'
                   ORDER BY kept.id OFFSET %s)
               RETURNING own.id)
           DELETE FROM remediation_deadline WHERE case_id IN (SELECT id FROM moved)""",
        [HELD],
    )


def _take_along(bench, phone, key):
    found = {}

    def packets():
        found.update(phone.post(f"{PLACE}/packets", key=key))

    bench.repeat(packets, label=f"files of {HELD} cases", times=5, seconds=1.0)
    size = len(gzip.compress(json.dumps(found).encode()))
    if len(found["packets"]) != HELD or size > MAX_BYTES:
        raise AssertionError(f"{len(found['packets'])} files, {size} bytes compressed")
    print(f"{HELD} files: {size} bytes compressed")


def _send(bench, phone, key):
    env = bench.env
    portal = env["res.users"].search([("login", "=", "bench_portal")])
    held = [("user_id", "=", portal.id), ("stage", "!=", "closed")]
    code = env["remediation.case"].search(held, limit=1).name
    notes = [
        {
            "key": secrets.token_hex(16),
            "form": "note",
            "values": {"case": code, "text": f"Met {number}"},
            "age": 60,
        }
        for number in range(ENTRIES)
    ]
    label = f"{ENTRIES} entries, {TIMES} times"
    with bench.measure(label, n=ENTRIES, seconds=10.0):
        for _time in range(TIMES):
            for first in range(0, ENTRIES, AT_A_TIME):
                intents = notes[first : first + AT_A_TIME]
                answers = phone.post(f"{PLACE}/send", key=key, intents=intents)
                states = {answer["state"] for answer in answers["answers"]}
                if states != {"done"}:
                    raise AssertionError(answers)
    env.cr.commit()
    arrived = env["remediation.note"].search_count([("author_id", "=", portal.id)])
    if arrived != ENTRIES:
        raise AssertionError(f"{arrived} notes of {ENTRIES}")
