"""A backup of 100,000 cases, and the drill that restores it and asks it: how long an
organisation is without its files at most."""

import tempfile
from pathlib import Path

import pyrage
from _lib import backup
from _lib.database import Databases
from _lib.postgres import Cluster
from bench_indicators import cohort
from lib import benchmark


@benchmark("drill", size=100_000, seed=cohort, seconds=1800)
def drill(bench):
    name = bench.env.cr.dbname
    bench.env.cr.commit()
    databases = Databases(Cluster("bench"))
    identity = pyrage.x25519.Identity.generate()
    with tempfile.TemporaryDirectory(prefix="remediation-drill-") as folder:
        with bench.measure("backup"):
            place = backup.make(databases, name, Path(folder), [identity.to_public()])
        with bench.measure("restore and questions"):
            asked, wrong = backup.examine(databases, place, [identity])
        size = sum(path.stat().st_size for path in place.iterdir())
    if asked < 30 or wrong:
        raise AssertionError(f"{asked} questions, wrong: {wrong}")
    bench.note(f"{asked} questions, {size / 1e6:.0f} MB")
