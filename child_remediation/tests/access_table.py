"""One table for every model of a module: role × operation × record, both outcomes.

A module's ``tests/test_access.py``::

    @tagged("post_install", "-at_install")
    class TestAccess(AccessTable, RemediationCommon):
        access_module = "savings_group"

        def access_rows(self):
            return [
                self.case_row(
                    "savings.enrolment",
                    lambda case: {"case_id": case.id, "group_id": self.group.id},
                    write={"note": "x"},
                    worker="rwc", auditor="r",
                ),
                Row("savings.group", {"own": group, "other": group_b}, allowed={...}),
            ]

        def test_access_table(self):
            self.check_access_table()

``check_access_table`` fails when a model of the module is missing from the rows.
"""

from dataclasses import dataclass

from odoo.exceptions import AccessError, UserError

#: What may be done, one letter each, and how it is tried.
OPERATIONS = {"r": "read", "s": "search", "w": "write", "c": "create", "u": "unlink"}

#: Cases of :meth:`AccessTable.access_cases` that each role sees.
VISIBLE = {
    "worker": {"own"},
    "worker_2": {"team", "former", "former_partner"},
    "worker_other": {"other_team"},
    "worker_company_b": {"other_company"},
    "supervisor": {
        "own",
        "team",
        "former",
        "former_partner",
        "partner",
        "other_partner",
    },
    "supervisor_other": {"other_team"},
    "coordinator": {
        "own",
        "team",
        "former",
        "former_partner",
        "partner",
        "other_partner",
        "other_team",
    },
    "coordinator_company_b": {"other_company"},
    "portal_manager": {"partner"},
    "portal_manager_other": {"other_partner"},
    "portal_supervisor": {"partner"},
}
for _role in ("monitor", "auditor", "data_protection"):
    VISIBLE[_role] = VISIBLE["coordinator"]
WORKERS = (
    "worker",
    "worker_2",
    "worker_other",
    "worker_company_b",
    "supervisor",
    "supervisor_other",
    "coordinator",
    "coordinator_company_b",
)
PORTAL = ("portal_manager", "portal_manager_other", "portal_supervisor")


@dataclass
class Row:
    """What the roles may do with some records of one model.

    ``records``: ``{key: record}``. ``allowed``: ``{role: {key: "rsw"}}``; what is not
    named is refused. ``write``: harmless values, or a function of a record giving
    them. ``create``: function of a key giving values, or None where the right itself
    is looked at. ``stopped``: operations that a rule of the model may stop with a
    sentence after access was granted.
    """

    model: str
    records: dict
    allowed: dict
    write: object = None
    create: object = None
    stopped: str = ""

    def may(self, role, operation, key):
        return operation in self.allowed.get(role, {}).get(key, "")


