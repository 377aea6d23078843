"""A pytest plugin: leave the number of tests by outcome in the file TEST_COUNTS. The
parts of a test that pass (its subtests) are not counted beside it."""

import json
import os

import pytest

counts = {"passed": 0, "failed": 0, "skipped": 0}


def pytest_runtest_logreport(report):
    part = isinstance(report, pytest.SubtestReport)
    if report.failed or (report.when == "call" and report.passed and not part):
        counts[report.outcome] += 1
    elif report.skipped:
        counts["skipped"] += 1


def pytest_collectreport(report):
    if report.failed:
        counts["failed"] += 1


def pytest_sessionfinish():
    with open(os.environ["TEST_COUNTS"], "w") as handle:
        json.dump(counts, handle)
