"""Two servers at once: what one process with one cursor cannot show."""

from concurrent.futures import ThreadPoolExecutor


def test_two_servers_never_hand_out_one_number_twice(two_servers):
    sessions = [server.login() for server in two_servers for _ in range(2)]
    sequence = {"name": "Race", "code": "race", "implementation": "no_gap"}
    sessions[0].call("ir.sequence", "create", sequence)

    def draw(session):
        return [session.call("ir.sequence", "next_by_code", "race") for _ in range(5)]

    with ThreadPoolExecutor(len(sessions)) as pool:
        drawn = [number for part in pool.map(draw, sessions) for number in part]
    assert len(drawn) == len(set(drawn)) == 20
