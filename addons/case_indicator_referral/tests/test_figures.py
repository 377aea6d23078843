from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from odoo.addons.case_indicator.tests.common import assert_told_in_spans
from odoo.addons.case_referral.tests.common import ReferralCommon

FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)


@tagged("post_install", "-at_install")
class TestFigures(ReferralCommon):
    """Concerns and referrals of the first quarter of 2025, worked out by hand."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time("2025-04-02 10:00:00"))
        super().setUpClass()

    def _run(self):
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create({"name": "Q", "date_from": FIRST, "date_to": LAST})
        )
        run.action_freeze()
        return run

    def _numbers(self, run, key):
        figure = run.total_ids.filtered(lambda f: f.measure_id.key == key)
        return figure.numerator, figure.denominator, figure.value

    def _concern(self, day, state="new", **vals):
        values = {"received_at": f"{day} 08:00:00", "work_observed": "x", **vals}
        concern = self.env["remediation.concern"]._unprotected().create(values)
        if state != "new":
            concern._unprotected().write(
                {
                    "state": state,
                    "triaged_on": f"{day} 12:00:00",
                    "decided_on": f"{day} 13:00:00",
                }
            )
        return concern

    def test_i1_concerns(self):
        case = self._new_case()
        # three received in the quarter: one made a case, one was refused, one waits
        self._concern("2025-02-01", "accepted", case_id=case.id)
        self._concern("2025-02-02", "screened_out", decision_reason="adult")
        self._concern("2025-02-03")
        self._concern("2024-12-31", "accepted", case_id=case.id)
        run = self._run()
        self.assertEqual(self._numbers(run, "i1_received"), (3, 3, 3))
        self.assertEqual(self._numbers(run, "i1_confirmed"), (1, 2, 50))

    def test_i7_referrals(self):
        case = self._new_case(
            received_at="2025-01-02 08:00:00", opened_at="2025-01-02 09:00:00"
        )
        # accepted and done after 2 days, refused for want of a place after 4, no
        # answer, and one by override; one was sent after the quarter
        for day, vals in (
            (
                "2025-02-01",
                {
                    "state": "done",
                    "answered_on": "2025-02-03 08:00:00",
                    "done_on": "2025-03-01",
                },
            ),
            (
                "2025-02-01",
                {
                    "state": "rejected",
                    "answered_on": "2025-02-05 08:00:00",
                    "reject_reason": "full",
                },
            ),
            ("2025-02-01", {"state": "sent"}),
            ("2025-02-01", {"state": "sent", "basis": "override"}),
            ("2025-04-01", {"state": "sent"}),
        ):
            referral = self._referral(case)
            referral._unprotected().write({"sent_on": f"{day} 08:00:00", **vals})
        run = self._run()
        self.assertEqual(self._numbers(run, "i7_accepted"), (1, 4, 25))
        self.assertEqual(self._numbers(run, "i7_done"), (1, 4, 25))
        self.assertEqual(self._numbers(run, "i7_unavailable"), (1, 4, 25))
        self.assertEqual(self._numbers(run, "i7_answer"), (6, 2, 3))
        self.assertEqual(self._numbers(run, "i21_overrides"), (1, 1, 1))

    def test_r10_what_is_counted_one_by_one_is_told_in_spans(self):
        case = self._new_case(
            received_at="2025-01-02 08:00:00", opened_at="2025-01-02 09:00:00"
        )
        self._concern("2025-02-01", "accepted", case_id=case.id)
        referral = self._referral(case)
        referral._unprotected().write(
            {
                "sent_on": "2025-02-01 08:00:00",
                "state": "done",
                "answered_on": "2025-02-03 08:00:00",
                "done_on": "2025-03-01",
                "basis": "override",
            }
        )
        run = self._run()
        report = (
            self.env["remediation.donor.report"]
            .with_user(self.coordinator)
            .create({"name": "Q", "run_id": run.id})
        )
        report.action_submit()
        looked_at = assert_told_in_spans(self, run, report.content)
        for key in ("i1_received", "i1_confirmed", "i7_accepted", "i21_overrides"):
            self.assertIn(key, looked_at)
        told = {row["measure"]: row for row in report.content["figures"]}
        self.assertEqual(told["i1_received"]["part"], [1, 10])
        self.assertEqual(told["i7_answer"], {**told["i7_answer"], "few": True})

    def test_i17_reported_again_after_closure(self):
        for again in ("2024-06-01", None):
            case = self._new_case(
                received_at="2023-06-01 08:00:00",
                opened_at="2023-06-01 09:00:00",
                identified_on="2023-06-01",
                closed_on="2024-02-15 08:00:00",
                closure_reason="goals_met",
            )
            if again:
                self._concern(again, "accepted", case_id=case.id)
        run = self._run()
        self.assertEqual(self._numbers(run, "i17_again"), (1, 2, 50))


@tagged("post_install", "-at_install")
class TestPage(HttpCase, ReferralCommon):
    @classmethod
    def _people(cls):
        return {**super()._people(), "coordinator_2": "group_coordinator"}

    def test_a_funder_reads_its_report_on_the_portal(self):
        today = self.env["remediation.case"]._place_today()
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create(
                {
                    "name": "Q",
                    "date_from": today - timedelta(days=90),
                    "date_to": today,
                }
            )
        )
        run.action_freeze()
        funder = self.portal_observer.partner_id.commercial_partner_id
        for name, partner in (("Yours", funder), ("Theirs", self.clinic)):
            report = (
                self.env["remediation.donor.report"]
                .with_user(self.coordinator)
                .create(
                    {
                        "name": f"Report {name}",
                        "run_id": run.id,
                        "funder_id": partner.id,
                        "narrative": "More children than before.",
                    }
                )
            )
            report.action_submit()
            self._seen(report, self.coordinator_2).action_approve()
        self.authenticate("portal_observer", "portal_observer")
        page = self.url_open("/my/remediation/totals").text
        self.assertIn("Report Yours", page)
        self.assertIn("More children than before.", page)
        self.assertIn("All Children of the Organisation", page)
        self.assertNotIn("Report Theirs", page)
        self.assertNotIn("No totals were released yet", page)
