import json

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import RemediationCommon

#: Names that occur nowhere else; any of them in an answer is a leak.
NAMES = {
    "first_name": "Zuberi",
    "last_name": "Mwangazalemba",
    "nickname": "Kipepeombili",
    "national_id": "NID-77188",
}
CAREGIVER = "Mamawazuberi"
PHONE = "+243 999 771 880"
ADDRESS = "Avenue Nyumbasiri 4"
#: Types whose groups have a header that could say a name.
GROUPED_TYPES = ("char", "selection", "many2one", "many2many")


@tagged("post_install", "-at_install")
class TestLeaks(RemediationCommon):
    """No answer that a role without identity can get carries a name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        child = cls.case.beneficiary_id
        child.write(NAMES)
        cls.case.household_id.address = ADDRESS
        cls._caregiver(cls.case).write({"full_name": CAREGIVER, "phone": PHONE})
        cls._new_consent(cls.case)
        cls._active_plan(cls.case)
        cls._visit(cls.case)
        cls.env["remediation.work.situation"].create(
            {"case_id": cls.case.id, "works": "yes"}
        )
        as_supervisor = cls.case.with_user(cls.supervisor)
        as_supervisor.action_set_risk("high", "Seen at the pit")
        as_supervisor.action_hold("Exams", "2090-01-01")
        as_supervisor.action_resume()
        as_supervisor.action_assign(cls.manager_2.id)
        cls.env["remediation.closure"].with_user(cls.worker_2).create(
            {"case_id": cls.case.id, "reason": "other"}
        )
        cls.readers = {
            "monitor": cls.monitor,
            "auditor": cls.auditor,
            "data_protection": cls.data_protection,
            "safeguarding": cls.safeguarding,
            "plain_user": cls.plain_user,
            "admin_like": cls.admin_like,
            "portal_reporter": cls.portal_reporter,
            "portal_provider": cls.portal_provider,
            "portal_observer": cls.portal_observer,
        }
        cls.secrets = [
            text.casefold() for text in (*NAMES.values(), CAREGIVER, PHONE, ADDRESS)
        ]
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _models(self):
        for name in sorted(self.env.registry):
            model = self.env[name]
            if (
                model._original_module == "child_remediation"
                and not model._abstract
                and not model._transient
            ):
                yield model

    def _assert_clean(self, answer, what):
        text = json.dumps(answer, default=str, ensure_ascii=False).casefold()
        for secret in self.secrets:
            self.assertNotIn(secret, text, what)

    def _readable_fields(self, model):
        """What the user could ask for: lists of models they cannot read are refused
        whole, whatever is in them."""
        return [
            name
            for name, field in model._fields.items()
            if model._has_field_access(field, "read")
            and field.type != "binary"
            and not (
                field.type in ("one2many", "many2many")
                and not model.env[field.comodel_name].has_access("read")
            )
        ]

    def test_the_names_are_there_for_the_holder(self):
        child = self.case.beneficiary_id.with_user(self.worker_2)
        self.assertEqual(child.read(["first_name"])[0]["first_name"], "Zuberi")

    def test_identity_fields_are_refused_to_readers_of_the_row(self):
        child = self.case.beneficiary_id
        for role in ("monitor", "auditor", "data_protection"):
            as_role = child.with_user(self.readers[role])
            self.assertTrue(as_role.has_access("read"), role)
            for name in NAMES:
                with self.assertRaises(AccessError):
                    as_role.read([name])
                with self.assertRaises(AccessError):
                    as_role.search([(name, "!=", False)])
                with self.assertRaises(AccessError):
                    as_role._read_group([], [name], ["__count"])
                with self.assertRaises(AccessError):
                    as_role.search([], order=name)

    def test_read_labels_and_export(self):
        for role, user in self.readers.items():
            for model in self._models():
                as_role = model.with_user(user)
                if not as_role.has_access("read"):
                    continue
                names = self._readable_fields(as_role)
                records = as_role.search([])
                what = f"{model._name} by {role}"
                self._assert_clean(records.read(names), f"read {what}")
                self._assert_clean(
                    records.export_data(names)
                    if user.has_group("base.group_allow_export")
                    else [],
                    f"export {what}",
                )
                labels = {
                    name: {"fields": {"display_name": {}}}
                    for name in names
                    if as_role._fields[name].type == "many2one"
                }
                self._assert_clean(records.web_read(labels), f"labels {what}")

    def test_every_reader_opens_the_form_of_a_case(self):
        for role in ("monitor", "auditor", "data_protection"):
            with self.subTest(role=role):
                form = Form(self.case.with_user(self.readers[role]))
                self._assert_clean(str(form._values), role)

    def test_group_headers(self):
        for role, user in self.readers.items():
            for model in self._models():
                as_role = model.with_user(user)
                if not as_role.has_access("read"):
                    continue
                for name in self._readable_fields(as_role):
                    field = as_role._fields[name]
                    if not field.store or field.type not in GROUPED_TYPES:
                        continue
                    what = f"{model._name}.{name} by {role}"
                    groups = as_role.formatted_read_group([], [name], ["__count"])
                    self._assert_clean(groups, f"group {what}")
                    groups = as_role.web_read_group([], [name], ["__count"])
                    self._assert_clean(groups, f"web group {what}")

    def test_hidden_links_to_many_are_no_group(self):
        """Core groups by them without asking for the right to the field."""
        self.case.related_manager_ids = self.manager_2
        hidden = "related_manager_ids"
        self._assert_group_refused("remediation.case", hidden)
        for model in self._models():
            if "case_id" in model._fields and model._fields["case_id"].store:
                self._assert_group_refused(model._name, f"case_id.{hidden}")
        as_holder = self.case.with_user(self.case.user_id)
        (group,) = as_holder.formatted_read_group([], [hidden], ["__count"])
        self.assertEqual(group[hidden][0], self.manager_2.id)

    def _assert_group_refused(self, name, group):
        for user in (self.portal_manager, self.portal_supervisor, self.monitor):
            as_role = self.env[name].with_user(user)
            if as_role.has_access("read"):
                with self.assertRaises(AccessError, msg=f"{name} by {user.login}"):
                    as_role.formatted_read_group([], [group], ["__count"])

    def test_search_by_name_finds_nothing_and_labels_are_codes(self):
        for role, user in self.readers.items():
            for model in self._models():
                as_role = model.with_user(user)
                if not as_role.has_access("read"):
                    continue
                what = f"{model._name} by {role}"
                self._assert_clean(as_role.name_search("", limit=None), what)
                if not model._fields[model._rec_name or "display_name"].store:
                    continue  # nothing to search by: core gives the first rows
                for secret in ("Zuberi", CAREGIVER):
                    found = as_role.name_search(secret)
                    self.assertFalse(found, f"{what} finds by the name {secret}")

    def test_log_of_the_case_mails_and_activities(self):
        """Written as superuser's eyes see it: no reader's rights decide here."""
        messages = self.env["mail.message"].search(
            [("model", "=like", "remediation.%")]
        )
        self.assertTrue(messages)
        self._assert_clean(
            messages.mapped(lambda m: [m.body, m.subject, m.record_name or ""]),
            "message",
        )
        self._assert_clean(
            messages.tracking_value_ids.read(
                ["old_value_char", "new_value_char", "old_value_text", "new_value_text"]
            ),
            "tracking value",
        )
        mails = self.env["mail.mail"].search([])
        self._assert_clean(
            mails.mapped(lambda m: [m.subject, m.body_html, m.email_to]), "mail"
        )
        activities = self.env["mail.activity"].search([])
        self.assertTrue(activities)
        self._assert_clean(
            activities.mapped(lambda a: [a.summary, a.note, a.res_name]), "activity"
        )
        files = self.env["ir.attachment"].search(
            [("res_model", "=like", "remediation.%"), ("res_field", "!=", "")]
        )
        self._assert_clean(files.mapped("name"), "file name")

    def test_labels_are_codes_for_the_superuser_too(self):
        """Labels of links are read as superuser: they must not depend on the reader."""
        for model in self._models():
            self._assert_clean(model.search([]).mapped("display_name"), model._name)

    def test_errors_carry_no_name(self):
        for role, user in self.readers.items():
            for record in (self.case, self.case.beneficiary_id, self.case.household_id):
                try:
                    record.with_user(user).write({"name": "x"})
                except AccessError as error:
                    self._assert_clean(str(error), f"refusal of {role}")
