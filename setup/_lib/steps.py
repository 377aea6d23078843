"""docs/steps.md: every step that moves a record, read from the declarations.

A step is a method below ``@step(…)``. Nothing is run: the page is made of the source,
so that `setup/lint` knows whether it is current."""

import ast

from . import modules
from .common import ROOT

PAGE = ROOT / "docs" / "steps.md"
HEAD = """\
# Steps

Every button and remote call that moves a record from one state to another, as the code
declares it above the method (`@step`). Made by `setup/docs`; do not edit.

A step locks the record, reads it again, checks the right, the state and that nobody
decides on their own work, asks for what is missing, and writes the new state with who
and when. A model that others build on lists them in the second column.

| Model | Step | From | To | Needs | Not by | Asks | Writes |
|---|---|---|---|---|---|---|---|
"""


def page():
    """The text of the page."""
    rows, heirs = [], {}
    for folder in modules.find().values():
        for path in sorted((folder / "models").rglob("*.py")):
            tree = modules.tree(path)
            constants = _constants(path, tree)
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    rows += _steps(node, constants)
                    name, parents = _names(node)
                    for parent in parents:
                        heirs.setdefault(parent, set()).add(name)
    text = HEAD
    for model, method, said in sorted(rows, key=lambda row: row[:2]):
        others = heirs.get(model, set()) - {model}
        built = f" ({', '.join(f'`{name}`' for name in sorted(others))})"
        text += (
            f"| `{model}`{built if others else ''} | `{method}` | "
            + " | ".join(
                (
                    _words(said.get("frm")),
                    _words(said.get("to")),
                    _words((said.get("group"), _duties(said), said.get("allowed"))),
                    _words(said.get("not_by")),
                    _words(said.get("asks")),
                    f"`{said['stamp']}_by`, `_on`" if said.get("stamp") else "",
                )
            )
            + " |\n"
        )
    return text


def check():
    """Yield (file, line, advice) where the page is not current."""
    if not PAGE.is_file() or PAGE.read_text() != page():
        yield PAGE, 1, "run setup/docs: a step was declared, changed or removed"


def _constants(path, tree):
    """``{name: value}`` of a file, with those it takes from files of its module."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            source = (
                path.parents[node.level - 1] / f"{node.module.replace('.', '/')}.py"
            )
            if source.is_file():
                theirs = _constants(source, modules.tree(source))
                found |= {
                    name.asname or name.name: theirs[name.name]
                    for name in node.names
                    if name.name in theirs
                }
        elif isinstance(node, ast.Assign):
            found |= {
                target.id: node.value
                for target in node.targets
                if isinstance(target, ast.Name)
            }
    return found


def _names(node):
    """``(model, models it builds on)`` of a class."""
    said = {
        target.id: _value(item.value)
        for item in node.body
        if isinstance(item, ast.Assign)
        for target in item.targets
        if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
    }
    parents = said.get("_inherit") or ()
    parents = (parents,) if isinstance(parents, str) else tuple(parents)
    return said.get("_name") or (parents[0] if parents else node.name), parents


def _steps(node, constants):
    for item in node.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        for decorator in item.decorator_list:
            if isinstance(decorator, ast.Call) and _called(decorator) == "step":
                said = {
                    word.arg: _value(
                        constants.get(getattr(word.value, "id", None), word.value)
                    )
                    for word in decorator.keywords
                }
                yield _names(node)[0], item.name, said


def _called(call):
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _value(node):
    """What a declaration says, in words where it is no plain value."""
    if isinstance(node, ast.Dict):
        return {
            _value(k): _value(v) for k, v in zip(node.keys, node.values, strict=True)
        }
    if isinstance(node, ast.Call):
        return _value(node.args[0]) if node.args else ast.unparse(node)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [_value(item) for item in node.elts]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _duties(said):
    """The duties of a step, told apart from the groups."""
    duties = said.get("duty") or ()
    duties = (duties,) if isinstance(duties, str) else duties
    return [f"duty: {duty}" for duty in duties]


def _words(value):
    if not value:
        return ""
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, dict):
        value = value.values()
    flat = []
    for item in value:
        flat += item if isinstance(item, list | tuple) else [item]
    return ", ".join(f"`{item}`" for item in flat if item)
