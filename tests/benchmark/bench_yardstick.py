"""The yardstick itself: a sign of how fast this machine is today."""

from lib import benchmark, plain_partners


@benchmark("yardstick", size=10_000, rss_mb=600)
def yardstick(bench):
    with bench.measure():
        plain_partners(bench.env, bench.size)
