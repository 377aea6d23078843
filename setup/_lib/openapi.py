"""docs/openapi.json: the calls that other systems may make, as OpenAPI 3.1, read from
the declarations: every step of every model, and every form that a telephone sends.

Odoo is imported, without a database."""

import json
import subprocess
import sys

from . import forms, modules
from .common import ROOT

PAGE = ROOT / "docs" / "openapi.json"
#: Runs in an interpreter of its own, in which nothing of this command is loaded.
READ = """
import inspect, json, sys
import odoo.addons
folders, names = json.loads(sys.argv[1])
odoo.addons.__path__ = [*folders, *odoo.addons.__path__]
import odoo.addons.base.models
from odoo import models
from odoo.addons.remediation_base.tools.steps import Step
for name in names:
    __import__(f"odoo.addons.{name}")
from odoo.addons.case_submission.models.remediation_submission import (
    BESIDE, _CASE_NAMES
)
classes, parents = {}, {}
for found in models.MetaModel._module_to_models__.values():
    for cls in found:
        inherited = cls._inherit or []
        inherited = [inherited] if isinstance(inherited, str) else list(inherited)
        name = cls._name or inherited[0]
        classes.setdefault(name, []).append(cls)
        parents.setdefault(name, set()).update(set(inherited) - {name})
def concrete(name):
    made = [cls for cls in classes[name] if name not in _inherit(cls)]
    return not (made or classes[name])[0]._abstract
def _inherit(cls):
    said = cls._inherit or []
    return [said] if isinstance(said, str) else said
def ancestors(name, seen=()):
    for parent in sorted(parents.get(name, ())):
        if parent in classes and parent not in seen:
            yield parent
            yield from ancestors(parent, (*seen, parent))
def parts(name):
    for one in (name, *ancestors(name)):
        yield from classes[one]
def choices(field):
    known = getattr(field, "selection", None)
    plain = isinstance(known, list) and all(isinstance(one, tuple) for one in known)
    return [key for key, _label in known] if plain else None
steps = {}
for name in classes:
    if name.startswith("base") or not concrete(name):
        continue
    fields = {}
    for cls in parts(name):
        for field in cls._field_definitions:
            fields.setdefault(field.name, field)
    for cls in parts(name):
        for method, attribute in vars(cls).items():
            step = getattr(attribute, "_step", None)
            if not isinstance(step, Step) or method.startswith("_"):
                continue
            asks = {}
            for argument, ask in step.asks.items():
                field = fields.get(ask.field)
                asks[argument] = {
                    "required": ask.required,
                    "type": field.type if field else ask.kind if not ask.field else "",
                    "choices": choices(field),
                    "field": ask.field,
                }
            doc = (inspect.getdoc(attribute) or "").split("\\n\\n")[0]
            steps.setdefault(f"{name}/{method}", {
                "doc": " ".join(doc.split()),
                "from": list(step.frm),
                "to": step.to if isinstance(step.to, str) else None,
                "asks": asks,
                "arguments": [p for p in step.signature.parameters if p != "self"],
            })
beside = {"": list(_CASE_NAMES)} | {k: list(v) for k, v in BESIDE.items()}
print(json.dumps({"steps": steps, "beside": beside}))
"""
TYPES = {
    "char": {"type": "string"},
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string"},
    "selection": {"type": "string"},
    "choice": {"type": "string"},
    "answer": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "float": {"type": "number"},
    "monetary": {"type": "number"},
    "boolean": {"type": "boolean"},
    "many2one": {"type": "integer"},
    "many2many": {"type": "array", "items": {"type": "integer"}},
}
REFUSALS = {
    "401": "No key, a wrong one or one that has expired.",
    "403": "The user of the key may not do this.",
    "404": "There is no such record for the user of the key.",
    "422": "An answer is missing, or the record is not in a state for it.",
}
#: What a button needs, and a machine must not take for done.
ASKED = (
    "Done. Where a required answer was left out, nothing is done: the answer is a "
    "window for a person, with `res_model` `remediation.step.window`."
)
DESCRIPTION = """\
A key stands in the header `Authorization: Bearer KEY` and sees and does what its user
may. Whoever makes one chooses its last day. A step does what its button does: it checks
right, state and that nobody decides on their own work, and refuses with a sentence.
Made by `setup/docs` from the declarations; do not edit."""


