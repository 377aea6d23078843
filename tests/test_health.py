import json
import re
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.tests import tagged

from odoo.addons.case_referral.tests.test_portal import PortalCommon

DASHBOARD = Path(__file__).parents[1] / "deploy" / "grafana.json"
KEY = "a key of the monitor, 1 and long"
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
#: The lines of Prometheus' text exposition format 0.0.4.
LINES = {
    "help": re.compile(rf"# HELP ({NAME}) (.*)"),
    "type": re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)"),
    "sample": re.compile(
        rf"({NAME})(\{{(?:{LABEL},?)*\}})? (-?[0-9.e+-]+|NaN|[+-]Inf)"
    ),
}


@tagged("post_install", "-at_install")
class TestHealth(PortalCommon):
    """A monitor reads counts and ages, by key, and an alarm where a child waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("remediation_base.watch_key", KEY)
        # A prepared database slept since it was made.
        now = fields.Datetime.now()
        cls.env["ir.cron"].search([]).nextcall = now + timedelta(hours=1)
        cls.env["ir.config_parameter"].set_param("database.create_date", str(now))

    def _get(self, path, key=KEY):
        self.opener.cookies.clear()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.url_open(path, headers=headers)

    def _samples(self):
        """The figures by name and labels, after the grammar was checked."""
        response = self._get("/metrics")
        self.assertEqual(response.status_code, 200)
        self.assertIn("text/plain", response.headers["Content-Type"])
        self.assertTrue(response.text.endswith("\n"))
        samples, announced = {}, []
        for line in response.text.splitlines():
            kind, match = next(
                (kind, match)
                for kind, pattern in LINES.items()
                if (match := pattern.fullmatch(line))
            )
            if kind == "type":
                announced.append(match[1])
            elif kind == "sample":
                self.assertEqual(match[1], announced[-1], "lines of one name together")
                self.assertNotIn((match[1], match[2]), samples)
                samples[match[1], match[2]] = float(match[3])
        self.assertEqual(len(announced), len(set(announced)))
        return samples

    def _alarms(self):
        answer = self._get("/health").json()
        self.assertEqual(answer["status"], "alarm" if answer["alarms"] else "ok")
        return set(answer["alarms"])

    def test_a_stranger_reads_that_the_server_answers(self):
        for key in (None, "", "another key", KEY[:-1], KEY + "x", "é" * 40):
            key = key and key.encode().decode("latin-1")
            self.assertEqual(self._get("/metrics", key).status_code, 404)
            answer = self._get("/health", key)
            self.assertEqual(
                (answer.status_code, answer.json()), (200, {"status": "ok"})
            )

    def test_without_a_key_of_its_own_nobody_reads_figures(self):
        self.env["ir.config_parameter"].set_param("remediation_base.watch_key", False)
        for key in (None, "", "False"):
            self.assertEqual(self._get("/metrics", key).status_code, 404)

    def test_r78_figures_are_counts_without_a_word_of_a_record(self):
        case = self._new_case(self.manager)
        case.beneficiary_id.first_name = "Zanzibari"
        self.env["remediation.concern"].create(
            {"work_observed": "Quetzalco", "child_nickname": "Zanzibari"}
        )
        samples = self._samples()
        self.assertGreaterEqual(len(samples), 20)
        text = self._get("/metrics").text + self._get("/health").text
        for word in ("Zanzibari", "Quetzalco", case.name, self.partner_org.name):
            self.assertNotIn(word, text)

    def test_what_waits_too_long_raises_its_alarm(self):
        before = self._alarms()
        late = {
            "concerns_late": self._late_concern,
            "mail_failed": self._failed_letter,
            "mail_oldest_seconds": self._old_letter,
            "mail_users_bouncing": self._bouncing_user,
            "mail_servers_silent": self._silent_server,
            "drill_age_seconds": self._old_drill,
            "breach_untold_seconds": self._untold_breach,
            "submission_oldest_seconds": self._old_submission,
            "webhooks_failed": self._failed_webhook,
            "webhook_oldest_seconds": self._old_webhook,
            "schedule_late_seconds": self._late_schedule,
        }
        figures = self.env["remediation.health"].sudo()._figures()
        alarms = {figure.name for figure in figures if figure.alarm is not None}
        # Those of steps: addons/cash_transfer/tests/test_job.py.
        self.assertEqual(alarms - late.keys(), {"step_oldest_seconds", "steps_stopped"})
        for name, make in late.items():
            with self.subTest(figure=name):
                self.assertNotIn(name, before)
                make()
                self.env.flush_all()
                self.assertIn(name, self._alarms())

    def _late_concern(self):
        concern = self.env["remediation.concern"].create({"work_observed": "Bags"})
        past = fields.Datetime.now() - timedelta(days=3)
        concern._unprotected().write({"triage_due": past, "received_at": past})

    def _failed_letter(self):
        self.env["mail.mail"].create({"subject": "x", "state": "exception"})

    def _old_letter(self):
        letter = self.env["mail.mail"].create({"subject": "x", "state": "outgoing"})
        past = fields.Datetime.now() - timedelta(hours=3)
        self.env.cr.execute(
            "UPDATE mail_mail SET create_date = %s WHERE id = %s", (past, letter.id)
        )

    def _webhook_letter(self):
        webhook = self.env["remediation.webhook"].create(
            {"name": "x", "url": "https://example.org/", "secret": "s" * 40}
        )
        webhook.action_ping()
        return webhook.delivery_ids

    def _failed_webhook(self):
        self._webhook_letter()._unprotected().state = "failed"

    def _old_webhook(self):
        letter = self._webhook_letter()
        past = fields.Datetime.now() - timedelta(days=2)
        self.env.cr.execute(
            "UPDATE remediation_webhook_delivery SET create_date = %s WHERE id = %s",
            (past, letter.id),
        )

    def _bouncing_user(self):
        self.worker.partner_id.message_bounce = 3

    def _silent_server(self):
        self.env["ir.mail_server"].create(
            {"name": "x", "smtp_host": "localhost", "answer_problem": "Silent"}
        )

    def _old_drill(self):
        past = fields.Datetime.now() - timedelta(days=40)
        self.env["ir.config_parameter"].set_param(
            "remediation_base.last_drill", fields.Datetime.to_string(past)
        )

    def _untold_breach(self):
        case = self._new_case(self.manager)
        past = fields.Datetime.now() - timedelta(days=9)
        deadline = case.deadline_ids[:1]
        self.env["remediation.deadline.breach"]._unprotected().create(
            {
                "case_id": case.id,
                "deadline_id": deadline.id,
                "fell_due_on": past,
                "holder_user_id": self.manager.user_id.id,
                "escalate_after": past,
            }
        )

    def _old_submission(self):
        past = fields.Datetime.now() - timedelta(days=4)
        self.env["remediation.submission"]._unprotected().create(
            {
                "company_id": self.company.id,
                "sender_id": self.manager_portal.user_id.id,
                "key": "one",
                "body_hash": "one",
                "form": "visit",
                "state": "waiting",
                "received_at": past,
            }
        )

    def _late_schedule(self):
        cron = self.env.ref("remediation_base.ir_cron_job")
        cron.nextcall = fields.Datetime.now() - timedelta(hours=5)

    def test_the_dashboard_shows_every_figure_and_its_alarm(self):
        panels = [
            p for p in json.loads(DASHBOARD.read_text())["panels"] if "targets" in p
        ]
        shown = {}
        for panel in panels:
            (target,) = panel["targets"]
            steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
            red = steps[1]["value"] if len(steps) > 1 else None
            shown[target["expr"]] = (panel["fieldConfig"]["defaults"]["unit"], red)
        names = {name for name, _labels in self._samples()}
        self.assertEqual(set(shown), names)
        for figure in self.env["remediation.health"].sudo()._figures():
            unit, red = shown[f"remediation_{figure.name}"]
            self.assertEqual(unit, "s" if figure.name.endswith("_seconds") else "short")
            if figure.alarm is None:
                self.assertIsNone(red)
            else:
                # A count is red from one more, an age from the alarm on.
                self.assertEqual(red, figure.alarm + (unit == "short"))

    def test_the_figures_cost_few_statements(self):
        figures = self.env["remediation.health"].sudo()
        figures._figures()
        with self.assertQueryCount(30):
            figures._figures()
