from datetime import timedelta

from odoo import fields

from odoo.addons.case_referral.tests.common import ReferralCommon


class SubmissionCommon(ReferralCommon):
    """``collector`` is the user of a collecting server: the right to submit, for the
    workers it names, and no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.portal_case = cls._new_case(cls.manager_portal)

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "collector": "case_submission.group_submit_for_others",
        }

    def _visit_answers(self, case=None, **answers):
        return {
            "case": (case or self.case).name,
            "worker": "worker",
            "date_done": str(self.today),
            "visit_type": "home",
            "child_seen": "yes",
            "child_working": "no",
            "occupation": "school",
            **answers,
        }

    def _receive(
        self, form, answers, key="key-00000001", user=None, others=None, **options
    ):
        submissions = self.env["remediation.submission"].with_user(
            user or self.collector
        )
        status, answer = submissions._receive(
            form, key, answers, others or {}, **options
        )
        self.assertIn(status, (200, 201))
        found = self.env["remediation.submission"].search(
            [("name", "=", answer["reference"])]
        )
        return found

    def _key(self, user):
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate(None, "test", fields.Datetime.now() + timedelta(days=1))
        )
