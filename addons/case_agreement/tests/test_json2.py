import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.case_agreement.tests.common import AgreementCommon

#: What anybody may try on a model, and with what.
TRIES = (
    ("read", {"fields": ["display_name"]}),
    ("search_read", {"domain": [], "fields": ["display_name"]}),
    ("web_search_read", {"domain": [], "specification": {"display_name": {}}}),
    ("formatted_read_group", {"domain": [], "aggregates": ["__count"]}),
    ("write", {"vals": {"company_id": 1}}),
    ("create", {"vals_list": [{}]}),
    ("copy", {}),
    ("unlink", {}),
    ("export_data", {"fields_to_export": ["id"]}),
)

#: Which of these are asked without records.
OF_THE_MODEL = {"create", "search_read", "web_search_read", "formatted_read_group"}


@tagged("post_install", "-at_install")
class TestJson2(AgreementCommon, HttpCase):
    """By /json/2 nobody outside gets at an agreement, and no step of one is taken."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._approved_agreement(
            party_ids=[cls._party("purchaser", cls.partner_org_b, 100.0)]
        )
        cls.child = cls._approved_child(cls.agreement)
        case = cls.child.case_id
        cls.check = (
            cls.env["remediation.age.check"]
            .with_user(case.user_id)
            .create({"case_id": case.id, "method": "health_card", "age_found": 12})
        )
        cls.promise = (
            cls.env["remediation.job.promise"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "employer_id": cls.factory.id,
                    "promised_on": cls.today,
                    "date_due": cls.today.replace(year=cls.today.year + 4, day=1),
                }
            )
        )

    def _records(self):
        return (
            self.agreement,
            self.agreement.party_ids[:1],
            self.agreement.month_ids[:1],
            self.child,
            self.child.cost_ids[:1],
            self.check,
            self.promise,
        )

    def _ask(self, key, model, method, body):
        return self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(body),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"bearer {key}",
            },
        )

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_outsiders_are_refused_at_every_method(self):
        self.env.cr.precommit.run()  # the forecast that the age check asked for
        for user in (
            self.portal_observer,
            self.portal_manager,
            self.portal_provider,
            self.plain_user,
        ):
            key = (
                self.env["res.users.apikeys"]
                .with_user(user)
                .sudo()
                ._generate("rpc", "agreement", None)
            )
            for record in self._records():
                self.env.flush_all()
                self.env.invalidate_all()
                before = record.sudo().read()
                tries = list(TRIES) + [
                    (name, {}) for name in dir(record) if name.startswith("action_")
                ]
                for method, body in tries:
                    if method not in OF_THE_MODEL:
                        body = {"ids": record.ids, **body}
                    with self.subTest(who=user.login, what=f"{record._name}.{method}"):
                        answer = self._ask(key, record._name, method, body)
                        refused = answer.status_code >= 400
                        self.assertTrue(refused or answer.json() in (None, False, []))
                        self.assertNotIn(self.child.case_id.name, answer.text)
                self.env.invalidate_all()
                self.assertEqual(record.sudo().read(), before)
