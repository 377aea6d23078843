"""A pytest plugin: what depends on the fields of a call is put together once.

Odoo merges the trees of triggers of all fields anew at each write and create, to leave
out what nobody holds a value of. Here the merged tree is kept with the registry, and
what is left of it for each set of fields that somebody holds a value of. Odoo empties
that place when a field comes or goes."""

from odoo.orm.models import BaseModel
from odoo.orm.registry import TriggerTree


def _is_stored(field):
    return field.compute and field.store


class Merged:
    """The tree of some fields, and what was left of it."""

    __slots__ = ("held", "left", "tree")

    def __init__(self, tree):
        self.tree = tree
        #: Those that count only while somebody holds a value.
        self.held = {
            field
            for node in tree.depth_first()
            for field in node.root
            if not _is_stored(field)
        }
        self.left = {}

    def leave(self, env):
        data, depends = env.transaction.field_data, env._field_depends_context
        held = frozenset(
            field
            for field in self.held.intersection(data)
            if (any(data[field].values()) if field in depends else data[field])
        )
        tree = self.left.get(held)
        if tree is None:
            tree = self.left[held] = TriggerTree.merge(
                [self.tree], lambda field: _is_stored(field) or field in held
            )
        return tree


def _modified(records, fields, create):
    """As ``BaseModel._modified``, which merges the trees each time."""
    kept, names = records.pool._field_trigger_trees, tuple(fields)
    merged = kept.get(names)
    if merged is None:
        merged = kept[names] = Merged(records.pool.get_trigger_tree(fields))
    tree = merged.leave(records.env)
    if not tree:
        return ()
    everybody = records.sudo().with_context(active_test=False)
    return everybody._modified_triggers(tree, create)


def pytest_sessionstart():
    BaseModel._modified = _modified
