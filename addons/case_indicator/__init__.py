from . import models


def uninstall_hook(env):
    """The views for analysis tools go with the module; the role, which other databases
    use too, stays."""
    env.cr.execute("DROP SCHEMA IF EXISTS bi CASCADE")
