"""A pytest plugin: classes of tests that follow one another share the world that they
have in common. It ends before any other class begins."""

import sys

import pytest
import pytest_caches

NAME = "odoo.addons.remediation_base.tests.worlds"


def pytest_collection_modifyitems(items):
    worlds = sys.modules.get(NAME)
    if not worlds:
        return
    worlds.World.shares = True
    worlds.join = pytest_caches.remembering(worlds.join, "addClassCleanup")
    bases = [worlds.World.shared_by(getattr(item, "cls", None)) for item in items]
    order = [None, *dict.fromkeys(filter(None, bases))]
    items[:] = [
        item
        for _base, item in sorted(
            zip(bases, items, strict=True), key=lambda one: order.index(one[0])
        )
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    worlds = sys.modules.get(NAME)
    if worlds and worlds.World.open:
        base = worlds.World.shared_by(getattr(item, "cls", None))
        if base is not worlds.World.open.base:
            worlds.World.end()


def pytest_sessionfinish():
    worlds = sys.modules.get(NAME)
    if worlds:
        worlds.World.end()
