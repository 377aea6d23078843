import json
import re

from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.savings_group.tests.common import SavingsCommon

HOME = "/my/remediation/savings"
BOOKS = (
    "savings.group",
    "savings.member",
    "savings.cycle",
    "savings.membership",
    "savings.meeting",
    "savings.meeting.line",
    "savings.meeting.entry",
    "savings.loan",
    "savings.loan.move",
    "savings.share.out",
    "savings.enrolment",
)


@tagged("post_install", "-at_install")
class TestPortalSavings(SavingsCommon, HttpCase):
    """A meeting on the phone of a village agent, through the real pages."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        role = "savings_group_portal.group_village_agent"
        cls.village = cls._village("village_agent", role)
        cls.village_other = cls._village("village_other", role)
        cls.outsider = cls._village(
            "village_none", "child_remediation.group_portal_case_manager"
        )
        cls.group.village_agent_id = cls.village
        cls.url = f"{HOME}/{cls.group.name}"
        cls.company.second_factor_required = False

    @classmethod
    def _village(cls, login, group):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": login,
                "group_ids": [Command.set(cls.env.ref(group).ids)],
            }
        )

    def page(self, path, status=200):
        response = self.url_open(path, allow_redirects=False)
        self.assertEqual(response.status_code, status, response.text[:500])
        return html.fromstring(response.text) if status == 200 else response

    def post(self, path, values, status=303):
        (token,) = self.page(path).xpath(
            "(//main//input[@name='csrf_token'])[1]/@value"
        )
        response = self.url_open(
            path, data={**values, "csrf_token": token}, allow_redirects=False
        )
        self.assertEqual(response.status_code, status, response.text[:1500])
        return response

    def open(self, user="village_agent"):
        self.authenticate(user, user)
        self.post(self.url, {"date": str(self._day(1))})
        meeting = self.cycle.open_meeting_id
        self.assertEqual(meeting.opened_by_id.login, user)
        return meeting

    def member(self, number, **values):
        figures = {"attendance": "present", "shares": "2", "social_in": "100"}
        return self.post(f"{self.url}/member/{number}", {**figures, **values})

    def test_a_meeting_is_held_member_by_member_and_ties(self):
        meeting = self.open()
        path = f"{self.url}/member/1"
        for number in range(1, 6):
            response = self.member(number, fine="50" if number == 3 else "0")
            path = response.headers["Location"]
        self.assertIn(f"{self.url}/count", path)
        self.member(2, shares="3", loan_given="1000")
        self.member(5, attendance="absent", shares="0", social_in="0")
        expected = {pot: meeting[f"expected_{pot}"] for pot in ("loan", "social")}
        self.assertEqual(expected["loan"] + expected["social"], 9 * 500 - 1000 + 450)
        response = self.post(
            f"{self.url}/count",
            {f"counted_{pot}": str(expected[pot]) for pot in expected},
        )
        self.assertIn(HOME, response.headers["Location"])
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(meeting.validated_by_id, self.village)
        self.assertEqual(meeting.attended_count, 4)
        loan = self.env["savings.loan"].search([("meeting_id", "=", meeting.id)])
        self.assertEqual((loan.member_number, loan.amount), (2, 1000))

    def test_what_is_sent_twice_is_written_once(self):
        meeting = self.open()
        for _again in range(3):
            self.member(1)
        self.assertEqual(self._line(meeting, 1).shares, 2)
        self.assertEqual(meeting.in_loan, 1000)

    def test_r48_a_pot_that_does_not_tie_is_refused_until_it_is_named(self):
        meeting = self.open()
        self.member(1)
        for line in meeting.line_ids:
            line.shares = max(line.shares, 1)
        counted = {
            "counted_loan": str(meeting.expected_loan - 200),
            "counted_social": str(meeting.expected_social),
        }
        page = self.post(f"{self.url}/count", counted, 200).text
        self.assertIn("does not tie", page)
        self.assertIn('name="why_loan"', page)
        self.assertEqual(meeting.state, "open")
        self.assertFalse(meeting.entry_ids)
        self.post(f"{self.url}/count", {**counted, "why_loan": "The box was short"})
        self.assertEqual(meeting.state, "validated")
        entry = meeting.entry_ids
        self.assertEqual(
            (entry.kind, entry.pot, entry.amount, entry.explanation),
            ("difference", "loan", -200, "The box was short"),
        )

    def test_r48_what_nobody_counted_is_not_zero(self):
        meeting = self.open()
        page = self.post(f"{self.url}/count", {"counted_loan": "0"}, 200).text
        self.assertIn("Count the cash of each pot", page)
        self.assertEqual(meeting.state, "open")

    def test_an_amount_of_millions_is_shown_to_the_last_coin(self):
        self.open()
        self.member(1, loan_given="1234567")
        page = self.page(f"{self.url}/member/1")
        self.assertEqual(page.xpath("//input[@name='loan_given']/@value"), ["1234567"])

    def test_plus_and_minus_work_without_a_script(self):
        meeting = self.open()
        path = f"{self.url}/member/1"
        values = {"attendance": "late", "shares": "2", "change": "shares:1"}
        page = html.fromstring(self.post(path, values, 200).text)
        self.assertEqual(page.xpath("//input[@name='shares']/@value"), ["3"])
        self.assertEqual(
            page.xpath("//input[@name='attendance'][@checked]/@value"), ["late"]
        )
        self.assertEqual(self._line(meeting, 1).shares, 0, "nothing is written yet")
        values = {"attendance": "late", "fine": "0", "change": "fine:-100"}
        page = html.fromstring(self.post(path, values, 200).text)
        self.assertEqual(page.xpath("//input[@name='fine']/@value"), ["0"])

    def test_r46_beyond_the_limits_only_with_a_reason(self):
        meeting = self.open()
        for number in range(1, 6):
            self.member(number, shares="9" if number == 1 else "1")
        counted = {
            "counted_loan": str(meeting.expected_loan),
            "counted_social": str(meeting.expected_social),
        }
        page = self.post(f"{self.url}/count", counted, 200).text
        self.assertIn("Member 1 buys 9 shares", page)
        reason = {"group_decided": "yes", "decision_reason": "Harvest"}
        self.member(1, shares="9", **reason)
        self.post(f"{self.url}/count", counted)
        self.assertEqual(meeting.state, "validated")

    def test_nobody_else_sees_or_changes_a_meeting(self):
        meeting = self.open()
        paths = (self.url, f"{self.url}/member/1", f"{self.url}/count")
        page = self.page(f"{self.url}/count")
        token = page.xpath("//main//input[@name='csrf_token']/@value")[0]
        for user in ("village_other", "village_none"):
            self.authenticate(user, user)
            for path in paths:
                with self.subTest(user=user, path=path):
                    self.page(path, 404)
                    response = self.url_open(path, data={"csrf_token": token})
                    self.assertIn(response.status_code, (400, 404))
                    self.assertNotIn("Furaha", response.text)
        self.authenticate("village_other", "village_other")
        self.assertNotIn(self.group.name, self.url_open(HOME).text)
        self.authenticate(None, None)
        for path in paths:
            self.assertIn("/web/login", self.page(path, 303).headers["Location"])
        self.assertFalse(any(meeting.line_ids.mapped("shares")))

    def test_who_keeps_the_group_no_more_is_refused_at_once(self):
        self.open()
        self.group.village_agent_id = self.village_other
        self.page(self.url, 404)
        self.group.village_agent_id = False
        self.page(f"{self.url}/member/1", 404)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_a_village_agent_has_no_right_to_the_books(self):
        self.open()
        for model in BOOKS:
            records = self.env[model].with_user(self.village)
            for operation in ("read", "write", "create", "unlink"):
                with self.subTest(model=model, operation=operation):
                    self.assertFalse(records.has_access(operation))
            for method in ("search_read", "export_data"):
                response = self.url_open(
                    f"/web/dataset/call_kw/{model}/{method}",
                    data=json.dumps(
                        {
                            "params": {
                                "model": model,
                                "method": method,
                                "args": [[], ["id"]],
                                "kwargs": {},
                            }
                        }
                    ),
                    headers={"Content-Type": "application/json"},
                )
                self.assertIn("error", response.json(), f"{method} of {model}")

    def test_the_methods_ask_by_themselves(self):
        meeting = self.open()
        code = self.group.name
        for user in (self.village_other, self.outsider, self.plain_user):
            meetings = self.env["savings.meeting"].with_user(user)
            for name, arguments in (
                ("portal_meeting", (code,)),
                ("portal_member", (code, 1)),
                ("portal_open_meeting", (code, {"date": str(self._day(2))})),
                ("portal_take_member", (code, 1, {"attendance": "late"})),
                ("portal_finish", (code, {"counted_loan": 0})),
            ):
                with (
                    self.subTest(user=user.login, method=name),
                    self.assertRaises(AccessError),
                ):
                    getattr(meetings, name)(*arguments)
        self.assertEqual(meeting.state, "open")

    def test_r51_a_meeting_names_no_case_and_no_child(self):
        self.open()
        meetings = self.env["savings.meeting"].with_user(self.village)
        said = meetings.portal_meeting(self.group.name)
        self.assertEqual(
            set(said), {"code", "label", "day", "number", "members", "pots"}
        )
        self.assertEqual(
            set(said["members"][0]),
            {"number", "name", "attendance", "absent", "shares"},
        )
        text = json.dumps(meetings.portal_member(self.group.name, 1), default=str)
        self.assertNotRegex(text, r"CR-\d|case|child|enrol")

    def test_only_a_village_agent_is_given_a_group(self):
        with self.assertRaisesRegex(ValidationError, "no village agent"):
            self.group.village_agent_id = self.outsider

    def test_a_village_agent_lands_at_the_groups(self):
        self.authenticate("village_agent", "village_agent")
        response = self.page("/my/remediation", 303)
        self.assertTrue(response.headers["Location"].endswith(HOME))
        page = self.page(HOME)
        (link,) = page.xpath("//nav[@class='tabs']//a[@aria-current='page']")
        self.assertEqual(link.get("href"), HOME)
        self.assertEqual(re.findall(r"SG-\d+", page.text_content()), [self.group.name])

    def test_without_an_open_meeting_nothing_is_taken(self):
        meetings = self.env["savings.meeting"].with_user(self.village)
        with self.assertRaisesRegex(UserError, "open one first"):
            meetings.portal_take_member(self.group.name, 1, {"attendance": "late"})