def page():
    """The text of the document."""
    said = _read()
    paths = {
        f"/json/2/{name}": {"post": _operation(name, step)}
        for name, step in sorted(said["steps"].items())
    }
    for form in forms.declared():
        if form["phone"] and ":" not in form["name"]:
            beside = said["beside"].get(form["name"], said["beside"][""])
            path = f"/remediation/submissions/1/{form['name']}"
            paths[path] = {"post": _submission(form, beside)}
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Child Remediation",
            "version": "1",
            "description": " ".join(DESCRIPTION.split()),
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Refusal": {
                    "type": "object",
                    "required": ["name", "message"],
                    "properties": {
                        "name": {"type": "string"},
                        "message": {"type": "string"},
                    },
                }
            },
            "responses": {
                f"R{status}": {
                    "description": sentence,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Refusal"}
                        }
                    },
                }
                for status, sentence in REFUSALS.items()
            },
        },
    }
    # One call, one line: a change of one of them is read in one.
    lines = {path: json.dumps(one, ensure_ascii=False) for path, one in paths.items()}
    document["paths"] = {path: f"@{number}@" for number, path in enumerate(lines)}
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    for number, line in enumerate(lines.values()):
        text = text.replace(f'"@{number}@"', line)
    return text


def check():
    """Yield (file, line, advice) where the document is not current."""
    if not PAGE.is_file() or PAGE.read_text() != page():
        yield PAGE, 1, "run setup/docs: a step or a question was declared or changed"


def _operation(name, step):
    model, method = name.split("/")
    properties = {
        "ids": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 1,
            "description": "Of the records.",
        },
        "context": {"type": "object"},
    }
    required = ["ids"]
    for argument in step["arguments"]:
        ask = step["asks"].get(argument)
        properties[argument] = _schema(ask) if ask else {}
        if ask and ask["required"]:
            required.append(argument)
    states = ", ".join(step["from"])
    moves = f"From {states}" if states else ""
    moves += f" to {step['to']}" if step["to"] else ""
    return {
        "operationId": f"{model}.{method}",
        "tags": [model],
        "summary": step["doc"],
        **({"description": moves.strip().capitalize() + "."} if moves else {}),
        "requestBody": _body(properties, required, closed=True),
        "responses": {"200": {"description": ASKED if step["asks"] else "Done."}}
        | _refusals(),
    }


def _submission(form, beside):
    properties = {name: {"type": "string"} for name in beside}
    properties |= {row["name"]: _question(row) for row in form["rows"]}
    required = [name for name in ("case",) if name in beside]
    return {
        "operationId": f"submit.{form['name']}",
        "tags": ["submissions"],
        "summary": form["title"],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9:._-]{8,100}$"},
            }
        ],
        "requestBody": _body(properties, required, closed=False),
        "responses": {
            "200": {"description": "It was taken before."},
            "201": {"description": "It was taken."},
        }
        | _refusals(),
    }


def _schema(ask):
    schema = dict(TYPES.get(ask["type"], {}))
    if ask["choices"]:
        schema["enum"] = ask["choices"]
    return schema


def _question(row):
    schema = dict(TYPES.get(row["type"], {}))
    # Words are understood too, in every installed language: choices are no closed list.
    if row["choices"]:
        schema["examples"] = row["choices"].split(", ")
    return schema | {"description": row["question"]}


def _body(properties, required, closed):
    schema = {"type": "object", "properties": properties, "required": required}
    if closed:
        schema["additionalProperties"] = False
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _refusals():
    return {
        status: {"$ref": f"#/components/responses/R{status}"} for status in REFUSALS
    }


def _read():
    folders = sorted({str(folder.parent) for folder in modules.find().values()})
    done = subprocess.run(
        [sys.executable, "-c", READ, json.dumps([folders, modules.product()])],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])
