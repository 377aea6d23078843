"""A meeting comes from a phone twice at once, from two phones, or while the desk
validates one of that day: the book has one, and whoever lost reads why."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

PLACE = "/my/remediation/offline"
SETUP = """
role = env.ref("savings_group_portal.group_village_agent")
env.company.second_factor_required = False
env.ref("base.user_admin").group_ids |= env.ref("savings_group.group_savings_manager")
for label in ("four_times", "two_phones", "phone_and_desk"):
    village = env["res.users"].with_context(no_reset_password=True).create({
        "name": label, "login": label, "password": label,
        "group_ids": [(6, 0, role.ids)],
    })
    group = env["savings.group"].create({
        "label": label, "shares_min": 0, "village_agent_id": village.id,
        "member_ids": [(0, 0, {"full_name": "Member %s" % n}) for n in range(25)],
    })
    group.action_new_cycle()
    cycle = group.current_cycle_id
    cycle.date_start = "2026-01-05"
    cycle.action_start()
env.cr.commit()
"""
DAY = "2026-01-12"


def ask(session, what, **params):
    return session.post(f"{PLACE}/{what}", params)


@pytest.fixture(scope="module")
def servers(databases, race_database, two_servers):
    """Two of them, and for each test an agent with a group."""
    databases.shell(race_database, SETUP)
    return two_servers


def sessions_of(servers, agent):
    return [server.login(agent, agent) for server in servers * 2]


def written(session, phone):
    """A meeting as a phone writes it, in which everybody buys two shares."""
    (group,) = ask(session, "packets", key=phone)["packets"].values()
    social = group["rules"]["social_amount"]
    said = {"attendance": "present", "shares": "2", "social_in": str(social)}
    count = len(group["members"])
    return {
        "key": secrets.token_hex(16),
        "form": "savings-meeting",
        "version": group["version"],
        "age": 0,
        "values": {
            "group": group["code"],
            "date": DAY,
            "members": {str(one["number"]): said for one in group["members"]},
            "counted_loan": str(count * 2 * group["rules"]["share_value"]),
            "counted_social": str(count * social),
        },
    }


def at_once(session_intents):
    """The state of each answer; a call that failed is sent again, as a phone does."""

    def send(pair):
        session, phone, intent = pair
        for _again in range(5):
            try:
                found = ask(session, "send", key=phone, intents=[intent])
                return found["answers"][0]
            except Exception as error:  # whatever the harness raises for a refusal
                last = error
        return {"state": "failed", "say": str(last)}

    with ThreadPoolExecutor(len(session_intents)) as pool:
        return list(pool.map(send, session_intents))


def meetings(server, label):
    mine = [["cycle_id.group_id.label", "=", label]]
    fields = ["state", "shares_total", "date"]
    return server.login().call("savings.meeting", "search_read", mine, fields)


def test_one_meeting_sent_four_times_at_once_is_one(servers):
    sessions = sessions_of(servers, "four_times")
    phone = ask(sessions[0], "enrol", name="Phone")["key"]
    intent = written(sessions[0], phone)
    answers = at_once([(session, phone, intent) for session in sessions])
    assert {one["state"] for one in answers} == {"done"}, answers
    (row,) = meetings(servers[0], "four_times")
    assert (row["state"], row["shares_total"]) == ("validated", 50)


def test_two_phones_with_a_meeting_each_are_one_and_a_sentence(servers):
    sessions = sessions_of(servers, "two_phones")
    pairs = []
    for session in sessions:
        phone = ask(session, "enrol", name="Phone")["key"]
        pairs.append((session, phone, written(session, phone)))
    answers = at_once(pairs)
    states = sorted(one["state"] for one in answers)
    assert states == ["conflict", "conflict", "conflict", "done"], answers
    lost = next(one for one in answers if one["state"] == "conflict")
    assert lost["theirs"]["ended"] and lost["theirs"]["day"] == DAY
    (row,) = meetings(servers[0], "two_phones")
    assert (row["state"], row["shares_total"]) == ("validated", 50)


def test_a_phone_and_the_desk_at_once_are_one_meeting(servers):
    sessions = sessions_of(servers, "phone_and_desk")
    phone = ask(sessions[0], "enrol", name="Phone")["key"]
    intent = written(sessions[0], phone)
    desk = servers[1].login()
    mine = [["group_id.label", "=", "phone_and_desk"]]
    (cycle,) = desk.call("savings.cycle", "search", mine)

    def at_the_desk(_none):
        try:
            desk.call("savings.cycle", "action_open_meeting", [cycle])
        except Exception as error:  # whatever the harness raises for a refusal
            return {"state": "desk refused", "say": str(error)}
        return {"state": "desk opened"}

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(at_the_desk, None)
        (answer,) = at_once([(sessions[0], phone, intent)])
        other = other.result()
    rows = meetings(servers[0], "phone_and_desk")
    days = [row["date"] for row in rows]
    assert len(days) == len(set(days)), rows
    if answer["state"] == "done":
        # The desk was refused, or opened the next one after it.
        assert [row for row in rows if row["date"] == DAY][0]["state"] == "validated"
    else:
        assert answer["state"] in ("conflict", "refused"), answer
        assert answer["say"]
        assert other["state"] == "desk opened" and len(rows) == 1
