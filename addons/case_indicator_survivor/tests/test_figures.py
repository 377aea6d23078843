from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.case_survivor.tests.common import SurvivorCommon

FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)


@tagged("post_install", "-at_install")
class TestFigures(SurvivorCommon):
    """Survivors at the end of the first quarter of 2025, worked out by hand."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time("2025-04-02 10:00:00"))
        super().setUpClass()

    def _numbers(self, run, key):
        figure = run.total_ids.filtered(lambda f: f.measure_id.key == key)
        return figure.numerator, figure.denominator

    def test_what_nobody_decided_is_never_a_no(self):
        court = {"decided_by_kind": "court", "decided_by_id": self.court.id}
        confirmed, none, both, drafted, late = (
            self._new_case(
                self.manager_trace,
                identified_on=FIRST,
                received_at="2025-01-02 08:00:00",
                opened_at="2025-01-02 08:00:00",
            )
            for _number in range(5)
        )
        self._decided(confirmed, date=FIRST)
        self._decided(none, status="not_victim", date=FIRST, **court)
        self._decided(both, date=FIRST)
        self._decided(both, status="not_victim", date=FIRST, **court)
        self._draft(drafted, status="possible", date=FIRST)
        self._decided(late, date=date(2025, 4, 1))
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create({"name": "Q", "date_from": FIRST, "date_to": LAST})
        )
        run.action_freeze()
        self.assertEqual(self._numbers(run, "i34_decided"), (3, 4))
        self.assertEqual(self._numbers(run, "i34_confirmed"), (1, 3))
        self.assertEqual(self._numbers(run, "i34_none"), (1, 3))
        self.assertEqual(self._numbers(run, "i34_contradictory"), (1, 3))
        self.assertEqual(self._numbers(run, "i34_outside"), (3, 3))

    def test_r52_a_draft_without_a_day_has_that_of_its_place(self):
        """Written at one in the morning of the first of April, in UTC the evening
        before: it is the next quarter's."""
        self.env.company.partner_id.tz = "Africa/Lubumbashi"
        case = self._new_case(
            self.manager_trace,
            identified_on=FIRST,
            received_at="2025-01-02 08:00:00",
            opened_at="2025-01-02 08:00:00",
        )
        draft = self._draft(case, status="possible", date=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE remediation_survivor_status SET create_date = %s WHERE id = %s",
            ["2025-03-31 23:00:00", draft.id],
        )
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create({"name": "Day", "date_from": FIRST, "date_to": LAST})
        )
        run.action_freeze()
        self.assertEqual(self._numbers(run, "i34_decided"), (0, 0))

    def test_each_figure_has_the_version_of_its_definition(self):
        indicator = self.env.ref("case_indicator_survivor.indicator_34")
        self.assertTrue(indicator.version)
