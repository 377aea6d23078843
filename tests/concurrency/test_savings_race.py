"""Two agents at one box: one wins, the other reads a sentence."""

from concurrent.futures import ThreadPoolExecutor

SETUP = """
group = env["savings.group"].create({
    "label": "Race", "shares_min": 0,
    "member_ids": [(0, 0, {"full_name": "Member %s" % n}) for n in range(25)],
})
group.action_new_cycle()
cycle = group.current_cycle_id
cycle.date_start = "2026-01-05"
cycle.action_start()
env.ref("base.user_admin").group_ids |= env.ref("savings_group.group_savings_manager")
meeting = cycle._open_meetings("2026-01-12")
meeting.line_ids.write({"shares": 2})
meeting.action_take_expected()
env.cr.commit()
"""


def test_two_agents_validating_one_meeting(start_server, run_script):
    run_script(SETUP)
    servers = [start_server(), start_server()]
    sessions = [server.login() for server in servers for _ in range(2)]
    (meeting,) = sessions[0].call("savings.meeting", "search", [["state", "=", "open"]])

    def validate(session):
        try:
            session.call("savings.meeting", "action_validate", [meeting])
        except Exception as error:  # whatever the harness raises for a refusal
            return str(error)
        return "validated"

    with ThreadPoolExecutor(len(sessions)) as pool:
        answers = list(pool.map(validate, sessions))
    assert answers.count("validated") == 1, answers
    row = sessions[0].call(
        "savings.meeting", "read", [meeting], ["state", "closing_loan", "shares_total"]
    )[0]
    assert (row["state"], row["shares_total"]) == ("validated", 50)


def test_two_agents_opening_a_meeting(start_server, run_script):
    run_script(SETUP + "meeting.action_cancel('for the test')\nenv.cr.commit()\n")
    servers = [start_server(), start_server()]
    sessions = [server.login() for server in servers for _ in range(2)]
    (cycle,) = sessions[0].call("savings.cycle", "search", [["state", "=", "active"]])

    def open_meeting(session):
        try:
            session.call("savings.cycle", "action_open_meeting", [cycle])
        except Exception as error:  # whatever the harness raises for a refusal
            return str(error)
        return "opened"

    with ThreadPoolExecutor(len(sessions)) as pool:
        answers = list(pool.map(open_meeting, sessions))
    assert answers.count("opened") == 1, answers
    assert (
        sessions[0].call("savings.meeting", "search_count", [["state", "=", "open"]])
        == 1
    )
