"""Analytic plans for tests. Each root plan is a column of every ledger table, and Odoo
sets its models up again for each: they are made once for a database, and stay."""

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from .worlds import World


def keep_plans(*names):
    """Make root plans that are not there, before the class has a transaction."""
    registry = Registry(get_db_name())
    with registry.cursor() as cursor:
        env = Environment(cursor, SUPERUSER_ID, {})
        missing = {*names} - {*_plans(env).mapped("name")}
        if missing:
            World.end()  # its transaction reads the tables that change
            values = [{"name": name} for name in sorted(missing)]
            env["account.analytic.plan"].create(values)
            env.flush_all()
    if missing:
        registry.signal_changes()


def kept_plan(env, name):
    """The root plan of that name that was kept for tests."""
    return _plans(env).filtered(lambda plan: plan.name == name)


def _plans(env):
    return env["account.analytic.plan"].search([("parent_id", "=", False)])
