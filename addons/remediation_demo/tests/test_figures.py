from odoo.tests import TransactionCase, tagged

from .second_reading_money import SecondReading
from .second_reading_survivors import read_survivors


@tagged("post_install", "-at_install")
class TestFigures(TransactionCase):
    """I1 to I32 of the living demonstration, read twice: by the statements of a run,
    when it was made final, and by plain loops over the records here and now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs = cls.env["remediation.indicator.run"].search(
            [("state", "=", "frozen")], order="date_to"
        )

    def test_r52_all_thirty_two_since_the_start(self):
        """Up to today; and each says something, once families were asked about their
        payments and one was set aside."""
        self._ask_families()
        self._set_aside()
        begun = min(self.env["remediation.case"].search([]).mapped("opened_at"))
        run = self._run(begun.date(), self.env["remediation.case"]._place_today())
        reading = self._compare(run)
        self.assertEqual(
            {int(key[1:].split("_")[0]) for key in reading.read},
            {*range(1, 33), 34, 871},
        )

    def _as(self, login, records):
        return records.with_user(self.env.ref(f"remediation_demo.demo_user_{login}"))

    def _ask_families(self):
        """What the story leaves for later: a check after the largest paid plan."""
        plans = self.env["cash.transfer.payment.plan"].search([])
        plan = max(plans, key=lambda one: len(one.line_ids.filtered("delivered_on")))
        verification = self._as(
            "reconciler", self.env["cash.transfer.verification"]
        ).create({"plan_id": plan.id, "margin": 5})
        verification.action_draw()
        answers = verification.with_env(self.env).answer_ids
        for number, answer in enumerate(answers):
            paid = answer.line_id.amount_delivered
            said = self._as("coordinator", answer)
            if number % 3:
                said.action_answer("yes", paid, safe=number % 3 == 1)
            else:
                said.action_answer("with_issues", paid - 500, fee_asked=True)

    def _set_aside(self):
        """One payment of the month that runs."""
        cycles = self.env["cash.transfer.cycle"].search([], order="id desc", limit=1)
        cycle = self._as("officer", cycles)
        cycle.action_check_compliance()
        cycle.sudo()._run_job()  # sudo: the scheduler's work
        cycle.action_validate()
        cycle.action_create_plans()
        plan = cycle.plan_ids
        plan.sudo()._run_job()  # sudo: as above
        plan.line_ids[:1].action_set_aside("Asked for another account")
        plan.action_lock()
        plan.sudo()._run_job()  # sudo: as above

    def test_r52_all_thirty_two_as_they_were_made_final(self):
        """The last quarter and the one of a year ago: what happened since changes no
        figure as of their days."""
        for run in (self.runs[-1], self.runs[0]):
            with self.subTest(run=run.name):
                self._compare(run)

    def test_r52_all_thirty_two_in_the_middle_of_a_quarter(self):
        """A day on which nobody counted then: what came later in the quarter is not in
        it."""
        first = self.runs[-1].date_from
        self._compare(self._run(first, first.replace(month=first.month + 1)))

    def _run(self, first, last):
        coordinator = self.env.ref("remediation_demo.demo_user_coordinator")
        run = self.runs.with_user(coordinator).create(
            {"name": "Read twice", "date_from": first, "date_to": last}
        )
        run.action_freeze()
        return run

    def _compare(self, run):
        reading = SecondReading(run)
        read_survivors(reading)
        known = {figure.measure_id.key for figure in run.total_ids}
        self.assertLessEqual(reading.read.keys(), known)
        wrong = {}
        for figure in run.total_ids:
            units = reading.read.get(figure.measure_id.key, {}).values()
            found = (
                round(figure.numerator, 2),
                round(figure.denominator, 2),
                figure.unseen,
                figure.units,
            )
            read = (
                round(sum(counted for counted, _whole, _unseen in units), 2),
                round(sum(whole for _counted, whole, _unseen in units), 2),
                sum(unseen for _counted, _whole, unseen in units),
                len(units),
            )
            if found != read:
                wrong[figure.measure_id.key] = {"run": found, "read again": read}
        self.maxDiff = None
        self.assertEqual(wrong, {})
        return reading
