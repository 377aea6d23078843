"""A pytest plugin for the tests of an app alone: leave out those that need a server,
those tagged `whole`, and those of plain functions, which know of no database. They ran
with everything installed; an app alone is tested for what it does without the others.
`whole` are long random histories, and variants of steps whose methods no other module
changes and other tests of the app take alone."""


def pytest_collection_modifyitems(config, items):
    from odoo.tests.common import HttpCase, TransactionCase

    def left_out(item):
        cls = getattr(item, "cls", None)
        return isinstance(cls, type) and (
            issubclass(cls, HttpCase)
            or not issubclass(cls, TransactionCase)
            or "whole" in getattr(cls, "test_tags", ())
        )

    config.hook.pytest_deselected(items=[item for item in items if left_out(item)])
    items[:] = [item for item in items if not left_out(item)]
