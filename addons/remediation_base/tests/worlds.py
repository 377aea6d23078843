"""A world that classes of tests have in common, made once for those that follow one
another. It stays in its transaction; what a class adds to it is undone.

Odoo runs classes one by one and knows of no other: only a runner that ends the world
before any other class begins turns this on (``World.shares``)."""

import copy
import functools

from freezegun.api import freeze_factories

from odoo.tests import HttpCase, TransactionCase

#: What each class of tests has of its own, whatever it inherits.
OF_EACH = {"_class_cleanups", "_classSetupFailed", "setUp", "setUpClass"}


def made_once(set_up):
    """For the ``setUpClass`` of a class that others inherit."""

    @functools.wraps(set_up)
    def setUpClass(cls):
        base = next(
            one
            for one in cls.__mro__
            if getattr(vars(one).get("setUpClass"), "__func__", None) is setUpClass
        )
        if World.shared_by(cls) is base:
            World.of(base).joined_by(cls)
        else:
            if "makes_world" not in vars(cls):
                World.end()
            set_up(cls)

    setUpClass.is_made_once = True
    return setUpClass


class World:
    """What ``setUpClass`` of one class made, and left in its transaction."""

    #: Whether worlds are shared at all.
    shares = False
    #: The one that is open.
    open = None

    def __init__(self, base):
        name = {"__module__": base.__module__, "makes_world": True}
        self.base, self.maker = base, type(base)(f"{base.__name__}World", (base,), name)
        known = {*vars(self.maker)}
        try:
            self.maker.setUpClass()
            self.maker.env.cr.flush()  # what waits for the transaction's end, too
        except Exception:
            self.maker.doClassCleanups()
            raise
        self.made = {*vars(self.maker)} - known
        #: How often time stands still in it.
        self.frozen = len(freeze_factories)

    @classmethod
    def shared_by(cls, test):
        """The class whose world a class of tests lives in: the nearest one, unless it
        would have become another world for this class."""
        if not cls.shares or not isinstance(test, type) or "makes_world" in vars(test):
            return None
        # Requests have cursors of their own, and another time is another world.
        if (
            issubclass(test, HttpCase)
            or not issubclass(test, TransactionCase)
            or test.freeze_time
            or len(freeze_factories) > (cls.open.frozen if cls.open else 0)
        ):
            return None
        order = test.__mro__
        for place, base in enumerate(order):
            set_up = getattr(vars(base).get("setUpClass"), "__func__", None)
            if place and getattr(set_up, "is_made_once", False):
                break
        else:
            return None
        product = order[place : order.index(TransactionCase)]
        used = {name for one in product for name in vars(one)} - OF_EACH
        changed = {name for one in order[:place] for name in vars(one)} & used
        changed = {name for name in changed if not name.startswith(("__", "test_"))}
        return base if order[place:] == base.__mro__ and not changed else None

    @classmethod
    def of(cls, base):
        if not cls.open or cls.open.base is not base:
            cls.end()
            cls.open = cls(base)
        return cls.open

    def joined_by(self, test):
        for name in self.made:
            value = vars(self.maker)[name]
            if isinstance(value, list | dict | set):
                value = copy.copy(value)
            setattr(test, name, value)
        join(test)

    @classmethod
    def end(cls):
        """Close the transaction of the world, if there is one."""
        if cls.open:
            maker, cls.open = cls.open.maker, None
            maker.doClassCleanups()
            if maker.tearDown_exceptions:
                raise maker.tearDown_exceptions[0][1]


def join(test):
    """Undo at the end of a class what it does from now on."""
    env, registry = test.env, test.registry
    envs = list(env.transaction.envs)
    savepoint = env.cr.savepoint(flush=False)

    def undo():
        env.transaction.clear()
        savepoint.close(rollback=True)
        env.transaction.envs.clear()
        env.transaction.envs.update(envs)
        for one in envs:
            one.clear()
        env.cr.precommit.clear()
        env.cr.postcommit.clear()
        if (
            registry.registry_invalidated
            or registry.registry_sequence != test.registry_start_sequence
        ):
            World.end()  # its models are set up again

    test.addClassCleanup(undo)
