import re
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_exchange.tools import primero, source
from odoo.addons.case_referral.controllers.case import READ, SECTIONS
from odoo.addons.case_referral.tests.test_portal import PortalCommon
from odoo.addons.child_remediation.models.case.remediation_case_disclosure import (
    FREE_TEXT,
    ITEM_FIELDS,
)

PICTURE = PortalCommon.picture()
#: What each side of the comparison says in a text; none of it may come out.
WORDS = ("Zanzibari", "Quetzalco")
TEXTS = ("char", "text")

#: The doors that tell these words where nothing is withheld.
TELL = {
    "report_plan_document",
    "report_visit_document",
    "report_case_transfer_document",
    "report_case_file_document",
    "report_case_plan_document",
    "emergency",
    "table",
    "htcds",
    "primero",
}


@tagged("post_install", "-at_install")
class TestR71Withheld(PortalCommon):
    """What a family withholds changes nothing of what comes out of any door.

    Everything is withheld, then every column that the one table names gets another
    value: no page, sheet, package, message or file may differ by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager, site_id=cls.site.id)
        cls.case.area_id = cls.city
        cls.family = cls.case.household_id.member_ids
        cls.consents = cls._consent(cls.case, "services", "share_with_org", "reporting")
        cls.situation = cls.env["remediation.work.situation"].create(
            {"case_id": cls.case.id, "works": "yes", "site_id": cls.site.id}
        )
        cls.plan = cls._active_plan(cls.case)
        cls.visit = cls._visit(cls.case, working="no", child_seen="yes")
        cls.note = cls.env["remediation.note"].create(
            {"case_id": cls.case.id, "text": "x"}
        )
        cls.referral = cls._referral(cls.case, cls.clinic)
        cls.referral.action_send()

    def _withhold_everything(self):
        items = self.env["remediation.disclosure.item"].search([])
        self._consent(
            self.case,
            "photo",
            withhold_item_ids=[Command.set(items.ids)],
            withhold_from_ids=[
                Command.set(
                    (
                        self.partner_org
                        | self.partner_org_b
                        | self.clinic
                        | self.worker_other.partner_id
                        | self.worker_2.partner_id
                    ).ids
                )
            ],
        )

    def _rows(self, model):
        if model == "remediation.beneficiary":
            return self.case.beneficiary_id
        if model == "remediation.household":
            return self.case.household_id
        if model == "remediation.household.member":
            return self.family
        if model == "remediation.case":
            return self.case
        records = self.env.get(model)
        if records is None or "case_id" not in records._fields:
            return self.env["remediation.note"]
        return records.with_context(active_test=False).search(
            [("case_id", "=", self.case.id)]
        )

    def _fill(self, side):
        """Give every column of the table a value of its own on each side."""
        self.env.flush_all()
        filled = set()
        for table in (*ITEM_FIELDS.values(), FREE_TEXT):
            for model, names in table.items():
                rows = self._rows(model)
                for name in names:
                    field = rows._fields.get(name)
                    if (
                        not rows
                        or not field
                        or not field.store
                        or not field.column_type
                    ):
                        continue
                    if name in ("user_id", "author_id", "site_id", "area_id"):
                        continue
                    value = None
                    if field.type in ("char", "text"):
                        value = WORDS[side]
                    elif field.type == "selection":
                        choices = field.get_values(self.env)
                        value = choices[0 if side else -1]
                    elif field.type in ("integer", "float", "monetary"):
                        value = 3 + side
                    elif field.type == "boolean":
                        value = bool(side)
                    elif field.type == "date":
                        value = self.today - timedelta(days=4000 + 800 * side)
                    if value is None:
                        continue
                    self.env.cr.execute(
                        f'UPDATE "{rows._table}" SET "{name}" = %s WHERE id = ANY(%s)',
                        (value, rows.ids),
                    )
                    filled.add((model, name))
        self.env.invalidate_all()
        return filled

    def _doors(self):
        """``{door: what comes out of it}`` for everybody who is no holder."""
        out = {}
        report = self.env["ir.actions.report"].with_user(self.worker)
        for name, records in (
            ("report_consent_document", self.case.consent_ids),
            ("report_plan_document", self.plan),
            ("report_visit_document", self.visit),
            ("report_case_conference_document", self.case),
            ("report_case_transfer_document", self.case),
            ("report_case_file_document", self.case),
            ("report_case_plan_document", self.case),
            ("report_case_consent_document", self.case),
        ):
            page, _kind = report._render_qweb_html(
                f"child_remediation.{name}", records.ids
            )
            out[name] = page.decode()
        glass = self.env["remediation.break.glass"].with_user(self.worker_other)
        if not self.glass:
            self.glass = glass.browse(
                glass.open_case(self.case.name, "The child is at the police station.")
            )
        self.glass.invalidate_recordset()
        out["emergency"] = str(self.glass.sheet)
        self.handover.invalidate_recordset()
        out["handover"] = str(self.handover.with_user(self.worker_2).sheet)
        self.authenticate("clinic_user", "clinic_user")
        for path in ("/my/remediation", "/my/remediation/referrals"):
            out[path] = self.get(path).text
        url = f"/my/remediation/referral/{self.referral.name}"
        out["package"] = self.get(url).text
        for layout in ("table", "htcds", "primero"):
            out[layout] = self._export(layout)
        return {
            door: re.sub(r'name="csrf_token" value="[^"]+"|Printed\s.*', "", text)
            for door, text in out.items()
        }

    def _export(self, layout):
        columns = self.env["remediation.export.column"].search([])
        exporter = self.coordinator
        exporter.group_ids |= self.env.ref("child_remediation.group_export")
        export = (
            self.env["remediation.export"]
            .with_user(exporter)
            .sudo()
            ._unprotected()
            .create(
                {
                    "user_id": exporter.id,
                    "company_id": self.company.id,
                    "domain": "[]",
                    "file_format": "csv",
                    "layout": layout,
                    "is_identified": True,
                    "column_keys": columns.mapped("key"),
                }
            )
            .with_user(exporter)
        )
        domain = [("id", "=", self.case.id)]
        if layout == "primero":
            records = primero.records_of(
                self.case.with_user(exporter), True, self.today
            )
            hidden = export._withheld(domain).get(self.case.id, {})
            return repr([primero.without(record, hidden) for record in records])
        keys = [key for key in source.SOURCES if key != "id"]
        return repr(list(export._facts(domain, keys, self.today)))

    def test_r71_no_door_tells_what_is_withheld(self):
        self.glass = None
        self.case.with_user(self.supervisor).action_assign(self.manager_2.id)
        self.case.with_user(self.supervisor).action_assign(self.manager.id)
        self.case.with_user(self.supervisor).action_grant_handover(self.worker_2.id, 7)
        self.handover = self.env["remediation.handover"].search(
            [("case_id", "=", self.case.id)]
        )
        filled = self._fill(0)
        told = self._doors()
        self.assertLessEqual(
            TELL, {door for door, text in told.items() if WORDS[0] in text}
        )
        self._withhold_everything()
        self.assertEqual(self._fill(0), filled)
        first = self._doors()
        self.assertEqual(self._fill(1), filled)
        second = self._doors()
        self.assertGreater(len(filled), 60)
        for door, text in first.items():
            with self.subTest(door=door):
                self.assertTrue(text.strip())
                for word in WORDS:
                    self.assertNotIn(word, text)
                    self.assertNotIn(word, second[door])
                self.assertEqual(text, second[door])

    def test_r71_no_message_tells_what_is_withheld(self):
        """Chatter, mails, activities and what a phone shows of them: whatever is done
        with the case afterwards."""
        self._withhold_everything()
        self._fill(0)
        models = [
            self.env[name].sudo().with_context(active_test=False)
            for name in ("mail.message", "mail.mail", "mail.activity")
        ]
        before = [model.search([], order="id desc", limit=1).id for model in models]
        case = self.case.with_user(self.supervisor)
        case.action_assign(self.manager_2.id)
        case.action_assign(self.manager.id)
        case.action_grant_handover(self.worker_2.id, 7)
        again = self._referral(self.case, self.school)
        again.with_user(self.worker).action_send()
        for model, cron in (
            ("remediation.deadline", "_cron_watch"),
            ("remediation.consent", "_cron_warn"),
            ("remediation.case.manager", "_cron_expire"),
        ):
            with patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 60.0
            ):
                getattr(self.env[model], cron)()
        self.env.cr.precommit.run()
        self.env.flush_all()
        told = []
        for model, last in zip(models, before, strict=True):
            texts = [
                name
                for name, field in model._fields.items()
                if field.store and field.type in ("char", "text", "html")
            ]
            for row in model.search([("id", ">", last or 0)]).read(texts):
                told.append(" ".join(str(row[name]) for name in texts))
        self.assertGreater(len(told), 3)
        for text in told:
            for word in WORDS:
                self.assertNotIn(word, text)

    def _hold_by_override(self):
        self.case.with_user(self.supervisor).action_assign(
            self.manager_portal.id,
            override_reason="Nobody else is near, and the child asked for this worker.",
        )
        self.manager_portal.user_id.partner_id.parent_id = self.partner_org

    def _holder_doors(self):
        """``{door: what comes out of it}`` for the portal manager who holds the case
        although everything is withheld from their organisation."""
        user, out = self.portal_manager, {}
        self.authenticate(user.login, user.login)
        page = f"/my/remediation/case/{self.case.name}"
        paths = ["/my/remediation", "/my/remediation/cases", page]
        paths += [f"{page}/{section}" for section in SECTIONS if section != "danger"]
        paths += [
            f"{page}/read/{section}/{record.id}"
            for section, link in READ.items()
            for record in self.case[link]
        ]
        for path in paths:
            out[path] = self.get(path).text
        tables = {}
        for table in (*ITEM_FIELDS.values(), FREE_TEXT):
            for name, names in table.items():
                tables.setdefault(name, set()).update(names)
        for name, names in tables.items():
            rows = self._rows(name)
            model = self.env[name].with_user(user)
            if not rows or not model.has_access("read") or name == "ir.attachment":
                continue
            names = [
                field
                for field in sorted(names & model._fields.keys())
                if model._has_field_access(model._fields[field], "read")
                and model._fields[field].type != "binary"
            ]
            domain = [("id", "in", rows.ids)]
            out[f"search_read {name}"] = repr(model.search_read(domain, names))
            out[f"web_read {name}"] = repr(
                model.browse(rows.ids).web_read(dict.fromkeys(names, {}))
            )
            for field in names:
                known = model._fields[field]
                if not known.store or not known.column_type:
                    continue
                if known.type in ("properties", "json"):
                    continue
                out[f"group {name}.{field}"] = repr(
                    model.formatted_read_group(
                        domain,
                        [f"{field}:month" if known.type == "date" else field],
                        ["__count"],
                    )
                )
                out[f"search {name}.{field}"] = repr(
                    [
                        model.search_count([*domain, (field, "=", value)])
                        for value in (WORDS if known.type in TEXTS else (3, 4))
                    ]
                    if known.type in (*TEXTS, "integer", "float", "boolean")
                    else []
                )
        return {
            door: re.sub(r'name="csrf_token" value="[^"]+"|__domain.*?\]', "", text)
            for door, text in out.items()
        }

    def test_r71_who_holds_it_by_override_reads_it_by_no_door(self):
        self._hold_by_override()
        told = self._holder_doors()
        self.assertEqual(self.case.user_id, self.portal_manager)
        self._fill(0)
        told = self._holder_doors()
        words = {door for door, text in told.items() if WORDS[0] in text}
        self.assertGreater(len(words), 20)
        self.assertIn("search_read remediation.beneficiary", words)
        self._withhold_everything()
        self._fill(0)
        first = self._holder_doors()
        self._fill(1)
        second = self._holder_doors()
        problems = [
            door
            for door, text in first.items()
            if text != second[door] or any(word in text for word in WORDS)
        ]
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_r71_a_paper_of_the_case_is_closed_to_that_holder(self):
        self._hold_by_override()
        paper = self.env["ir.attachment"].create(
            {
                "name": "paper.txt",
                "raw": b"x",
                "res_model": self.case._name,
                "res_id": self.case.id,
            }
        )
        binary = self.env["ir.binary"].with_user(self.portal_manager)
        binary._log_download(paper.with_user(self.portal_manager))
        cases = self.env["remediation.case"].with_user(self.portal_manager)
        self.assertEqual(cases.portal_read_file(paper.id)[1], b"x")
        self._withhold_everything()
        with self.assertRaisesRegex(AccessError, "asked that you are not told"):
            binary._log_download(paper.with_user(self.portal_manager))
        with self.assertRaisesRegex(AccessError, "asked that you are not told"):
            cases.portal_read_file(paper.id)

    def test_r08_a_withholding_is_lifted_by_a_step(self):
        self._withhold_everything()
        consent = self.case.consent_ids._withholding()
        clinic = self.clinic
        self.assertTrue(self.case._disclosure_withheld(clinic)[self.case.id])
        for user in (self.worker, self.supervisor_other, self.monitor):
            with self.assertRaises(AccessError, msg=user.login):
                consent.with_user(user).action_lift_withholding("child", "x")
        as_supervisor = consent.with_user(self.supervisor)
        with self.assertRaises(UserError):
            as_supervisor.action_lift_withholding("child", " ")
        as_supervisor.action_lift_withholding("child", "The clinic has to know.")
        self.assertFalse(self.case._disclosure_withheld(clinic)[self.case.id])
        self.assertEqual(consent.lifted_by_id, self.supervisor)
        self.assertTrue(consent.lifted_on)
        self.assertEqual(consent.lifted_with, "child")
        with self.assertRaises(UserError):
            as_supervisor.action_lift_withholding("child", "Twice.")

    def test_r08_nobody_lifts_what_is_withheld_from_themselves(self):
        self._withhold_everything()
        consent = self.case.consent_ids._withholding()
        self.env.cr.execute(
            "INSERT INTO remediation_consent_withhold_rel VALUES (%s, %s)",
            [consent.id, self.supervisor.partner_id.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(AccessError, "asked that you are not told"):
            consent.with_user(self.supervisor).action_lift_withholding("child", "x")

    def test_r08_a_renewed_consent_lifts_it(self):
        self._withhold_everything()
        before = self.case.consent_ids._withholding()
        self._consent(self.case, "photo", lifts_earlier=True)
        self.assertTrue(before.lifted_on)
        self.assertFalse(self.case._disclosure_withheld(self.clinic)[self.case.id])

    def test_r08_the_family_says_on_the_portal_that_it_may_be_told_again(self):
        """Recorded for two purposes at once; what is named with it stays withheld."""
        self._hold_by_override()
        items = self.env["remediation.disclosure.item"].search([])
        before = self._consent(
            self.case,
            "photo",
            withhold_item_ids=[Command.set(items.ids)],
            withhold_from_ids=[Command.set(self.clinic.ids)],
        )
        held = self.case.with_user(self.portal_manager)
        said = {
            "purposes": ["services", "share_with_org"],
            "subject": "caregiver",
            "given_by_member_id": self._caregiver(self.case).id,
            "answer": "yes",
            "assent": "yes",
            "how": "verbal_witnessed",
            "witness": "A neighbour",
            "withhold": [items[0].key],
        }
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{self.case.name}/consent"
        self.assertIn('name="lifts_earlier"', self.get(url).text)
        held.portal_add_consent(said)
        self.assertFalse(before.lifted_on, "nobody said so")
        held.portal_add_consent({**said, "lifts_earlier": "yes"})
        self.assertTrue(before.lifted_on)
        self.assertEqual(before.lifted_by_id, self.portal_manager)
        new = self.case.consent_ids._withholding()
        self.assertEqual(len(new), 2, "both purposes go on withholding what they name")
        self.assertEqual(new.withhold_item_ids, items[0])

    def test_r71_every_key_of_a_file_says_which_field_it_tells(self):
        tells_nothing = {
            "id",
            "case_code",
            "company_id",
            "stage",
            "identified_on",
            "opened_at",
            "first_contact_on",
            "next_due",
            "closed_on",
            "reopened_count",
            "has_disability",
            "birth_registered",
            "programme",
            "team",
            "country",
            "zone",
            "company_name",
            "situation_on",
            "visits_done",
            "open_actions",
            "deliveries",
            "plan_start",
            "plan_target",
            "plan_end",
            "action_domains",
            "services_consent",
        }
        self.assertEqual(set(source.SOURCES) - set(source.TELLS), tells_nothing)
        named = [*source.TELLS.values(), *primero.TELLS.values()]
        in_table = {
            (model, name)
            for table in (*ITEM_FIELDS.values(), FREE_TEXT)
            for model, names in table.items()
            for name in names
        }
        self.assertEqual(set(named) - in_table, set())