class AccessTable:
    """Mixin for a ``RemediationCommon`` test class; see the module's docstring."""

    access_module = None
    #: More roles of a module: names of attributes that hold a user.
    access_extra_roles = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        unvetted = cls._new_manager(
            cls.portal_supervisor_unvetted, cls.team, cls.partner_org
        )
        unvetted.vetting_ids._unprotected().write({"result": "adverse"})
        cls.cases = cls.access_cases()
        cls.env.flush_all()

    @classmethod
    def _people(cls):
        role = ("group_portal_supervisor", cls.partner_org)
        return {**super()._people(), "portal_supervisor_unvetted": role}

    @classmethod
    def access_cases(cls):
        """Return one case per relation to a role. ``former``: passed on by ``worker``;
        ``former_partner``: passed on by ``portal_manager``."""
        cases = {
            "own": cls._new_case(cls.manager),
            "team": cls._new_case(cls.manager_2),
            "other_team": cls._new_case(cls.manager_other),
            "other_company": cls._new_case(cls.manager_company_b),
            "former": cls._new_case(cls.manager),
            "partner": cls._new_case(cls.manager_portal),
            "other_partner": cls._new_case(cls.manager_portal_other),
            "former_partner": cls._new_case(cls.manager_portal),
        }
        for key in ("former", "former_partner"):
            cases[key].with_user(cls.supervisor).action_assign(cls.manager_2.id)
        return cases

    def access_roles(self):
        """Return ``{role: user}``."""
        names = (
            *WORKERS,
            *PORTAL,
            "portal_supervisor_unvetted",
            "monitor",
            "auditor",
            "safeguarding",
            "data_protection",
            "plain_user",
            "admin_like",
            "portal_reporter",
            "portal_provider",
            "portal_observer",
            *self.access_extra_roles,
        )
        return {
            "public": self.env.ref("base.public_user"),
            **{name: getattr(self, name) for name in names},
        }

    def access_rows(self):
        raise NotImplementedError

    # -- building rows ---------------------------------------------------------
    def case_row(
        self,
        model,
        values,
        write=None,
        worker="r",
        portal="r",
        monitor="",
        auditor="r",
        data_protection="r",
        creatable=None,
        records=None,
        stopped="",
        **extra,
    ):
        """A model below the case: whoever sees the case has the letters given, reading
        includes finding.

        :param values: function of a case giving the values of a record
        :param records: ``{key: record}``, where they cannot be made from ``values``
        :param creatable: function of a case giving values for the users' own tries;
            ``values`` where None
        :param extra: letters of a further role on all cases of the first company
        """
        if records is None:
            records = {
                key: self._make_below(model, case, values)
                for key, case in self.cases.items()
            }
        letters = dict.fromkeys(WORKERS, worker) | dict.fromkeys(PORTAL, portal)
        letters |= {
            "monitor": monitor,
            "auditor": auditor,
            "data_protection": data_protection,
            **extra,
        }
        allowed = {
            role: {
                key: given.replace("r", "rs")
                for key in VISIBLE.get(role, VISIBLE["coordinator"])
            }
            for role, given in letters.items()
            if given
        }
        make = creatable or values
        return Row(
            model,
            records,
            allowed,
            write,
            make and (lambda key: make(self.cases[key])),
            stopped,
        )

    def _make_below(self, model, case, values):
        # One company at a time, as its users work.
        records = self.env[model].with_company(case.company_id)
        if "_unprotected" in dir(records):
            records = records._unprotected()
        return records.create(values(case)).with_env(self.env)

    def shared_row(
        self, model, records, write, create, readers, writers="", writer_letters="wc"
    ):
        """Master data: ``records`` has the keys ``here`` (the first company's), ``all``
        (of no company, if there are such) and ``there`` (the other company's).

        :param readers, writers: names of roles
        """
        allowed = {}
        for role in {*readers, *writers}:
            company = "there" if role.endswith("company_b") else "here"
            letters = "rs" + (writer_letters if role in writers else "")
            allowed[role] = {company: letters}
            if "all" in records:
                allowed[role]["all"] = letters
        return Row(model, records, allowed, write, create)

    # -- checking --------------------------------------------------------------
    def access_models(self):
        """Return the names of the module's models that hold data."""
        return {
            name
            for name, model in self.env.registry.items()
            if model._original_module == self.access_module
            and not model._abstract
            and not model._transient
        }

    def check_access_table(self, only=None):
        """:param only: the models whose rows are tried; every row's label is read"""
        rows = self.access_rows()
        named = {row.model for row in rows}
        self.assertFalse(
            self.access_models() - named,
            "These models are missing from the access table of their module.",
        )
        for row in rows:
            for record in row.records.values():
                self.assertTrue(record.display_name, row.model)
        self.env.flush_all()
        problems = []
        # The companies of a user are read once, not for each model.
        roles = {
            role: self.env["res.users"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .env
            for role, user in self.access_roles().items()
        }
        for row in rows:
            if only and row.model not in only:
                continue
            for role, env in roles.items():
                problems += self._check_role(row, role, env)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def _check_role(self, row, role, env):
        self.env.invalidate_all()
        problems = []
        model = env[row.model]

        def judge(operation, key, happened, why=""):
            wanted = row.may(role, operation, key)
            if happened is None and operation in row.stopped:
                happened = wanted
            if happened != wanted:
                problems.append(
                    f"{row.model}: {role} {'must' if wanted else 'must not'} "
                    f"{OPERATIONS[operation]} {key} {why}"
                )

        def tries(key, own):
            """What each operation is tried by, and whether it may change something."""
            yield "r", False, lambda: own.read(["display_name"])
            values = row.write(row.records[key]) if callable(row.write) else row.write
            yield "w", True, values and (lambda: own.write(values))
            yield "u", True, own.unlink
            if row.create and model.has_access("create"):
                values_of_new = row.create(key)
                self.env.flush_all()
                yield "c", True, lambda: model.create(values_of_new)
            else:
                yield "c", True, None

        every = self.env[row.model].union(*row.records.values())
        found = self._find(model, every)
        refused = set()
        for key, record in row.records.items():
            judge("s", key, record.id in found)
            own = model.browse(record.id)
            for operation, changes, action in tries(key, own):
                has_right = model.has_access(OPERATIONS[operation])
                if action is None:
                    judge(operation, key, has_right)
                    continue
                target = model if operation == "c" else own
                if operation in refused and not target.has_access(
                    OPERATIONS[operation]
                ):
                    # It was tried, and refused, on another record; composing the
                    # refusal of each takes half of the test's time.
                    judge(operation, key, False)
                    continue
                happened, why = self._try(action, undo=changes and has_right)
                judge(operation, key, happened, why)
                if happened is False:
                    refused.add(operation)
        return problems

    @staticmethod
    def _find(model, every):
        domain = [("id", "in", every.ids)]
        try:
            found = set(model.with_context(active_test=False).search(domain).ids)
            count = model.with_context(active_test=False).search_count(domain)
        except AccessError:
            return set()
        if count != len(found):
            raise AssertionError(f"{model._name}: counted {count}, found {len(found)}")
        return found

    def _try(self, action, undo):
        """Return whether it happened, and what was said otherwise; undo it."""
        savepoint = undo and self.env.cr.savepoint()
        try:
            action()
            if undo:
                self.env.flush_all()
            return True, ""
        except AccessError:
            return False, "(refused)"
        except UserError as error:
            return None, f"(another error: {error})"
        finally:
            if undo:
                savepoint.close(rollback=True)
                self.env.invalidate_all()


class RuleTable:
    """Checks of access lines and record rules of a module, by reading them."""

    #: Models that a coordinator may delete from: they hold no facts about anybody.
    deletable = frozenset()

    def check_rights(self):
        """No line without a group, none that deletes, a rule for every model that has
        lines, no rule that spares unlink (R26b)."""
        problems = []
        for name in sorted(self.access_models()):
            lines = self.env["ir.model.access"].search([("model_id.model", "=", name)])
            rules = self.env["ir.rule"]
            rules = rules.search(
                [("model_id.model", "in", (name, *rules._owners_of(name)))]
            )
            company = self.env[name]._fields.get("company_id")
            if (
                company
                and company.store
                and not rules.filtered(
                    lambda rule: (
                        not rule.groups and "'company_id', 'in', " in rule.domain_force
                    )
                )
            ):
                problems.append(f"{name}: the rows of every company")
            if lines and not rules:
                problems.append(f"{name}: access lines but no rule")
            if lines.filtered(lambda line: not line.group_id):
                problems.append(f"{name}: an access line for everybody")
            if lines.filtered("perm_unlink") and name not in self.deletable:
                problems.append(f"{name}: an access line that deletes")
            if rules.filtered(lambda rule: not rule.perm_unlink):
                problems.append(f"{name}: a rule with perm_unlink=False")
            portal = lines.filtered(
                lambda line: (
                    line.group_id
                    and line.group_id.name
                    and self.env.ref("base.group_portal")
                    in line.group_id.all_implied_ids
                )
            )
            if portal.filtered(
                lambda a: a.perm_write or a.perm_create or a.perm_unlink
            ):
                problems.append(f"{name}: the portal may change it by RPC")
            sensitive = getattr(
                self.env.registry[name], "_remediation_sensitive", False
            )
            if sensitive:
                problems += self._rungs_without_rule(name, lines, rules)
        self.assertFalse(problems, "\n".join(problems))

    @staticmethod
    def _rungs_without_rule(name, lines, rules):
        """A group that has a line but no rule of its own sees every row."""
        global_narrow = rules.filtered(
            lambda rule: not rule.groups and "company_ids" not in rule.domain_force
        )
        return [
            f"{name}: {line.group_id.display_name} has an access line but no rule"
            for line in lines
            if not (line.group_id.all_implied_ids & rules.groups) and not global_narrow
        ]

    def check_case_rules(self):
        """The rules of a case hold for every model below it (R27)."""
        problems = []
        for name in sorted(self.access_models()):
            if "remediation.case.owned" not in self._parents(name):
                continue
            model = self.env[name]
            if model._rules_of != "remediation.case":
                problems.append(f"{name}: its rules are not those of the case")
            for column in ("company_id", "user_id", "team_id", "organisation_id"):
                if not model._fields[column].store:
                    problems.append(f"{name}.{column} is no column")
        self.assertFalse(problems, "\n".join(problems))

    def _parents(self, name):
        return {getattr(cls, "_name", None) for cls in self.env.registry[name].__mro__}
