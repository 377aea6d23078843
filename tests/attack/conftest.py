"""The world of the attacks is made once: the classes that share it follow one another,
and its transaction ends before any other class begins."""

import pytest


def _shares_world(item):
    # Odoo finds its modules only once pytest has read its configuration.
    from attack_world import AttackWorld

    cls = getattr(item, "cls", None) or object
    return issubclass(cls, AttackWorld) and cls.shares_world()


def pytest_collection_modifyitems(items):
    items.sort(key=_shares_world)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem):
    try:
        return (yield)
    finally:
        if not _shares_world(nextitem):
            from attack_world import AttackWorld

            AttackWorld.end_world()
