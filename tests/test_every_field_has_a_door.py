"""A field that nobody can fill is a promise that is not kept, and so is a step that
nobody can take. Every stored field of the product stands on a screen, is written by a
named method or is a listed exception; every named step has a button, a page or a job.
"""

import re
from collections import defaultdict
from pathlib import Path

from lxml import etree

from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged

APPS = (
    "child_remediation",
    "case_referral",
    "savings_group",
    "cash_transfer",
    "cash_transfer_budget",
    "cash_transfer_portal",
    "cash_transfer_reconcile",
    "case_agreement",
    "case_agreement_budget",
    "case_agreement_cash",
    "case_agreement_portal",
    "case_exchange",
    "case_exchange_survivor",
    "case_offline",
    "case_offline_savings",
    "case_submission",
    "case_indicator",
    "case_indicator_agreement",
    "case_indicator_budget",
    "case_indicator_cash",
    "case_indicator_referral",
    "case_indicator_savings",
    "case_indicator_survivor",
    "case_survivor",
    "case_survivor_cash",
    "case_survivor_referral",
    "savings_group_portal",
)
MADE_BY_CORE = {
    *("id", "create_uid", "create_date", "write_uid", "write_date"),
    # the web client's own Archive, and the path of a tree
    *("active", "parent_path"),
}
_COMPANY = "the company of whoever enters it; changed by nobody"
_SHIPPED = "comes with the module; its words are translated, its order is fixed"
_ASKED = "made where it is asked: the form's own menu, Add Properties"
#: Fields of the product that stand on no screen, and why.
EXCEPTIONS = {
    "cash.transfer.cycle.line.case_id": "follows from the entitlement",
    "cash.transfer.payment.method.case_id": "follows from the payee",
    "cash.transfer.verification.answer.line_id": "drawn when the verification begins",
    "remediation.classification.case_id": "follows from the work situation",
    "savings.cycle.meeting_rhythm": "copied from the group when a cycle begins",
    "savings.cycle.keys_outside_committee": "copied from the group likewise",
    "savings.share.out.line.membership_id": "one line for each member",
    "account.payment.provider_id": "set when a payment plan is posted",
    "referral.accreditation.company_id": _COMPANY,
    "referral.total.company_id": _COMPANY,
    "remediation.concern.company_id": _COMPANY,
    "remediation.programme.case_properties": _ASKED,
    "remediation.programme.assessment_properties": _ASKED,
    "remediation.programme.visit_properties": _ASKED,
    "remediation.disclosure.item.name": _SHIPPED,
    "remediation.disclosure.item.sequence": _SHIPPED,
    "remediation.export.column.name": _SHIPPED,
    "remediation.export.column.sequence": _SHIPPED,
    "res.groups.privilege.is_ticked": "comes with the module: how a duty is chosen",
}
#: Models whose rows code alone makes, and why.
MADE_BY_CODE = {
    "remediation.password.request": "notes who asked for a password",
    "remediation.limit": "notes what a public form sent",
    "remediation.referral.package": "frozen when a referral is sent",
}
#: Steps that no screen names, and why.
STEPS_WITHOUT_BUTTON = {"action_archive": "the web client's own button"}


@tagged("post_install", "-at_install")
class TestEveryFieldHasADoor(TransactionCase):
    def _modules(self):
        return [
            name
            for name in APPS
            if self.env["ir.module.module"].search_count(
                [("name", "=", name), ("state", "=", "installed")]
            )
        ]

    def _fields_on_screens(self):
        """``{model: names}`` of the fields in any view, nested lists and forms too."""
        shown = defaultdict(set)

        def walk(node, model):
            for child in node:
                if child.tag is etree.Comment:
                    continue
                inner = model
                if child.tag == "field" and model in self.env:
                    name = child.get("name")
                    shown[model].add(name)
                    field = self.env[model]._fields.get(name)
                    if field is not None and field.relational:
                        inner = field.comodel_name
                walk(child, inner)

        for view in self.env["ir.ui.view"].search(
            [("model", "!=", False), ("type", "!=", "qweb"), ("mode", "=", "primary")]
        ):
            if view.model in self.env:
                walk(view._get_combined_arch(), view.model)
        return shown

    def _lines_on_screens(self, shown):
        """``{model: names}`` of the links that a list within a form fills by itself."""
        filled = defaultdict(set)
        for name, names in shown.items():
            for field in map(self.env[name]._fields.get, names):
                if field is not None and field.type == "one2many":
                    filled[field.comodel_name].add(field.inverse_name)
        settings = self.env["res.config.settings"]
        for name in shown["res.config.settings"]:
            related = getattr(settings._fields.get(name), "related", None)
            if related and related.startswith("company_id."):
                filled["res.company"].add(related.partition(".")[2])
        return filled

    def _fields_that_people_fill(self, model):
        """Stored, writable, not protected by a named method, not made by core."""
        closed = set()
        if hasattr(model, "_get_protected_fields"):
            closed = model._get_protected_fields()
        for name, field in model._fields.items():
            if (
                field.store
                and name not in MADE_BY_CORE
                and not field.readonly
                and field.type not in ("one2many", "json")
                # a line's case follows from what it is a line of
                and not (field.compute and field.precompute)
                and set(field._modules) & set(APPS)
                and name not in closed
            ):
                yield name

    def test_every_field_that_people_fill_stands_on_a_screen(self):
        shown = self._fields_on_screens()
        lines = self._lines_on_screens(shown)
        missing = []
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or model._transient or name in MADE_BY_CODE:
                continue
            missing += [
                f"{name}.{field}"
                for field in self._fields_that_people_fill(self.env[name])
                if field not in shown[name] | lines[name]
                and f"{name}.{field}" not in EXCEPTIONS
            ]
        self.assertFalse(missing, "\n" + "\n".join(missing))

    def test_the_exceptions_exist(self):
        for key in EXCEPTIONS:
            model, _dot, field = key.rpartition(".")
            if model in self.env:
                self.assertIn(field, self.env[model]._fields, key)
        for key in MADE_BY_CODE:
            self.assertIn(key, self.env)

    def test_every_named_step_is_named_elsewhere(self):
        """A button, a page, a wizard, a job or another step calls each step."""
        defined, used = {}, set()
        for module in self._modules():
            for path in Path(get_module_path(module)).rglob("*"):
                if path.suffix not in (".py", ".xml", ".js") or "tests" in path.parts:
                    continue
                source = path.read_text(encoding="utf-8")
                for prefix, name in re.findall(r"(def )?\b(action_\w+)\b", source):
                    if prefix:
                        defined[name] = path.name
                    else:
                        used.add(name)
        unused = [
            f"{where}: {name}"
            for name, where in sorted(defined.items())
            if name not in used and name not in STEPS_WITHOUT_BUTTON
        ]
        self.assertFalse(unused, "\n" + "\n".join(unused))
