"""Every way to read a protected value asks the same right and is logged (R73)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RemediationCommon

NAME = "Zuberimwanga"


@tagged("post_install", "-at_install")
class TestR73ReadPaths(RemediationCommon):
    """The reading methods of core's public interface, one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.child = cls.case.beneficiary_id
        cls.child.write({"first_name": NAME})
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "paper.txt",
                "raw": b"the signed paper",
                "res_model": cls.case._name,
                "res_id": cls.case.id,
            }
        )
        cls.env.flush_all()
        cls.env.cr.flush()

    def _ways(self, user):
        """``{way: (question, answer that shows it)}``"""
        children = self.child.with_user(user)
        model = children.browse()
        files = self.file.with_user(user)
        name = [("first_name", "=", NAME)]
        return {
            "read": lambda: children.read(["first_name"]),
            "search_read": lambda: model.search_read([], ["first_name"]),
            "web_read": lambda: children.web_read({"first_name": {}}),
            "web_search_read": lambda: model.web_search_read([], {"first_name": {}}),
            "search": lambda: model.search(name),
            "search_count": lambda: model.search_count(name),
            "search by order": lambda: model.search([], order="first_name"),
            "search over a link": lambda: (
                self.env["remediation.case"]
                .with_user(user)
                .search([("beneficiary_id.first_name", "=", NAME)])
            ),
            "search_fetch": lambda: model.search_fetch(name, ["name"]),
            "formatted_read_group": lambda: model.formatted_read_group(
                [], ["first_name"], ["__count"]
            ),
            "formatted_read_group over a link": lambda: (
                self.env["remediation.case"]
                .with_user(user)
                .formatted_read_group([], ["beneficiary_id.first_name"], ["__count"])
            ),
            "formatted_read_grouping_sets": lambda: model.formatted_read_grouping_sets(
                [], [["first_name"], []], ["__count"]
            ),
            "an aggregate": lambda: model.formatted_read_group(
                [], [], ["first_name:array_agg"]
            ),
            "web_read_group": lambda: model.web_read_group(
                [], ["first_name"], ["__count"]
            ),
            "read_progress_bar": lambda: model.read_progress_bar(
                [], "first_name", {"field": "sex", "colors": {"male": "danger"}}
            ),
            "name_search": lambda: model.name_search(
                "", [("first_name", "ilike", NAME[:4])]
            ),
            "web_name_search": lambda: model.web_name_search(
                "", {"display_name": {}, "first_name": {}}
            ),
            "attachment read": lambda: files.read(["datas"]),
            "attachment raw": lambda: files.read(["raw"]),
            "attachment web_read": lambda: files.web_read({"datas": {}}),
            "attachment search_read": lambda: files.search_read(
                [("id", "=", files.id)], ["datas"]
            ),
        }

    def _rows(self, user):
        self.env.flush_all()
        self.env.cr.flush()
        return self.env["remediation.access.log"].search([("user_id", "=", user.id)])

    def test_r73_every_way_leaves_a_row(self):
        self.env["remediation.access.log"].search([])
        for way, ask in self._ways(self.worker).items():
            with self.subTest(way=way):
                before = self._rows(self.worker)
                # Another slot of ten minutes: the same look is one row within one.
                self._next_slot()
                self.env.invalidate_all()
                self.assertTrue(ask())
                self.assertTrue(self._rows(self.worker) - before)

    def _next_slot(self):
        """Rows so far are of an earlier time: their slot is moved back."""
        self.env.cr.execute("ALTER TABLE remediation_access_log DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE remediation_access_log SET slot = slot - 1000")
        self.env.cr.execute("ALTER TABLE remediation_access_log ENABLE TRIGGER USER")

    def test_r73_every_way_asks_the_right_to_names(self):
        for role in (self.monitor, self.auditor, self.data_protection):
            for way, ask in self._ways(role).items():
                with self.subTest(way=way, role=role.login):
                    self.env.invalidate_all()
                    try:
                        answer = ask()
                    except (AccessError, UserError):
                        continue
                    self.assertNotIn(NAME, str(answer))
                    self.assertNotIn("signed", str(answer))
                    self.assertFalse(answer, "what nobody may ask has no answer")

    def test_r73_two_requests_at_one_moment_do_not_wait_for_each_other(self):
        log = self.env["remediation.access.log"]
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s AND indexdef LIKE %s",
            [log._table, "%UNIQUE%slot%"],
        )
        self.assertFalse(self.env.cr.fetchall(), "a unique row makes one begin again")

    def test_r73_the_log_keeps_no_word_that_was_searched(self):
        self.child.with_user(self.worker).search([("first_name", "=", NAME)])
        rows = self._rows(self.worker)
        self.assertTrue(rows)
        self.assertNotIn(NAME, str(rows.read()))


@tagged("post_install", "-at_install")
class TestR72Texts(RemediationCommon):
    """Nobody writes free text beside the fields that keep it (R72)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()

    def test_r72_nobody_posts_messages_on_a_case(self):
        case = self.case.with_user(self.worker)
        composer = self.env["mail.compose.message"].with_user(self.worker)
        for post in (
            lambda: case.message_post(body=NAME),
            lambda: case.sudo().message_post(body=NAME),
            lambda: case.message_notify(
                body=NAME, partner_ids=self.supervisor.partner_id.ids
            ),
            lambda: (
                self.env["mail.message"]
                .with_user(self.worker)
                .create({"model": case._name, "res_id": case.id, "body": NAME})
            ),
            lambda: (
                composer.with_context(
                    default_model=case._name, default_res_ids=case.ids
                )
                .create({"body": NAME, "composition_mode": "comment"})
                .action_send_mail()
            ),
        ):
            with self.assertRaises(UserError):
                post()
        messages = self.env["mail.message"].search([("body", "ilike", NAME)])
        self.assertFalse(messages)

    def test_r72_activities_of_a_case_have_no_text_of_their_own(self):
        case = self.case.with_user(self.worker)
        todo = "mail.mail_activity_data_todo"
        for vals in ({"summary": NAME}, {"note": NAME}):
            with self.assertRaises(UserError):
                case.activity_schedule(todo, user_id=self.worker.id, **vals)
        activity = case.activity_schedule(todo, user_id=self.worker.id)
        for vals in ({"summary": NAME}, {"note": NAME}, {"feedback": NAME}):
            with self.assertRaises(UserError):
                activity.write(vals)
        with self.assertRaises(UserError):
            activity.action_feedback(feedback=NAME)
        self.assertTrue(activity.action_feedback())

    def test_r72_what_was_written_before_is_open_to_who_sees_names(self):
        old = (
            self.case.sudo()._by_code().message_post(body=NAME, message_type="comment")
        )
        self.assertTrue(old.with_user(self.worker).read(["body"]))
        for user in (self.monitor, self.auditor, self.data_protection):
            messages = self.env["mail.message"].with_user(user)
            self.assertFalse(messages.search([("id", "=", old.id)]))
            with self.assertRaises(AccessError):
                old.with_user(user).read(["body"])
        line = self.case.sudo()._message_log(body="Stage: open")
        self.assertTrue(line.with_user(self.monitor).read(["body"]))
