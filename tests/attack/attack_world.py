"""The world that the attacks are made on: one child's file full of marked words, and
everybody who may not read it.

What is attacked is found by itself: every model of the product, every method of theirs
that can be called from outside, every route. A new model below a case that no record
is made for here fails ``test_attack_rpc``.
"""

import contextlib
import functools
import inspect
import json

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import SQL

from odoo.addons.case_referral.tests.common import ReferralCommon
from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.remediation_base.tests.worlds import made_once

#: Every marked word begins with it; random text never holds so long a word. Words of
#: identity fields begin with the second.
MARK = "zqzmarkzqz"
IDENTITY = f"{MARK}ident"
TEXTS = ("char", "text", "html")
NUMBERS = ("integer", "float", "monetary")
#: Rows of the child's file outside the models below a case.
BESIDES = (
    "remediation.beneficiary",
    "remediation.household",
    "remediation.household.member",
    "remediation.case",
)
#: Models below a case of which the target has no record, and why.
NOT_MADE = {
    "cash.transfer.verification.answer": "is asked about money that was paid",
    "remediation.break.glass": "would open the file to somebody",
}
LOGGERS = (
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.models",
    "odoo.sql_db",
    "odoo.orm.models",
)
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


class AttackWorld(ReferralCommon, CashCommon):
    """``target`` is held by ``worker_2``; ``worker``, ``portal_manager`` and the school
    had a part in it once. ``outsiders`` have none today."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    @classmethod
    def _make_world(cls):
        cls.product = set(
            cls.env["ir.module.module"]
            .search(
                [
                    ("state", "=", "installed"),
                    ("author", "=", "Child Remediation contributors"),
                ]
            )
            .mapped("name")
        )
        cls._fill_target()
        cls._make_missing()
        cls.own = {
            "worker": cls._new_case(cls.manager),
            "worker_other": cls._new_case(cls.manager_other),
            "worker_company_b": cls._new_case(cls.manager_company_b),
            "portal_manager": cls._new_case(cls.manager_portal),
            "portal_manager_other": cls._new_case(cls.manager_portal_other),
        }
        cls.public = cls.env.ref("base.public_user")
        cls.outsiders = {
            name: getattr(cls, name)
            for name in (
                "worker",
                "worker_other",
                "worker_company_b",
                "supervisor_other",
                "coordinator_company_b",
                "portal_manager",
                "portal_manager_other",
                "portal_supervisor",
                "portal_reporter",
                "portal_provider",
                "school_user",
                "portal_observer",
                "plain_user",
                "admin_like",
                "savings_agent",
                "savings_manager",
                "finance",
                "public",
            )
        }
        #: Duties that read some of it: money by code, rows without names.
        cls.partly = {
            "officer": cls.officer,
            "approver": cls.approver,
            "releaser": cls.releaser,
            "reconciler": cls.reconciler,
        }
        cls.nameless = {
            name: getattr(cls, name)
            for name in ("monitor", "auditor", "data_protection", "safeguarding")
        }
        cls.env.flush_all()
        cls._mark()
        cls.env.invalidate_all()

    # -- the file --------------------------------------------------------------
    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "savings_agent": "savings_group.group_field_agent",
            "savings_manager": "savings_group.group_savings_manager",
            "finance": "account.group_account_invoice",
            "exporter": "child_remediation.group_export",
        }

    @classmethod
    def _fill_target(cls):
        case = cls.target = cls._new_case(cls.manager_portal, site_id=cls.site.id)
        child = case.beneficiary_id
        child.write(
            {"nickname": "x", "national_id": "x", "photo": PICTURE, "last_grade": "x"}
        )
        caregiver = cls._caregiver(case)
        caregiver.write({"phone": "+243 1", "livelihood": "x"})
        cls._consent(case)
        cls.referral = cls._referral(case, user=cls.env.user, message="x", reason="x")
        cls.referral.action_send()
        cls.package = cls.referral.package_id
        cls.package.with_user(cls.school_user).portal_accept()
        for manager in (cls.manager, cls.manager_2):
            case.with_user(cls.supervisor).action_assign(manager.id)
        cls._active_plan(case, actions=("education", "savings_group"))
        cls._visit(case)
        as_holder = case.with_user(cls.worker_2)
        cls.message = as_holder._by_code().message_post(body="x").sudo()
        cls.activity = as_holder.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.worker_2.id
        ).sudo()
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "file.txt",
                "raw": f"{IDENTITY} of a file".encode(),
                "res_model": case._name,
                "res_id": case.id,
            }
        )
        cls.env["remediation.note"].with_user(cls.worker_2).create(
            {"case_id": case.id, "text": "x", "subject": "x"}
        )
        cls.env["remediation.age.check"].create(
            {
                "case_id": case.id,
                "method": "caregiver",
                "age_found": child.age_estimated or 12,
            }
        )
        cls.env["remediation.workforce.list"]._unprotected(
            "remediation.workforce.person"
        ).create(
            {
                "site_id": cls.site.id,
                "team_id": case.team_id.id,
                "user_id": cls.worker_2.id,
                "person_ids": [
                    Command.create(
                        {"worker_name": "x", "worker_code": "x", "case_id": case.id}
                    )
                ],
            }
        )
        # Only who may work is moved to a safe task.
        age, child.age_estimated = child.age_estimated, 17
        cls.env["remediation.task.move"].create(
            {
                "case_id": case.id,
                "date": cls.today,
                "task_before": "x",
                "task_after": "x",
            }
        )
        child.age_estimated = age
        cls.entitlement = cls._new_entitlement(case)
        cls.plan = cls._lock(cls._new_plans(cls._new_cycle())[:1])
        cls.savings = (
            cls.env["savings.group"]
            .with_user(cls.savings_agent)
            .create(
                {
                    "label": "Tujenge",
                    "member_ids": [Command.create({"full_name": "Member one"})],
                }
            )
        )
        cls.savings.action_new_cycle()
        cls.savings.current_cycle_id.action_start()
        cls.env["savings.enrolment"].create(
            {
                "case_id": case.id,
                "action_id": case.plan_action_ids.filtered(
                    lambda action: action.domain == "savings_group"
                ).id,
                "caregiver_id": caregiver.id,
                "group_id": cls.savings.id,
            }
        )
        cls.concern = (
            cls.env["remediation.concern"]
            ._unprotected()
            .create(
                {
                    "work_observed": "x",
                    "child_nickname": "x",
                    "case_id": case.id,
                    "state": "accepted",
                }
            )
            .with_env(cls.env)
        )
        reports = cls.env["remediation.safeguarding.report"]
        cls.report = reports.search(
            [("name", "=", reports.file_report({"description": "x"}))]
        )
        # With the case: without one it is in the queue of every supervisor.
        cls.complaint = cls.env["remediation.complaint"].create(
            {"description": "x", "category": "service", "case_id": case.id}
        )
        remedy = cls.complaint.remedy_ids.create(
            {
                "complaint_id": cls.complaint.id,
                "form": "satisfaction",
                "description": "x",
                "contributor_ids": [
                    Command.create({"partner_id": cls.school.id, "share": 100.0})
                ],
            }
        )
        respondent = cls.complaint.respondent_ids.create(
            {"complaint_id": cls.complaint.id, "kind": "financier", "response": "x"}
        )
        person = cls.env["remediation.person.of.interest"].create({"full_name": "x"})
        person.role_ids.create(
            {"case_id": case.id, "person_id": person.id, "role": "recruiter"}
        )
        # For one matter: no column says so, a constraint does.
        matter = cls.env["remediation.legal.matter"].create(
            {"case_id": case.id, "kind": "civil"}
        )
        cls.env["remediation.recovery"].create({"matter_id": matter.id, "amount": 1.0})
        #: Rows of the file that hang on no case, by their model.
        cls.beside = {
            record._name: record.ids
            for record in (remedy, remedy.contributor_ids, respondent, person)
        }
        cls.env["remediation.data.breach"].create({"description": "x"})
        cls.env["remediation.subject.request"].create(
            {"beneficiary_id": child.id, "note": "x", "requested_by": "x"}
        )
        # The school was trusted once; its days to read on are over (R28).
        cls.company.referral_view_days = 0
        cls.referral.with_user(cls.supervisor).action_revoke("no more")

    @classmethod
    def _make_missing(cls):
        """One record of every other model below a case, from what it requires."""
        cls.not_made = {}
        waiting = [
            name
            for name in cls._owned_models()
            if name not in NOT_MADE and not cls._target_rows(name)[1]
        ]
        for attempt in range(4):  # some hang on others, some ask for numbers
            for name in list(waiting):
                model = cls.env[name].sudo()
                if hasattr(model, "_unprotected"):
                    model = model._unprotected()
                try:
                    with cls.env.cr.savepoint():
                        model.create(cls._required_values(model, number=attempt % 2))
                        cls.env.flush_all()
                except Exception as error:  # noqa: BLE001 - listed by the test
                    cls.not_made[name] = str(error)
                else:
                    waiting.remove(name)
                    cls.not_made.pop(name, None)

    @classmethod
    def _required_values(cls, model, number=0):
        values = {"case_id": cls.target.id} if "case_id" in model._fields else {}
        for name, field in model._fields.items():
            if name in values or name in models_magic() or field.compute:
                continue
            if field.type == "many2one" and field.comodel_name in cls.env:
                owned = field.comodel_name in cls._owned_models()
                if not (field.required or owned):
                    continue
                if field.comodel_name == "res.company":
                    values[name] = cls.company.id
                    continue
                found = cls.env[field.comodel_name].sudo()
                domain = [("case_id", "=", cls.target.id)] if owned else []
                record = found.search(domain, limit=1)
                if not record and field.required:
                    if hasattr(found, "_unprotected"):
                        found = found._unprotected()
                    record = found.create(cls._required_values(found, number))
                values[name] = record.id
            elif field.type == "many2one_reference" and field.required:
                values[name] = cls.target.id
                values[field.model_field] = cls.target._name
            elif number and field.required and field.type in NUMBERS:
                values[name] = number
            elif not field.required or field.default:
                continue
            elif field.type == "selection":
                values[name] = field.get_values(cls.env)[0]
            elif field.type in ("date", "datetime"):
                values[name] = cls.today
            elif field.type in TEXTS:
                values[name] = "x"
        return values

    # -- what there is -----------------------------------------------------------
    @classmethod
    def _product_models(cls, transient=None):
        """Names of the product's models with a table."""
        return [
            name
            for name in sorted(cls.env.registry)
            if cls.env[name]._original_module in cls.product
            and not cls.env[name]._abstract
            and (transient is None or cls.env[name]._transient == transient)
        ]

    @classmethod
    def _owned_models(cls):
        return [
            name
            for name in cls._product_models(transient=False)
            if name != "remediation.case"
            and cls.env[name]._auto
            and "case_id" in cls.env[name]._fields
            and cls.env[name]._fields["case_id"].store
            and cls.env[name]._fields["case_id"].comodel_name == "remediation.case"
        ]

    @classmethod
    def _target_rows(cls, name):
        """``(condition, ids)`` of the target's rows of a model."""
        child = cls.target.beneficiary_id
        ids = {
            "remediation.case": cls.target.ids,
            "remediation.beneficiary": child.ids,
            "remediation.household": child.household_id.ids,
            "remediation.household.member": child.household_id.member_ids.ids,
            "remediation.safeguarding.report": cls.report.ids
            if hasattr(cls, "report")
            else [],
            "remediation.complaint": cls.complaint.ids
            if hasattr(cls, "complaint")
            else [],
            **getattr(cls, "beside", {}),
            "remediation.subject.request": cls.env["remediation.subject.request"]
            .search([])
            .ids,
            "remediation.data.breach": cls.env["remediation.data.breach"]
            .search([])
            .ids,
        }.get(name)
        if ids is not None:
            return SQL("id = ANY(%s)", ids), ids
        cls.env.flush_all()
        condition = SQL("case_id = %s", cls.target.id)
        rows = cls.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s",
                SQL.identifier(cls.env[name]._table),
                condition,
            )
        )
        return condition, [row[0] for row in rows]

    @classmethod
    def _target_models(cls):
        return sorted(
            {
                *BESIDES,
                *cls._owned_models(),
                *cls.beside,
                "remediation.safeguarding.report",
                "remediation.complaint",
                "remediation.subject.request",
                "remediation.data.breach",
            }
            - {"remediation.access.log"}
        )

    @classmethod
    def _mark(cls):
        """Write a marked word into every text of the file, past every rule."""
        # Evidence takes it from the one procedure that its triggers know alone (R74).
        with cls.env["remediation.note"]._erasing("marks of the attack"):
            cls._mark_rows()

    @classmethod
    def _mark_rows(cls):
        cls.rows = {}
        for name in cls._target_models():
            model = cls.env[name]
            condition, ids = cls._target_rows(name)
            cls.rows[name] = ids
            sets = []
            for field in model._fields.values():
                if (
                    field.type not in TEXTS
                    or not field.store
                    or not field.column_type
                    or field.translate
                    or (field.related and not field.store)
                ):
                    continue
                prefix = IDENTITY if cls._is_hidden(model, field) else MARK
                if field.name == "name":
                    prefix = f"{MARK}code"
                word = f"{prefix}{model._table}{field.name}".replace("_", "")
                sets.append(
                    SQL(
                        "%s = %s || id::text",
                        SQL.identifier(field.name),
                        word,
                    )
                )
            if sets and ids:
                cls.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE %s",
                        SQL.identifier(model._table),
                        SQL(", ").join(sets),
                        condition,
                    )
                )
        cls.env.cr.execute(
            "UPDATE remediation_referral_package SET data = %s WHERE case_id = %s",
            [
                json.dumps([{"key": "first_name", "value": f"{IDENTITY}package"}]),
                cls.target.id,
            ],
        )
        log = cls.target.message_ids.ids
        cls.env.cr.execute(
            "UPDATE mail_message SET body = %s, subject = %s WHERE id = ANY(%s)",
            [f"{MARK}body", f"{MARK}subject", log],
        )
        cls.env.cr.execute(
            "UPDATE mail_activity SET summary = %s, note = %s, res_name = %s "
            "WHERE res_model = 'remediation.case' AND res_id = %s",
            [f"{MARK}summary", f"{MARK}note", f"{MARK}activity", cls.target.id],
        )
        cls.env.cr.execute(
            "UPDATE ir_attachment SET name = %s WHERE id = ANY(%s)",
            [f"{MARK}file.txt", cls.file.ids],
        )

    @classmethod
    def _is_hidden(cls, model, field):
        """Whether nobody who works without names may read the field."""
        return field.groups and not any(
            model.with_user(user)._has_field_access(field, "read")
            for user in cls.nameless.values()
        )

    def _public_methods(self, name):
        """``(name, function)`` of what the product adds and can be called remotely."""
        seen = set()
        for cls in type(self.env[name]).__mro__:
            module = getattr(cls, "__module__", "")
            if not module.startswith("odoo.addons."):
                continue
            if module.split(".")[2] not in self.product:
                continue
            for method, function in vars(cls).items():
                if (
                    method.startswith("_")
                    or method in seen
                    or not inspect.isfunction(function)
                    or method
                    in ("create", "write", "unlink", "copy", "lock_for_update")
                ):
                    continue
                seen.add(method)
                yield method, function

    def _arguments(self, function):
        guesses = {
            "reason": "forged",
            "code": f"{MARK}code",
            "values": {},
            "vals": {},
            "domain": [],
            "fields": ["display_name"],
            "month": str(self.today)[:7],
            "limit": 5,
            "rows": {str(self.package.id): {"days_open": 0}},
            "content": b"x",
            "kind": "medical",
            "risk_level": "high",
            "outcome": "given",
            "result": "done",
            "partner_ids": [],
            "file_id": self.file.id,
            "case_manager_id": self.manager_other.id,
            "consent_id": self.rows["remediation.consent"][0],
            "action_id": self.rows["remediation.plan.action"][0],
            "referral_id": self.referral.id,
        }
        args = []
        for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if name in guesses:
                args.append(guesses[name])
            elif name.endswith("_id"):
                args.append(self.target.id)
            elif "date" in name or name in ("day", "until", "on", "done_on"):
                args.append(str(self.today))
            elif parameter.default is not parameter.empty:
                args.append(parameter.default)
            else:
                args.append("forged")
        return args, {}

    # -- finding out -------------------------------------------------------------
    def _snapshot(self):
        """A digest of everything in the target's file."""
        self.env.flush_all()
        return dict(self.env.execute_query(self._snapshot_query))

    @functools.cached_property
    def _snapshot_query(self):
        owned = set(self._owned_models())
        parts = [
            SQL(
                "SELECT %s AS t, md5(string_agg(r::text, '|' ORDER BY r.id)) "
                "FROM %s r WHERE r.%s",
                name,
                SQL.identifier(self.env[name]._table),
                SQL("case_id = %s", self.target.id)
                if name in owned
                else SQL("id = ANY(%s)", self.rows[name]),
            )
            for name in self._target_models()
        ]
        parts += [
            SQL(
                "SELECT 'mail_message', md5(string_agg(concat(id, body), '|' "
                "ORDER BY id)) FROM mail_message WHERE model = 'remediation.case' "
                "AND res_id = %s",
                self.target.id,
            ),
            SQL(
                "SELECT 'mail_activity', md5(string_agg(concat(id, summary, user_id), "
                "'|' ORDER BY id)) FROM mail_activity WHERE "
                "res_model = 'remediation.case' AND res_id = %s",
                self.target.id,
            ),
            SQL(
                "SELECT 'mail_followers', count(*)::text FROM mail_followers WHERE "
                "res_model = 'remediation.case' AND res_id = %s",
                self.target.id,
            ),
            SQL(
                "SELECT 'ir_attachment', md5(string_agg(concat(id, name, res_model, "
                "res_id, access_token, public, checksum), '|' ORDER BY id)) "
                "FROM ir_attachment WHERE id = %s OR "
                "(res_model = 'remediation.case' AND res_id = %s)",
                self.file.id,
                self.target.id,
            ),
        ]
        return SQL(" UNION ALL ").join(parts)

    def _changed(self, before):
        """What of the file is another than before. PostgreSQL counts what this
        transaction wrote, undone or not: where it counts no more, nothing is read."""
        self.env.flush_all()
        written = self.env.execute_query(self._written_query)
        if written == self._last_written:
            return []
        self._last_written = written
        after = self._snapshot()
        return sorted(name for name in after if after[name] != before.get(name))

    _last_written = None

    @functools.cached_property
    def _written_query(self):
        tables = [self.env[name]._table for name in self._target_models()]
        tables += ["mail_message", "mail_activity", "mail_followers", "ir_attachment"]
        return SQL(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) "
            "+ pg_stat_get_xact_tuples_updated(oid) "
            "+ pg_stat_get_xact_tuples_deleted(oid)) "
            "FROM pg_class WHERE relname = ANY(%s)",
            tables,
        )

    def _leaks(self, answer, words=(MARK,)):
        """The marked words in an answer, whatever it is."""
        if isinstance(answer, bytes):
            text = answer.decode("utf-8", "replace")
        elif isinstance(answer, str):
            text = answer
        else:
            text = json.dumps(answer, default=str, ensure_ascii=False)
        text = text.casefold()
        if not any(word in text for word in words):
            return ""
        place = min(text.find(word) for word in words if word in text)
        return text[place : place + 60]

    def _call(self, user, model, method, args=(), kwargs=None):
        """A remote call as the web client, ``/json/2`` and XML-RPC make it."""
        return call_kw(self.env(user=user.id)[model], method, list(args), kwargs or {})

    @contextlib.contextmanager
    def _undone(self):
        """Nothing of what happens inside stays."""
        savepoint = self.env.cr.savepoint(flush=False)
        known = {*self.env.transaction.envs}
        try:
            yield
        finally:
            # Thousands of environments that nobody uses would be looked through.
            self.env.transaction.envs.clear()
            self.env.transaction.envs.update(known)
            self.env.invalidate_all(flush=False)
            self.env.cr.precommit.clear()
            savepoint.rollback()
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    def _try(self, user, model, method, args=(), kwargs=None, refused=UserError):
        """The answer of a call, or None where it was refused."""
        try:
            return self._call(user, model, method, args, kwargs)
        except refused:
            return None
        except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
            return None  # not understood: that is a refusal too

    def assertNothing(self, problems):
        self.assertFalse(problems, "\n" + "\n".join(sorted(set(problems))[:60]))

    def _plus_days(self, days):
        return fields.Date.add(self.today, days=days)


def models_magic():
    return {"id", "create_uid", "create_date", "write_uid", "write_date"}
