"""R62: what is decided is closed, with its lines, for everybody."""

from attack_world import LOGGERS, AttackWorld

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.remediation_base.tools.steps import EVERYTHING

MIXIN = "remediation.protected.mixin"
MAGIC = ("id", "create_uid", "create_date", "write_uid", "write_date", "parent_path")
SAMPLES = {
    "char": "forged",
    "text": "forged",
    "html": "forged",
    "date": "2099-01-01",
    "datetime": "2099-01-01 10:00:00",
    "integer": 5000,
    "float": 5000.0,
    "monetary": 5000.0,
    "binary": b"eA==",
    "json": {"forged": 1},
}
#: Models with a state that code moves and nothing that is closed by it, and why.
NOTHING_TO_CLOSE = {
    "savings.group": "its rules change between cycles; each cycle keeps its own",
    "remediation.import.job": "its file is read once; another file is another job",
}
#: Rows below a decided record that stay open, and why.
OPEN_LINES = {}


@tagged("post_install", "-at_install")
class TestR62Decided(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.protected = [
            cls.env[name]
            for name in cls._product_models(transient=False)
            if MIXIN in {getattr(c, "_name", None) for c in type(cls.env[name]).__mro__}
        ]
        cls.deciding = [model for model in cls.protected if model._get_open_fields()]
        one, other = cls.env["remediation.beneficiary"].search([], limit=2, order="id")
        cls.env["remediation.duplicate"]._unprotected().create(
            {"beneficiary_id": one.id, "other_id": other.id}
        )
        cls._report_and_verify()
        cls._recover()
        runs = cls.env["remediation.indicator.run"].with_user(cls.coordinator)
        run = runs.create(
            {"name": "Quarter", "date_from": "2026-01-01", "date_to": "2026-03-31"}
        )
        run.action_freeze()
        cls.roles = {
            "superuser": cls.env.ref("base.user_root"),
            **{
                name: getattr(cls, name)
                for name in (
                    "worker_2",
                    "supervisor",
                    "coordinator",
                    "intake",
                    "safeguarding",
                    "data_protection",
                    "savings_agent",
                    "savings_manager",
                    "finance",
                    "admin_like",
                )
                if hasattr(cls, name)
            },
        }

    @classmethod
    def _report_and_verify(cls):
        """A provider's report and a verification: of a plan that was handed over."""
        plan = cls.env["cash.transfer.payment.plan"].sudo().search([], limit=1)
        cls.env.cr.execute(
            "UPDATE cash_transfer_payment_plan SET state = 'instructed' WHERE id = %s",
            plan.ids,
        )
        plan.invalidate_recordset(flush=False)
        reconciler = new_test_user(
            cls.env,
            "reconciles",
            "cash_transfer.group_cash_reconciler",
            company_id=cls.company.id,
        )
        cls.env["cash.transfer.reconciliation"].with_user(reconciler).create(
            {"plan_id": plan.id, "file_name": "x.csv", "file_content": b"eA=="}
        )
        cls.env["cash.transfer.verification"].sudo().create({"plan_id": plan.id})

    @classmethod
    def _recover(cls):
        """Money for one legal matter: no column says so, a constraint does."""
        case = cls.env["remediation.case"].sudo().search([], limit=1)
        matter = (
            cls.env["remediation.legal.matter"]
            .sudo()
            .create({"case_id": case.id, "kind": "civil"})
        )
        cls.env["remediation.recovery"].sudo().create(
            {"matter_id": matter.id, "case_id": case.id, "amount": 1.0}
        )

    def _states(self, decides):
        """The values of the field that says where a record stands."""
        field = decides._fields[decides._state_field]
        if field.type == "selection":
            return field.get_values(self.env)
        if field.type in ("date", "datetime"):
            return [SAMPLES[field.type]]
        found = self.env[field.comodel_name].sudo().search([], limit=1)
        return found.ids

    def _record(self, model):
        """One record, and the one that decides over it; made where there is none."""
        record = model.sudo().with_context(active_test=False).search([], limit=1)
        if model._decided_by:
            record = model.sudo().search([(model._decided_by, "!=", False)], limit=1)
        if not record:
            try:
                with self.env.cr.savepoint():
                    record = (
                        model.sudo()
                        ._unprotected()
                        .create(self._required_values(model.sudo(), number=1))
                    )
                    self.env.flush_all()
            except Exception as error:  # noqa: BLE001 - the test names it
                self.not_made[model._name] = str(error)
                return model, model
        decides = record[model._decided_by] if model._decided_by else record
        return record.sudo(), decides.sudo()

    def _sample(self, record, field):
        if field.type == "selection":
            values = [v for v in field.get_values(self.env) if v != record[field.name]]
            return values[-1] if values else None
        if field.type == "boolean":
            return not record[field.name]
        if field.type == "many2one":
            found = self.env[field.comodel_name].sudo()
            return found.search([("id", "!=", record[field.name].id)], limit=1).id
        if field.type == "many2many":
            ids = self.env[field.comodel_name].sudo().search([], limit=1).ids
            return [Command.set([] if record[field.name] else ids)]
        return SAMPLES.get(field.type)

    @mute_logger(*LOGGERS)
    def test_r62_every_stored_field_is_closed_once_decided(self):
        through, tried, missing = [], 0, []
        for model in self.deciding:
            record, decides = self._record(model)
            if not record or not decides:
                missing.append(model._name)
                continue
            settled = model._get_protected_fields() | model._get_frozen_fields()
            for state in self._states(decides):
                key = (
                    state
                    if isinstance(state, str)
                    and (decides._fields[decides._state_field].type == "selection")
                    else True
                )
                open_names = model._get_open_fields().get(key, frozenset())
                if open_names >= EVERYTHING:
                    continue
                with self._undone():
                    with decides.env["remediation.note"]._erasing("test"):
                        self.env.cr.execute(
                            SQL(
                                "UPDATE %s SET %s = %s WHERE id = %s",
                                SQL.identifier(decides._table),
                                SQL.identifier(decides._state_field),
                                state,
                                decides.id,
                            )
                        )
                    self.env.invalidate_all()
                    for name, field in model._fields.items():
                        if (
                            name in MAGIC
                            or name in settled
                            or name in open_names
                            or not field.store
                            or field.type == "one2many"
                            or (field.compute and field.readonly)
                            or field.related
                        ):
                            continue
                        value = self._sample(record, field)
                        for role, user in self.roles.items():
                            tried += 1
                            if self._written(record, user, {name: value}):
                                through.append(f"{model._name}.{name} {state} {role}")
                    for role, user in self.roles.items():
                        if self._removed(record, user):
                            through.append(f"unlink {model._name} {state} {role}")
        self.assertGreater(tried, 1000)
        self.assertFalse(missing, self.not_made)
        self.assertNothing(through)

    def _written(self, record, user, vals):
        su = user == self.roles["superuser"]
        with self._undone():
            try:
                record.with_env(self.env(user=user.id, su=su)).write(vals)
                self.env.flush_all()
            except UserError:
                return False
            except Exception:  # noqa: BLE001 - the database refuses it
                return False
            return True

    def _removed(self, record, user):
        su = user == self.roles["superuser"]
        with self._undone():
            try:
                record.with_env(self.env(user=user.id, su=su)).unlink()
                self.env.flush_all()
            except Exception:  # noqa: BLE001 - whatever refuses it
                return False
            return True

    def test_r62_every_model_with_a_state_says_what_it_closes(self):
        """A new model that code moves from state to state declares what closes."""
        silent = {
            model._name
            for model in self.protected
            if "state" in model._get_protected_fields()
            and model._fields["state"].type == "selection"
            and not model._fields["state"].related
            and not model._get_open_fields()
            and self._typed(model)
        }
        self.assertEqual(silent - NOTHING_TO_CLOSE.keys(), set())

    def _typed(self, model):
        """Fields that somebody can write at all."""
        settled = model._get_protected_fields() | model._get_frozen_fields()
        return {
            name
            for name, field in model._fields.items()
            if field.store
            and field.type != "one2many"
            and name not in settled
            and name not in MAGIC
            and not (field.compute and field.readonly)
            and not field.related
            and not name.startswith(("message_", "activity_", "my_activity"))
        }

    def test_r62_the_lines_of_what_is_decided_name_their_parent(self):
        decided = {m._name: m for m in self.deciding if not m._decided_by}
        silent = []
        for name in self._product_models(transient=False):
            model = self.env[name]
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.required
                    and field.store
                    and field.comodel_name in decided
                    and not getattr(model, "_get_open_fields", dict)()
                    and (
                        not hasattr(model, "_get_protected_fields")
                        or self._typed(model) - {"display_name", "sequence"}
                    )
                ):
                    silent.append(f"{name}.{field.name}")
        self.assertEqual(set(silent) - OPEN_LINES.keys(), set())

    def test_r62_nobody_says_anything_of_their_own_rights(self):
        """Own caseload, own code of conduct, own training and examination."""
        manager = self.env["remediation.case.manager"].create(
            {"user_id": self.supervisor.id, "team_id": self.team.id}
        )
        own = manager.with_user(self.supervisor)
        for vals in (
            {"max_caseload": 99},
            {"warn_caseload": 1},
            {"code_of_conduct_on": "2020-01-01"},
            {"mentor_id": self.manager.id},
            {"team_id": self.manager_other.team_id.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                own.write(vals)
        with self.assertRaises(UserError):
            self.env["remediation.training"].with_user(self.supervisor).create(
                {"case_manager_id": manager.id, "topic": "safeguarding"}
            )
        own.write({"is_available": False})
        self.assertFalse(manager.is_available)

    def test_r62_a_verified_check_of_2026_does_not_become_one_of_2099(self):
        check = self.env["remediation.vetting"].create(
            {"case_manager_id": self.manager.id, "date": "2026-01-01"}
        )
        check.with_user(self.supervisor).expiry_date = "2029-01-01"
        check.with_user(self.supervisor).action_verify_clear()
        for user in (self.supervisor, self.coordinator):
            for vals in (
                {"expiry_date": "2099-01-01"},
                {"date": "2025-01-01"},
                {"kind": "referees"},
            ):
                with self.assertRaises(UserError):
                    check.with_user(user).write(vals)

    def test_r62_an_approved_plan_takes_no_new_action(self):
        case = self._new_case(self.manager)
        plan = self._active_plan(case)
        action = plan.action_ids[:1].with_user(self.worker)
        for vals in (
            {"domain": "cash"},
            {"cost_estimate": 5000.0},
            {"service_type_id": False},
            {"provider_id": self.company.partner_id.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                action.write(vals)
        with self.assertRaises(UserError):
            plan.with_user(self.worker).write(
                {
                    "action_ids": [
                        Command.create({"domain": "cash", "cost_estimate": 5000.0})
                    ]
                }
            )

    @mute_logger(*LOGGERS)
    def test_r62_no_file_slips_into_a_field_beside_its_record(self):
        """Core keeps the file of a field as an attachment: a door of its own."""
        through = []
        for model in self.protected:
            files = [
                name
                for name, field in model._fields.items()
                if field.type == "binary" and field.store and field.attachment
            ]
            record = model.sudo().search([], limit=1) if files else model
            for name in files if record else ():
                for role, user in self.roles.items():
                    if role == "superuser":
                        continue
                    with self._undone():
                        made = self._try(
                            user,
                            "ir.attachment",
                            "create",
                            [
                                {
                                    "name": name,
                                    "raw": b"forged",
                                    "res_model": model._name,
                                    "res_field": name,
                                    "res_id": record.id,
                                }
                            ],
                        )
                    if made:
                        through.append(f"{model._name}.{name} by {role}")
        self.assertNothing(through)
