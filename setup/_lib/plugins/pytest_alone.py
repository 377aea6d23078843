"""A pytest plugin for the tests of an app alone: leave out those that need a server,
those of plain functions, which know of no database, and those tagged `whole`. They ran
with everything installed; an app alone is tested for what it does without the others.

`whole` may be: a test whose every function of the app another test runs alone as well.
Long histories, enumerations, and variants of steps are of that kind. So that nothing is
lost, each function of the app that is run is written to the file that APP_RAN names;
tests/alone/test_apps_alone.py reads it."""

import ast
import importlib.machinery
import os
import sys
from pathlib import Path

APP = os.environ["APP_ALONE"]
RAN = set()


class _Noted(importlib.machinery.SourceFileLoader):
    """Loads a module whose functions say that they run, each at its first line."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                _note(node, f"{fullname}:{node.name}")
        return compile(tree, path, "exec", dont_inherit=True)

    def exec_module(self, module):
        module._ran = RAN.add
        super().exec_module(module)


def _note(node, name):
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    call = ast.parse(f"_ran({name!r})").body[0]
    for part in ast.walk(call):
        ast.copy_location(part, first)
    node.body.insert(int(documented), call)


class _Finder(importlib.machinery.PathFinder):
    """Finds the modules of the app, but its tests."""

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        ours = f"odoo.addons.{APP}"
        if not f"{fullname}.".startswith(f"{ours}.") or ".tests" in fullname:
            return None
        spec = super().find_spec(fullname, path, target)
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Noted(fullname, spec.origin)
        return spec


sys.meta_path.insert(0, _Finder)


def pytest_collection_modifyitems(config, items):
    from odoo.tests.common import HttpCase, TransactionCase

    def left_out(item):
        cls = getattr(item, "cls", None)
        return isinstance(cls, type) and (
            issubclass(cls, HttpCase)
            or not issubclass(cls, TransactionCase)
            or "whole" in getattr(cls, "test_tags", ())
            or getattr(item.obj, "whole", False)
        )

    config.hook.pytest_deselected(items=[item for item in items if left_out(item)])
    items[:] = [item for item in items if not left_out(item)]


def pytest_sessionfinish():
    Path(os.environ["APP_RAN"]).write_text("\n".join(sorted(RAN)))
