"""A pytest plugin: leave out the tests that need a server. They ran with everything
installed; an app alone is tested for what it does without the others."""


def pytest_collection_modifyitems(config, items):
    from odoo.tests.common import HttpCase

    def over_http(item):
        return isinstance(getattr(item, "cls", None), type) and issubclass(
            item.cls, HttpCase
        )

    config.hook.pytest_deselected(items=[item for item in items if over_http(item)])
    items[:] = [item for item in items if not over_http(item)]
