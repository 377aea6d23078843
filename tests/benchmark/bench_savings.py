"""Savings groups: the meeting round the table, and a quarter's ratios (architecture
§5). Members' names are made up."""

from datetime import date

from lib import benchmark
from seed_savings import groups_with_cycles, one_cycle_each


@benchmark("savings_meeting", size=1_000, seed=one_cycle_each, rss_mb=1200)
def savings_meeting(bench):
    """One meeting of 25 members opened and validated; then 1,000 in a batch."""
    env = bench.as_user("bench_savings_manager")
    cycles = env["savings.cycle"].search([], order="id")
    _meet(cycles[:1], "2026-01-12")
    with bench.measure("one", n=1, seconds=0.3):
        _meet(cycles[1:2], "2026-01-12")
    tenth = max(bench.size // 10, 1)
    with bench.measure("tenth", n=tenth):
        _meet(cycles[2 : 2 + tenth], "2026-01-12")
    per_meeting = bench.results[-1]["seconds"] / tenth
    # Linear: a whole batch costs no more per meeting than a tenth of it, with a
    # margin for the machine.
    with bench.measure(
        "batch", n=bench.size, seconds=round(per_meeting * bench.size * 1.5, 1)
    ):
        _meet(cycles[2 + tenth : 2 + tenth + bench.size], "2026-01-12")


def _meet(cycles, day):
    meetings = cycles._open_meetings(day)
    meetings.line_ids.write({"shares": 2})
    meetings.action_take_expected()
    meetings.action_validate()
    return meetings


@benchmark("savings_ratios", size=2_000, seed=groups_with_cycles, rss_mb=600)
def savings_ratios(bench):
    """All ratios of one quarter: the table of the file, and by field agent."""
    env = bench.as_user("bench_savings_manager")
    ratios = env["savings.ratio"]
    quarter = date(2026, 1, 1)
    domain = [("quarter", "=", quarter)]

    def table():
        header, rows = ratios._quarter_table(quarter)
        assert len(rows) == bench.size and header

    def by_agent():
        assert ratios._read_group(
            domain, ["agent_id"], ["attendance:avg", "par:avg", "members:sum"]
        )

    bench.repeat(table, "quarter", times=5, seconds=5)
    bench.repeat(by_agent, "by_agent", times=5, seconds=5)
