"""A pytest plugin: what Odoo remembers of views, rights and rules outlives a test, as
it outlives a request on a server. Odoo's own classes forget it all after each test.

What a test emptied is put back as it was before, for so is the database. What it did
not empty stays: nothing that it was computed from has changed."""

import functools

from odoo.modules.registry import Registry
from odoo.tests import common
from odoo.tools.lru import LRU
from odoo.tools.translate import TranslationImporter

#: Methods whose answers a new row changes without a word to the cache.
FORGOTTEN = {"_xmlid_lookup", "_table_has_rows", "_check_uid_passwd"}


class Moment:
    """What every cache held at one moment, and which were emptied since."""

    #: Those that have begun and not ended: of a class, then of its test.
    begun = []

    def __init__(self, registry):
        self.registry = registry
        caches = registry._Registry__caches
        for name, cache in caches.items():
            if not isinstance(cache, Noted):
                caches[name] = Noted(cache.count)
        self.held = {cache: cache.snapshot for cache in caches.values()}
        self.emptied = set()
        self.outer = [(moment, {*moment.emptied}) for moment in self.begun]
        self.begun.append(self)

    def end(self):
        """Note what holds once the database is as it was."""
        self.begun.remove(self)
        for cache, content in self.held.items():
            if cache not in self.emptied:
                self.held[cache] = {
                    key: value
                    for key, value in cache.snapshot.items()
                    if key in content or key[1].__name__ not in FORGOTTEN
                }

    def put_back(self):
        if self in self.begun:  # the set-up failed
            self.begun.remove(self)
        for cache, content in self.held.items():
            cache.clear()
            for key, value in content.items():
                cache[key] = value
        for moment, emptied in self.outer:
            moment.emptied = emptied


class Noted(LRU):
    """A cache that notes when it is emptied."""

    __slots__ = ()
    __hash__ = object.__hash__

    def clear(self):
        super().clear()
        for moment in Moment.begun:
            moment.emptied.add(self)


def remembering(set_up, add_cleanup):
    """A set-up between the beginning of a moment and its end."""

    @functools.wraps(set_up)
    def remembered(test):
        moment = Moment(Registry(common.get_db_name()))
        getattr(test, add_cleanup)(moment.put_back)  # the last thing that is done
        set_up(test)
        getattr(test, add_cleanup)(moment.end)  # the database is still another

    return remembered


def _telling(save):
    """Terms of a language are loaded past the caches: they are emptied then."""

    @functools.wraps(save)
    def telling(importer, *args, **kwargs):
        result = save(importer, *args, **kwargs)
        Registry(importer.cr.dbname).clear_all_caches()
        return result

    return telling


def pytest_sessionstart():
    TranslationImporter.save = _telling(TranslationImporter.save)
    case = common.TransactionCase
    case.setUp = remembering(case.setUp, "addCleanup")
    case.setUpClass = classmethod(
        remembering(case.setUpClass.__func__, "addClassCleanup")
    )
