"""Python reads this first in every process that a test starts: servers of tests make
passwords quick to check, as Odoo's own tests do. Each sign-in is 0.4 s otherwise."""

import importlib.util
import sys

USERS = "odoo.addons.base.models.res_users"


class QuickPasswords:
    """Finds the module of users, once, and lowers the rounds when it is loaded."""

    def find_spec(self, name, path=None, target=None):
        if name != USERS:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            assert module.MIN_ROUNDS
            module.MIN_ROUNDS = 1

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, QuickPasswords())
