"""A pytest plugin for the tests of an app alone: leave out those that need a server and
the long random histories (tagged `whole`). They ran with everything installed; an app
alone is tested for what it does without the others."""


def pytest_collection_modifyitems(config, items):
    from odoo.tests.common import HttpCase

    def left_out(item):
        cls = getattr(item, "cls", None)
        return isinstance(cls, type) and (
            issubclass(cls, HttpCase) or "whole" in getattr(cls, "test_tags", ())
        )

    config.hook.pytest_deselected(items=[item for item in items if left_out(item)])
    items[:] = [item for item in items if not left_out(item)]
