import base64
import json
import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import RemediationCommon

SECRET = "Zuberi Mwangaza"
PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
        "awAAAABJRU5ErkJggg=="
    )
)


class PresentAccessCommon(RemediationCommon):
    """A case that ``worker`` held until ``worker_2`` got it, with a message, an
    activity, a file and a photo from his time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.child = cls.case.beneficiary_id
        cls.child.write({"first_name": SECRET, "photo": PNG})
        as_worker = cls.case.with_user(cls.worker)
        posted = as_worker._by_code().message_post(body="By the former worker")
        cls.message = posted.sudo()
        cls.activity = as_worker.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.worker.id
        ).sudo()
        cls.own_activity_of_supervisor = cls.case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.supervisor_other.id
        )
        cls.file = (
            cls.env["ir.attachment"]
            .with_user(cls.worker)
            .create(
                {
                    "name": "file.txt",
                    "raw": SECRET.encode(),
                    "res_model": cls.case._name,
                    "res_id": cls.case.id,
                }
            )
            .sudo()
        )
        cls.env.flush_all()
        cls.photo = cls.env["ir.attachment"].search(
            [("res_model", "=", cls.child._name), ("res_field", "=", "photo")]
        )
        cls.case.with_user(cls.supervisor).action_assign(cls.manager_2.id)
        cls.outsiders = {
            "former": cls.worker,
            "other team": cls.worker_other,
            "other team's supervisor": cls.supervisor_other,
            "other company": cls.coordinator_company_b,
            "other organisation": cls.portal_manager_other,
            "reporter": cls.portal_reporter,
            "plain": cls.plain_user,
            "administrator": cls.admin_like,
            "public": cls.env.ref("base.public_user"),
        }
        cls.env.flush_all()
        cls.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPresentAccess(PresentAccessCommon):
    def _assert_closed(self, record, role, user):
        own = record.with_user(user)
        with self.subTest(model=record._name, role=role):
            with self.assertRaises(AccessError):
                own.read(["create_date"])
            with self.assertRaises(AccessError):
                own.write({"create_date": fields.Datetime.now()})
            with self.assertRaises(AccessError):
                own.unlink()
            try:
                found = own.search([("id", "=", record.id)])
                counted = own.search_count([("id", "=", record.id)])
            except AccessError:
                found, counted = own.browse(), 0
            self.assertFalse(found)
            self.assertFalse(counted)

    def test_r27_message_activity_and_file_follow_present_access(self):
        self.assertTrue(self.photo)
        for role, user in self.outsiders.items():
            for record in (self.message, self.activity, self.file, self.photo):
                self._assert_closed(record, role, user)

    def test_r27_an_assignee_without_the_case_reads_no_activity(self):
        self._assert_closed(
            self.own_activity_of_supervisor, "assignee", self.supervisor_other
        )

    def test_r27_nobody_creates_on_a_case_they_do_not_see(self):
        for role, user in self.outsiders.items():
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.env["ir.attachment"].with_user(user).create(
                        {
                            "name": "x",
                            "raw": b"x",
                            "res_model": self.case._name,
                            "res_id": self.case.id,
                        }
                    )
                with self.assertRaises(AccessError):
                    self.env["mail.message"].with_user(user).create(
                        {
                            "body": "x",
                            "model": self.case._name,
                            "res_id": self.case.id,
                            "message_type": "comment",
                        }
                    )

    def test_r27_the_present_holder_reads_all_and_rewrites_nothing(self):
        for record in (self.message, self.file):
            own = record.with_user(self.worker_2)
            self.assertTrue(own.read(["create_date"]))
            self.assertIn(own, own.search([("id", "=", record.id)]))
            with self.assertRaises(UserError):
                own.unlink()
        with self.assertRaises(UserError):
            self.message.with_user(self.worker_2).write({"body": "forged"})
        with self.assertRaises(UserError):
            self.file.with_user(self.worker_2).write({"raw": b"forged"})
        self.assertTrue(self.photo.with_user(self.worker_2).read(["raw"]))

    def test_lists_in_memory_get_new_messages_and_activities(self):
        case = self.case.with_user(self.worker_2)
        other = self._new_case(self.manager_2)
        for record in (case, other.with_user(self.worker_2)):
            messages, activities = record.message_ids, record.activity_ids
            message = record._by_code().message_post(body="One more")
            activity = record.activity_schedule("mail.mail_activity_data_todo")
            self.assertEqual(record.message_ids - messages, message)
            self.assertEqual(record.activity_ids - activities, activity)
            record.invalidate_recordset()
            self.assertIn(message, record.message_ids)
            self.assertIn(activity, record.activity_ids)

    def test_the_name_on_an_activity_follows_from_its_document(self):
        self.worker_2.tz = "Africa/Lubumbashi"
        common = {
            "res_model_id": self.env["ir.model"]._get_id("remediation.case"),
            "res_name": SECRET,
            "user_tz": "Europe/Paris",
            "user_id": self.worker_2.id,
        }
        other = self._new_case(self.manager_2)
        activities = (
            self.env["mail.activity"]
            .with_user(self.worker_2)
            .create([dict(common, res_id=case.id) for case in self.case + other])
        )
        activities.invalidate_recordset()
        self.assertEqual(
            activities.mapped("res_name"), [self.case.name, other.name], "no name in it"
        )
        self.assertEqual(set(activities.mapped("user_tz")), {"Africa/Lubumbashi"})

    def test_photo_is_closed_to_readers_without_identity(self):
        for user in (self.monitor, self.auditor, self.data_protection):
            self.assertTrue(self.child.with_user(user).has_access("read"))
            with self.assertRaises(AccessError):
                self.photo.with_user(user).read(["raw"])

    def test_r01_papers_of_a_child_are_closed_to_readers_without_names(self):
        """A signed consent says who signed it, to whoever may read the case."""
        for reader in (self.monitor, self.auditor, self.data_protection):
            self.assertTrue(self.case.with_user(reader).has_access("read"))
            with self.assertRaises(AccessError):
                self.file.with_user(reader).read(["datas"])
            found = self.env["ir.attachment"].with_user(reader)
            self.assertNotIn(self.file, found.search([("id", "=", self.file.id)]))

    def test_r26_subscribing_to_a_foreign_case_is_refused(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker_other).message_subscribe()

    def test_files_of_a_case_are_never_public_and_have_no_token(self):
        for vals in ({"public": True}, {"access_token": "x"}):
            with self.assertRaises(AccessError):
                self.file.write(vals)
            with self.assertRaises(AccessError):
                self.env["ir.attachment"].create(
                    {
                        "name": "x",
                        "raw": b"x",
                        "res_model": self.case._name,
                        "res_id": self.case.id,
                        **vals,
                    }
                )
        loose = self.env["ir.attachment"].create(
            {"name": "x", "raw": b"x", "public": True}
        )
        with self.assertRaises(AccessError):
            loose.write({"res_model": self.case._name, "res_id": self.case.id})
        with self.assertRaises(AccessError):
            self.file.generate_access_token()

    def test_a_file_is_not_moved_out_of_the_case(self):
        own = self.file.with_user(self.worker_2)
        with self.assertRaises(AccessError):
            own.write(
                {"res_model": "res.partner", "res_id": self.env.user.partner_id.id}
            )
        with self.assertRaises(AccessError):
            own.copy({"res_model": False, "res_id": False, "public": True})

    def test_r26_followers_and_activities_are_gone_after_reassignment(self):
        self.assertFalse(self.case.message_follower_ids)
        self.assertEqual(self.activity.user_id, self.worker_2)
        self.case.with_user(self.worker_2).message_subscribe(self.worker.partner_id.ids)
        self.assertFalse(self.case.message_follower_ids)


@tagged("post_install", "-at_install")
class TestPresentAccessByHttp(PresentAccessCommon, HttpCase):
    """The same through the doors: files, log, JSON and XML-RPC."""

    # The access log of a read-only call is written through a second cursor, which the
    # one cursor of a test cannot lend.
    _registry_readonly_enabled = False

    def _json(self, url, **params):
        return self.url_open(
            url,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).text

    def _users(self):
        for role, user in self.outsiders.items():
            if role == "public":
                self.authenticate(None, None)
            else:
                self.authenticate(user.login, user.login)
            yield role, user

    def test_r27_no_route_serves_a_file_message_or_photo(self):
        child = f"/web/image/{self.child._name}/{self.child.id}/photo"
        for role, _user in self._users():
            for url in (
                f"/web/content/{self.file.id}",
                f"/web/content/{self.file.id}?download=1",
                f"/web/content/{self.photo.id}",
                f"/web/image/{self.photo.id}",
                f"/web/content/{self.child._name}/{self.child.id}/photo",
                f"/mail/view?model={self.case._name}&res_id={self.case.id}",
            ):
                with self.subTest(role=role, url=url):
                    response = self.url_open(url)
                    self.assertNotIn(SECRET, response.text)
                    self.assertNotEqual(response.content, base64.b64decode(PNG))
            with self.subTest(role=role, url=child):
                # Core answers with its placeholder picture instead of a refusal.
                self.assertNotEqual(self.url_open(child).content, base64.b64decode(PNG))
            for url, params in (
                (
                    "/mail/thread/messages",
                    {"thread_model": self.case._name, "thread_id": self.case.id},
                ),
                (
                    "/mail/data",
                    {
                        "fetch_params": [
                            [
                                "mail.thread",
                                {
                                    "thread_model": self.case._name,
                                    "thread_id": self.case.id,
                                    "request_list": [
                                        "activities",
                                        "attachments",
                                        "followers",
                                    ],
                                },
                            ]
                        ]
                    },
                ),
                (
                    "/mail/message/post",
                    {
                        "thread_model": self.case._name,
                        "thread_id": self.case.id,
                        "post_data": {"body": "forged", "message_type": "comment"},
                    },
                ),
                (
                    "/mail/message/update_content",
                    {
                        "message_id": self.message.id,
                        "update_data": {"body": "forged", "attachment_ids": []},
                    },
                ),
                (
                    "/mail/attachment/delete",
                    {"attachment_id": self.file.id},
                ),
            ):
                with self.subTest(role=role, url=url):
                    text = self._json(url, **params)
                    self.assertNotIn("By the former worker", text)
                    self.assertNotIn("file.txt", text)
        self.env.invalidate_all()
        self.assertTrue(self.file.exists())
        self.assertIn("By the former worker", self.message.body)
        self.assertFalse(self.case.message_ids.filtered(lambda m: "forged" in m.body))

    def test_the_holder_downloads_a_file(self):
        self.authenticate(self.worker_2.login, self.worker_2.login)
        response = self.url_open(f"/web/content/{self.file.id}")
        self.assertEqual(response.text, SECRET)

    def test_r27_json2_and_xmlrpc_refuse_as_the_client_does(self):
        users = {
            role: user
            for role, user in self.outsiders.items()
            if not user.share and role != "public"
        }
        tries = (
            (self.case._name, "read", {"ids": self.case.ids, "fields": ["name"]}),
            (self.child._name, "read", {"ids": self.child.ids, "fields": ["name"]}),
            ("mail.message", "read", {"ids": self.message.ids, "fields": ["body"]}),
            ("ir.attachment", "read", {"ids": self.file.ids, "fields": ["name"]}),
            (self.case._name, "write", {"ids": self.case.ids, "vals": {}}),
            (
                self.case._name,
                "action_hold",
                {
                    "ids": self.case.ids,
                    "reason": "x",
                    "until": str(self.today + timedelta(days=3)),
                },
            ),
        )
        db = self.env.cr.dbname
        for role, user in users.items():
            key = (
                self.env["res.users.apikeys"]
                .with_user(user)
                ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
            )
            for model, method, params in tries:
                with self.subTest(role=role, model=model, method=method):
                    response = self.url_open(
                        f"/json/2/{model}/{method}",
                        data=json.dumps(params),
                        headers={
                            "Content-Type": "application/json",
                            "Authorization": f"bearer {key}",
                        },
                    )
                    self.assertGreaterEqual(response.status_code, 400, response.text)
                    self.assertNotIn(SECRET, response.text)
            proxy = self.xmlrpc_object
            with self.subTest(role=role, door="xmlrpc"):
                with self.assertRaises(xmlrpc.client.Fault):
                    proxy.execute_kw(
                        db, user.id, key, self.case._name, "read", [self.case.ids]
                    )
                with self.assertRaises(xmlrpc.client.Fault):
                    proxy.execute_kw(
                        db, user.id, key, "remediation.case", "_unprotected", [[]]
                    )

    def test_json2_writes_no_protected_field_for_the_holder(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.worker_2)
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )
        for params in (
            {"ids": self.case.ids, "vals": {"stage": "closed"}},
            {
                "ids": self.case.ids,
                "vals": {"stage": "closed"},
                "context": {"remediation_unprotected": True},
            },
            {"ids": self.case.ids, "vals": {"user_id": self.worker.id}},
        ):
            response = self.url_open(
                "/json/2/remediation.case/write",
                data=json.dumps(params),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"bearer {key}",
                },
            )
            self.assertEqual(response.status_code, 403, response.text)
        self.env.invalidate_all()
        self.assertEqual(self.case.stage, "registered")
        self.assertEqual(self.case.user_id, self.worker_2)
