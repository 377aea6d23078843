"""Two agents at one box: one wins, the other reads a sentence."""

from concurrent.futures import ThreadPoolExecutor

import pytest

SETUP = """
env.ref("base.user_admin").group_ids |= env.ref("savings_group.group_savings_manager")
groups = env["savings.group"].create([
    {
        "label": label, "shares_min": 0,
        "member_ids": [(0, 0, {"full_name": "Member %s" % n}) for n in range(25)],
    }
    for label in ("Validating", "Opening")
])
for group in groups:
    group.action_new_cycle()
cycles = groups.current_cycle_id
cycles.date_start = "2026-01-05"
cycles.action_start()
meeting = cycles[0]._open_meetings("2026-01-12")
meeting.line_ids.write({"shares": 2})
meeting.action_take_expected()
env.cr.commit()
print(meeting.id, cycles[1].id)
"""


@pytest.fixture(scope="module")
def world(databases, race_database):
    """A meeting to validate, and the cycle of another group, without one."""
    printed = databases.shell(race_database, SETUP)[0]
    return [int(number) for number in printed.split()[-2:]]


@pytest.fixture(scope="module")
def sessions(world, two_servers):
    return [server.login() for server in two_servers for _ in range(2)]


def at_once(sessions, model, method, record):
    """What each is told who presses a button at the same moment."""

    def press(session):
        try:
            session.call(model, method, [record])
        except Exception as error:  # whatever the harness raises for a refusal
            return str(error)
        return "done"

    with ThreadPoolExecutor(len(sessions)) as pool:
        return list(pool.map(press, sessions))


def test_two_agents_validating_one_meeting(world, sessions):
    meeting = world[0]
    answers = at_once(sessions, "savings.meeting", "action_validate", meeting)
    assert answers.count("done") == 1, answers
    row = sessions[0].call(
        "savings.meeting", "read", [meeting], ["state", "closing_loan", "shares_total"]
    )[0]
    assert (row["state"], row["shares_total"]) == ("validated", 50)


def test_two_agents_opening_a_meeting(world, sessions):
    cycle = world[1]
    answers = at_once(sessions, "savings.cycle", "action_open_meeting", cycle)
    assert answers.count("done") == 1, answers
    found = [["state", "=", "open"], ["cycle_id", "=", cycle]]
    assert sessions[0].call("savings.meeting", "search_count", found) == 1
