import json

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RemediationCommon

#: A value of each type, other than what a new record has.
SAMPLES = {
    "binary": b"eA==",
    "char": "forged",
    "text": "forged",
    "html": "forged",
    "date": "2020-01-01",
    "datetime": "2020-01-01 10:00:00",
    "boolean": True,
    "integer": 99,
    "float": 99.0,
    "monetary": 99.0,
    "json": ["forged"],
}


@tagged("post_install", "-at_install", "whole")
class TestProtectedFields(RemediationCommon):
    """Every protected field × every way in × every role that may write the model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.env["remediation.work.situation"].create(
            {"case_id": cls.case.id, "works": "yes"}
        )
        for model, vals in (
            ("remediation.assessment", {"present": "Mother"}),
            ("remediation.plan", {"goal": "School"}),
            ("remediation.visit", {}),
        ):
            cls.env[model].create({"case_id": cls.case.id, **vals})
        cls.env["remediation.note"].with_user(cls.worker).create(
            {"case_id": cls.case.id, "text": "x"}
        )
        cls._new_consent(cls.case)
        cls.roles = {
            "worker": cls.worker,
            "supervisor": cls.supervisor,
            "coordinator": cls.coordinator,
            "safeguarding": cls.safeguarding,
            "admin_like": cls.admin_like,
            "superuser": cls.env.ref("base.user_root"),
        }

    def _models(self):
        mixin = "remediation.protected.mixin"
        for name in sorted(self.env.registry):
            model = self.env[name]
            if (
                model._original_module == "child_remediation"
                and not model._abstract
                and not model._transient
                and mixin in {getattr(c, "_name", None) for c in type(model).__mro__}
            ):
                yield model

    def _sample(self, model, name):
        field = model._fields[name]
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], limit=1).id or 1
        if field.type in ("many2many", "one2many"):
            return [Command.clear()]
        if field.type == "many2one_reference":
            return 1
        return SAMPLES[field.type]

    def _refused(self, what, action):
        """Every way in ends in a refusal; nothing is left behind."""
        savepoint = self.env.cr.savepoint()
        try:
            action()
        except UserError:
            return []
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return [what]

    def test_names_are_fields(self):
        for model in self._models():
            names = model._get_protected_fields() | model._get_frozen_fields()
            self.assertFalse(names - model._fields.keys(), model._name)

    def test_write_web_save_and_create_are_refused(self):
        through = []
        for model in self._models():
            protected = model._get_protected_fields()
            frozen = model._get_frozen_fields()
            record = model.search([], limit=1)
            for role, user in self.roles.items():
                as_role = model.with_user(user)
                may_write = role == "superuser" or as_role.has_access("write")
                may_create = role == "superuser" or as_role.has_access("create")
                for name in sorted(protected | frozen):
                    vals = {name: self._sample(model, name)}
                    label = f"{model._name}.{name} by {role}"
                    if record and may_write:
                        own = as_role.browse(record.id)
                        through += self._refused(
                            f"write {label}", lambda o=own, v=vals: o.write(v)
                        )
                        through += self._refused(
                            f"web_save {label}", lambda o=own, v=vals: o.web_save(v, {})
                        )
                    if may_create and name in protected:
                        through += self._refused(
                            f"create {label}", lambda m=as_role, v=vals: m.create([v])
                        )
        self.assertFalse(through, "\n".join(through))

    def test_load_is_refused(self):
        """The import of the list view goes through ``load``."""
        through = []
        for model in self._models():
            as_worker = model.with_user(self.coordinator)
            if not as_worker.has_access("create"):
                continue
            for name in sorted(model._get_protected_fields()):
                value = self._sample(model, name)
                column = name
                if model._fields[name].type == "many2one":
                    column = f"{name}/.id"
                text = value if isinstance(value, str) else json.dumps(value)
                savepoint = self.env.cr.savepoint()
                try:
                    result = as_worker.load([column], [[text]])
                    if result["ids"]:
                        through.append(f"load {model._name}.{name}")
                except UserError:
                    continue
                finally:
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()
        self.assertFalse(through, "\n".join(through))

    def test_context_and_stored_defaults_decide_nothing(self):
        through = []
        for model in self._models():
            as_role = model.with_user(self.coordinator)
            for name in sorted(model._get_protected_fields()):
                if model._fields[name].type in ("many2many", "one2many"):
                    continue
                value = self._sample(model, name)
                forged = as_role.with_context(**{f"default_{name}": value})
                if name in forged.default_get([name]):
                    got = forged.default_get([name])[name]
                    plain = as_role.default_get([name]).get(name)
                    if got == value and plain != value:
                        through.append(f"context default of {model._name}.{name}")
        self.env["ir.default"].with_user(self.worker).set(
            "remediation.assessment", "state", "approved", user_id=True
        )
        assessment = (
            self.env["remediation.assessment"]
            .with_user(self.worker)
            .create({"case_id": self._new_case().id, "summary": "Begun"})
        )
        self.assertEqual(assessment.state, "draft")
        self.assertFalse(through, "\n".join(through))

    def test_copy_carries_no_decision(self):
        case = self.case
        plan = self.env["remediation.plan"].search([("case_id", "=", case.id)], limit=1)
        plan._unprotected().write(
            {"state": "completed", "approved_by_id": self.supervisor.id}
        )
        self.env.flush_all()
        copied = plan.with_user(self.worker).copy()
        self.assertEqual(copied.state, "draft")
        self.assertFalse(copied.approved_by_id)

    def test_commands_through_a_parent_are_refused(self):
        case = self.case.with_user(self.worker)
        assessment = case.assessment_ids[:1]
        plan = case.plan_ids[:1]
        other = self._new_case(self.manager_other)
        note = self.env["remediation.note"].create({"case_id": other.id, "text": "x"})
        for vals in (
            {"assessment_ids": [Command.update(assessment.id, {"state": "approved"})]},
            {"assessment_ids": [Command.create({"state": "approved"})]},
            {"plan_ids": [Command.update(plan.id, {"state": "active"})]},
            {"plan_ids": [Command.create({"approved_by_id": self.worker.id})]},
            {"deadline_ids": [Command.clear()]},
            {"deadline_ids": [Command.create({"kind": "plan"})]},
            {"note_ids": [Command.link(note.id)]},
            {"note_ids": [Command.update(note.id, {"text": "y"})]},
            {"note_ids": [Command.delete(note.id)]},
            {"stage_log_ids": [Command.create({"to_stage": "closed"})]},
        ):
            with self.subTest(vals=str(vals)):
                self.assertEqual(
                    self._refused("through", lambda v=vals: case.write(v)), []
                )

    def test_a_context_from_outside_does_not_unlock(self):
        """The key is an object of this process: JSON carries only plain values."""
        for forged in (True, 1, "x", {}, []):
            case = self.case.with_user(self.worker).with_context(
                remediation_unprotected=forged
            )
            self.assertEqual(
                self._refused("x", lambda c=case: c.write({"stage": "closed"})), []
            )
