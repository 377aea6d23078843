"""Whoever reads something of a child's file leaves a row, by whatever door (R73):
every sensitive model is read, grouped, summed, searched and downloaded."""

from attack_world import MARK, TEXTS, AttackWorld

from odoo.tests import tagged
from odoo.tools import mute_logger

LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
#: Sensitive models of which a reading leaves no row, and why.
NO_CHILD = {
    "remediation.case.manager": "a worker, listed wherever a case is",
    "remediation.device": "a worker's phone; taking a case along is logged",
    "remediation.vetting": "a worker's check, read by supervisors alone",
    "remediation.export": "its file is logged by the log of exports",
    "remediation.import.part": "a file of an import, whose rows are logged",
    "remediation.agreement": "who pays; it names no child",
    "savings.group": "members' money, which is the group's",
    "savings.cycle": "as the group",
    "savings.membership": "as the group",
    "savings.meeting": "as the group",
    "savings.meeting.line": "as the group",
    "savings.loan": "as the group",
    "savings.loan.instalment": "as the group",
    "savings.loan.move": "as the group",
    "savings.meeting.entry": "as the group",
    "savings.member": "as the group",
    "savings.share.out": "as the group",
    "savings.share.out.line": "as the group",
    "cash.transfer.payment.plan": "sums of a period; its payments are logged",
    "cash.transfer.reconciliation": "a provider's file; its payments are logged",
}


@tagged("post_install", "-at_install")
class TestReadDoors(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = {
            "worker_2": cls.worker_2,
            "supervisor": cls.supervisor,
            "coordinator": cls.coordinator,
            **cls.nameless,
            **cls.partly,
        }
        cls._begin_another_slot()

    @classmethod
    def _begin_another_slot(cls):
        """What was read so far was read earlier: one look in ten minutes is one row."""
        cls.env.cr.flush()
        table = "remediation_access_log"
        cls.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cls.env.cr.execute(f"UPDATE {table} SET slot = slot - 1000")
        cls.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def _sensitive(self):
        return [
            name
            for name in self._product_models(transient=False)
            if getattr(self.env.registry[name], "_remediation_sensitive", False)
            and name not in NO_CHILD
        ]

    def test_r73_every_sensitive_model_is_logged(self):
        missing = [
            name
            for name in self._sensitive()
            if not hasattr(self.env[name], "_note_groups")
        ]
        self.assertFalse(missing, "Inherit remediation.access.logged, or say why not.")
        for name in NO_CHILD:
            if name in self.env:
                self.assertTrue(
                    getattr(self.env.registry[name], "_remediation_sensitive", False),
                    name,
                )

    def _doors(self, model, ids, field):
        """``{door: (method, arguments)}`` of a model, by a field that is no code."""
        text = model._fields[field].type in TEXTS
        doors = {
            "read": ("read", [ids, [field]]),
            "web_read": ("web_read", [ids, {field: {}}]),
            "search_read": ("search_read", [[("id", "in", ids)], [field]]),
            "web_search_read": (
                "web_search_read",
                [[("id", "in", ids)], {field: {}}],
            ),
            "formatted_read_group": (
                "formatted_read_group",
                [[("id", "in", ids)], [], [f"{field}:count"]],
            ),
            "web_read_group": (
                "web_read_group",
                [[("id", "in", ids)], [field]],
                {"aggregates": ["__count"]},
            ),
        }
        if text:
            doors["search"] = ("search", [[(field, "ilike", MARK)]])
            doors["search_count"] = ("search_count", [[(field, "ilike", MARK)]])
            doors["name_search"] = ("name_search", ["", [(field, "ilike", MARK)]])
            doors["order"] = ("search", [[("id", "in", ids)], 0, 5, field])
        return doors

    def _read(self, user, model, method, args=(), kwargs=None):
        """``(answer, models that the access log names for it)``."""
        self.env.cr.flush()
        self.env.invalidate_all()
        last = "SELECT coalesce(max(id), 0) FROM remediation_access_log"
        self.env.cr.execute(last)
        (before,) = self.env.cr.fetchone()
        answer = self._try(user, model, method, args, kwargs)
        self.env.cr.flush()
        self.env.cr.execute(
            "SELECT model FROM remediation_access_log WHERE id > %s AND user_id = %s",
            [before, user.id],
        )
        return answer, {row[0] for row in self.env.cr.fetchall()}

    @mute_logger(*LOGGERS)
    def test_r73_every_door_leaves_a_row(self):
        problems, tried = [], set()
        for name in self._sensitive():
            ids = self.rows.get(name) or []
            if not ids:
                continue
            for role, user in self.readers.items():
                model = self.env[name].with_user(user)
                if not model.has_access("read"):
                    continue
                seen = model.search([("id", "in", ids)]).ids
                # Codes and the application's own words: asking by them is no look.
                codes = set().union(
                    *(
                        cls.__dict__.get("_open_texts", ())
                        for cls in type(model).__mro__
                    )
                )
                fields_ = [
                    field.name
                    for field in model._fields.values()
                    if field.store
                    and field.column_type
                    and field.type in ("char", "text", "selection", "date")
                    and not field.translate
                    and field.name not in {"name", "display_name", *codes}
                    and field._module in self.product
                    and model._has_field_access(field, "read")
                ]
                if not seen or not fields_:
                    continue
                field = next(
                    (f for f in fields_ if model._fields[f].type in TEXTS), fields_[0]
                )
                for door, call in self._doors(model, seen[:1], field).items():
                    with self._undone():
                        answer, read = self._read(user, name, *call)
                    if answer is None:
                        continue
                    tried.add((name, door))
                    if name not in read:
                        problems.append(f"{door} of {name}.{field} by {role}")
        self.assertGreater(len({name for name, _door in tried}), 30)
        self.assertGreater(len(tried), 200)
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_r73_the_content_of_a_file_leaves_a_row(self):
        for method, args in (
            ("read", [self.file.ids, ["datas"]]),
            ("read", [self.file.ids, ["raw"]]),
            ("web_read", [self.file.ids, {"datas": {}}]),
            ("search_read", [[("id", "=", self.file.id)], ["datas"]]),
            ("export_data", [self.file.ids, ["datas"]]),
            ("search_count", [[("index_content", "ilike", MARK)]]),
            ("formatted_read_group", [[], [], ["index_content:array_agg"]]),
        ):
            with self.subTest(method=method, args=args), self._undone():
                answer, read = self._read(self.worker_2, "ir.attachment", method, args)
                if answer is not None:
                    self.assertTrue(read & {"ir.attachment", "remediation.case"})

    def test_r55_who_read_a_report_is_seen_by_nobody_it_may_be_about(self):
        self.env["remediation.access.log"].with_user(self.safeguarding)._log(
            self.report
        )
        self.env.cr.precommit.run()
        log = self.env["remediation.access.log"]
        rows = log.search([("model", "=", self.report._name)])
        self.assertTrue(rows)
        domain = [("id", "in", rows.ids)]
        for user in (self.supervisor, self.coordinator, self.data_protection):
            self.assertFalse(log.with_user(user).search(domain), user.login)
        for user in (self.safeguarding, self.auditor):
            self.assertTrue(log.with_user(user).search(domain), user.login)
