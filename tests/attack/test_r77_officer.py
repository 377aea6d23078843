"""A report about the safeguarding officer never reaches the officer (R77): filed by
every door, looked for by every door."""

from attack_world import LOGGERS, TEXTS, AttackWorld

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

WORD = "zqzabout"
BESIDE = (
    "mail.message",
    "mail.activity",
    "mail.followers",
    "mail.notification",
    "ir.attachment",
    "bus.bus",
    "res.partner",
    "res.users",
)


@tagged("post_install", "-at_install")
class TestR77Officer(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["remediation.safeguarding.report"]
        cls.Complaint = cls.env["remediation.complaint"]
        cls.subject = cls.safeguarding
        cls.subject.name = "Espérance Mbuyi"
        text = f"{WORD}: esperance MBUYI asks the family for money."
        cls._file_by_every_door(text, cls.subject)
        # Told about somebody who becomes an officer afterwards.
        later = cls.later = cls.plain_user
        later.name = "Kabwe Ilunga"
        cls._file_by_every_door(f"{WORD}: Ilunga Kabwe employs children.", later)
        later.group_ids = [
            Command.link(cls.env.ref("child_remediation.group_safeguarding").id)
        ]
        cls.env.flush_all()
        cls.references = [
            *cls.Report.search([("description", "ilike", WORD)]).mapped("name"),
            *cls.Complaint.search([("description", "ilike", WORD)]).mapped("name"),
        ]

    @classmethod
    def _file_by_every_door(cls, text, subject):
        for user in (cls.public, cls.portal_reporter, cls.worker):
            for vals in (
                {"description": text},
                {"description": text, "subject_user_id": subject.id},
                {"description": text, "subject_text": subject.login},
                {"description": text, "is_anonymous": True},
                {"description": text, "is_immediate_danger": True},
            ):
                cls.Report.with_user(user).file_report(vals)
            # The limit on complaints is no matter of this test.
            cls.env["remediation.limit"].search([]).unlink()
            complaints = cls.Complaint.with_user(user)
            for category in ("worker_conduct", "data", "cash", "service", "exclusion"):
                complaints.file_complaint({"category": category, "description": text})
        as_supervisor = cls.Complaint.with_user(cls.supervisor)
        for _number in range(2):
            made = as_supervisor.create({"category": "cash", "description": text})
        made.action_pass_to_safeguarding()

    def test_r77_the_others_read_what_was_filed(self):
        """What follows is no proof unless somebody does read it."""
        self.assertGreater(len(self.references), 40)
        reports = self.Report.search([("description", "ilike", WORD)])
        for report in reports:
            readers = [
                user
                for user in (self.alternate, self.safeguarding, self.later)
                if report.with_user(user).has_access("read")
            ]
            self.assertEqual(
                readers,
                [self.alternate],
                f"{report.subject_text} {report.description}",
            )
        self.assertTrue(
            self.Complaint.with_user(self.supervisor).search(
                [("description", "ilike", WORD)]
            )
        )

    @mute_logger(*LOGGERS)
    def test_r77_the_officer_finds_it_by_no_door(self):
        problems = []
        words = (WORD, *(reference.casefold() for reference in self.references))
        for user in (self.subject, self.later):
            for name in (*self._product_models(transient=False), *BESIDE):
                model = self.env[name].with_user(user)
                if name not in self.env or not model.has_access("read"):
                    continue
                shown = [
                    field.name
                    for field in model._fields.values()
                    if field.type != "binary" and model._has_field_access(field, "read")
                ]
                stored = [
                    field
                    for field in shown
                    if model._fields[field].store and model._fields[field].type in TEXTS
                ]
                calls = [
                    ("search_read", [[], shown]),
                    ("name_search", ["", [], "ilike", 500]),
                    *(
                        ("formatted_read_group", [[], [field], ["__count"]])
                        for field in stored
                    ),
                ]
                for method, args in calls:
                    with self._undone():
                        answer = self._try(user, name, method, args, {}, Exception)
                    leak = self._leaks(answer or "", words)
                    if leak:
                        problems.append(f"{method} {name} by {user.login}: {leak}")
                for field in stored:
                    with self._undone():
                        domain = [(field, "ilike", WORD)]
                        if self._try(user, name, "search_count", [domain]):
                            problems.append(f"count {name}.{field} by {user.login}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_r77_no_method_gives_it_to_the_officer(self):
        problems = []
        for model, description in (
            (self.Report, "description"),
            (self.Complaint, "description"),
        ):
            ids = model.search([(description, "ilike", WORD)]).ids
            for method, function in self._public_methods(model._name):
                args, _kwargs = self._arguments(function)
                if getattr(function, "_api_model", False):
                    continue
                for user in (self.subject, self.later):
                    for id_ in (ids[0], ids[-1]):
                        answer = None
                        with self._undone():
                            try:
                                answer = self._call(
                                    user, model._name, method, [[id_], *args]
                                )
                            except Exception:  # noqa: BLE001 - whatever refuses it
                                continue
                        if answer:
                            problems.append(f"{model._name}.{method}: {answer}")
        self.assertNothing(problems)
